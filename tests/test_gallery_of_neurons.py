"""A gallery of neurons: the largest first, on one scale, each with its number below it."""

import numpy as np
import pytest
from manim import Scene, tempconfig

from network.trace import Trace
from network.training import train
from scenes.film.oracle import Oracle
from scenes.film.pictures import find_false_pictures
from scenes.kit import stage
from scenes.kit.findings import push_picture
from scenes.kit.gallery import Gallery, _lay_out
from scenes.kit.style import BLAME, DIM
from tests.small_runs import online, write_dataset


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery")
    train(online(write_dataset(folder / "data")), folder / "trace")
    return Trace.open(folder / "trace"), Oracle(folder / "trace")


@pytest.fixture
def faults(run):
    return lambda *mobjects: [fault.what for fault in find_false_pictures(mobjects, run[1])]


def test_the_largest_come_first_and_each_has_its_own_number(run, faults):
    step = run[0][41]
    gallery = Gallery(step, push_picture, "delta1", most=4, colour=BLAME)
    assert gallery.neurons == list(np.argsort(-np.abs(step.delta[1]), kind="stable")[:4])
    for neuron, picture, number in zip(
        gallery.neurons, gallery.pictures, gallery.numbers, strict=True
    ):
        assert number.quantity.source == f"delta1[{neuron}]"
        np.testing.assert_allclose(
            picture.values.ravel(), -step.delta[1][neuron] * step.x, rtol=1e-6
        )
        assert number.get_top()[1] < picture.get_bottom()[1]
        assert number.get_x() == pytest.approx(picture.get_x(), abs=1e-6)
    assert len({picture.scale_value for picture in gallery.pictures}) == 1
    assert gallery.note.source == f"4 of {len(step.delta[1])}"
    assert Gallery(step, "W1", "b1").note.source == f"all {len(step.b[1])}"
    assert faults(gallery, Gallery(step, "W1", "b1")) == []


@pytest.mark.parametrize(
    "plant",
    [
        lambda g: setattr(g.pictures[0], "pixel_array", g.pictures[1].pixel_array),
        lambda g: setattr(
            g.pictures[0], "pixel_array", g.pictures[0].pixel_array[..., [2, 1, 0, 3]]
        ),
    ],
)
def test_pictures_of_another_neuron_or_sign_are_found(run, faults, plant):
    gallery = Gallery(run[0][41], push_picture, "delta1")
    plant(gallery)
    assert len(faults(gallery)) == 1


def test_it_goes_to_another_moment(run, faults):
    first, last = run[0][41], run[0][77]
    gallery, other = Gallery(first, push_picture, "delta1"), Gallery(first, "W1", "b1")
    with tempconfig({"dry_run": True, "progress_bar": "none", "frame_rate": 4}):
        scene = Scene()
        scene.add(gallery, other)
        scene.play(gallery.animate_to(last), other.animate_to(run[0].see(("test", 1))))
    assert faults(gallery, other) == []
    assert [n.quantity.step for n in gallery.numbers] == [77] * len(gallery.numbers)
    gallery.set_view(first)
    assert faults(gallery) == []
    assert gallery.numbers[0].quantity.value == first.delta[1][gallery.neurons[0]]


def test_a_figure_that_is_as_good_as_zero_is_dim(run):
    gallery = Gallery(run[0][41], push_picture, "delta1", colour=BLAME)
    for number in gallery.numbers:
        zero = not any(digit in number.text for digit in "123456789")
        assert number.get_fill_color() == (DIM if zero else BLAME)


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 10, 12, 19, 20])
def test_they_fill_the_region_and_stay_in_it(count):
    places, size = _lay_out(count, stage.BODY)
    assert len(places) == count
    assert size > 1.0
    for x, y, _ in places:
        assert stage.BODY.left <= x - size / 2
        assert x + size / 2 <= stage.BODY.right
        assert stage.BODY.bottom <= y - size / 2 - 0.46
        assert y + size / 2 <= stage.BODY.top
    heights = sorted({round(float(y), 6) for _, y, _ in places})
    if len(heights) > 1:
        assert min(np.diff(heights)) > size + 0.46
