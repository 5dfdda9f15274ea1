"""Views: any image through the network of any moment."""

import numpy as np
import pytest

from network.errors import PathError, SettingsError, TraceError
from network.trace import Trace
from network.training import train
from tests.small_runs import batches, online, write_dataset


@pytest.fixture(scope="module")
def trace(tmp_path_factory) -> Trace:
    folder = tmp_path_factory.mktemp("view")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace")


def test_a_view_of_a_step_s_image_at_that_step_has_the_step_s_values(trace):
    step = trace[37]
    view = trace.see(step.picture, at=37)
    for path in ("x", "y", "z1", "a1", "z2", "a2", "W1", "b2", "label", "prediction"):
        np.testing.assert_allclose(view[path], step[path], rtol=1e-5, atol=1e-6, err_msg=path)
    assert view.loss == pytest.approx(step.loss, rel=1e-5)
    assert view.error == pytest.approx(step.error, rel=1e-5)
    assert view.size == step.size == (5, 5)
    assert view["x[3,2]"] == view.image[3, 2] == view.x[17]
    assert view["W1[4,3,2]"] == view.W[1][4, 17]


def test_without_a_moment_it_is_the_network_after_the_last_step(trace):
    view = trace.see(("test", 3))
    passed = trace.network().forward(trace.dataset.test.images[3:4])
    np.testing.assert_array_equal(view.a[2], passed.a[2][0])
    assert view.at == trace.steps
    assert view.label == trace.dataset.test.labels[3]
    assert view.right == (view.prediction == view.label)


def test_without_biases_only_the_weighted_sums_are_left(trace):
    view, bare = trace.see(("test", 3)), trace.see(("test", 3), biases=False)
    assert not any(b.any() for b in bare.b.values())
    assert view.b[1].any()
    np.testing.assert_allclose(bare.z[1], view.W[1] @ view.x, rtol=1e-5)
    # The network that later views take is not the one without.
    np.testing.assert_array_equal(trace.see(("test", 3)).a[2], view.a[2])


@pytest.mark.parametrize(
    "line",
    [
        'trace.see(("test", 3))',
        'trace.see(("train", 0), at=0)',
        'trace.see(("train", 7), at=41, biases=False)',
    ],
)
def test_its_name_is_the_line_that_makes_it(trace, line):
    view = eval(line, {"trace": trace})
    assert view.name == line
    np.testing.assert_array_equal(eval(view.name, {"trace": trace}).a[2], view.a[2])


def test_a_picture_from_elsewhere_has_no_label(trace):
    view = trace.see(np.full((5, 5), 0.5))
    assert (view.picture, view.label, view.loss) == (None, None, None)
    assert view["a2"].shape == (10,)
    with pytest.raises(PathError, match="a view has no 'label'"):
        view["label"]


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (("test", 20), "there are images 0 to 19"),
        (("test", -1), "there are images 0 to 19"),
        (("test", 1.0), "there are images 0 to 19"),
        (("validation", 0), 'a picture is \\("train", n\\) or \\("test", n\\)'),
        (np.zeros(24), "5 × 5 pixels from 0 to 1"),
        (np.full(25, 255.0), "5 × 5 pixels from 0 to 1"),
        (np.full(25, np.nan), "5 × 5 pixels from 0 to 1"),
    ],
)
def test_what_is_no_picture_is_refused_in_one_line(trace, image, message):
    with pytest.raises(SettingsError, match=message) as caught:
        trace.see(image)
    assert "\n" not in str(caught.value)


def test_a_moment_that_the_run_does_not_have_is_refused(trace):
    with pytest.raises(TraceError, match="has steps 0 to 120, not 121"):
        trace.see(("test", 0), at=121)


def test_a_step_that_saw_many_images_has_no_one_picture(tmp_path):
    train(batches(write_dataset(tmp_path / "data"), epochs=1), tmp_path / "trace")
    step = Trace.open(tmp_path / "trace")[2]
    with pytest.raises(PathError, match=r"take one by example\(row\)"):
        _ = step.picture
    one = step.example(3)
    assert one.picture == ("train", int(step.index[3]))
