"""What classes are called, from the file in a folder to the trace that was trained on it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from network.__main__ import main
from network.classes import LONGEST, NAMES, numbered, read_names
from network.datasets import FILES, load
from network.errors import DatasetError, SettingsError, TraceError
from network.report import describe_dataset, describe_evaluation, describe_step, find_class
from network.trace import Trace
from network.training import evaluate, train
from tests.small_runs import online, write_dataset

PETS = ("cat", "Hund", "gold fish", "élan")


def write(folder: Path, content: str | bytes) -> Path:
    data = content.encode() if isinstance(content, str) else content
    (folder / NAMES).write_bytes(data)
    return folder


@pytest.mark.parametrize(
    "content",
    [
        "cat\nHund\ngold fish\nélan\n",
        "cat\nHund\ngold fish\nélan",
        "\ufeffcat\r\nHund\r\n gold fish \r\nélan\r\n\r\n",
    ],
)
def test_a_name_on_each_line(tmp_path: Path, content: str) -> None:
    assert read_names(write(tmp_path, content), 4) == PETS
    # A sample need not contain the last class.
    assert read_names(tmp_path, 3) == PETS


def test_without_the_file_there_are_no_names(tmp_path: Path) -> None:
    assert read_names(tmp_path, 4) is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty: write a name for each class"),
        (" \n\n", "is empty"),
        ("cat\n\ndog\nfish\n", "line 2 is empty"),
        ("cat\ndog\ncat\nfish\n", "two classes are called 'cat'"),
        ("cat\ndog\nfish\n", "has 3 names, and labels go up to 3: write 4"),
        ("cat\n", "has 1 name, and labels go up to 3"),
        ("café\ndog\n".encode("latin-1"), "not in UTF-8"),
        ("cat\n".encode("utf-16"), "not in UTF-8"),
        ("cat\ndog\nfish\n" + "x" * (LONGEST + 1), f"line 4 is too long, {LONGEST + 1} letters"),
        ("cat\ndog\nfish\n" + "x" * 9999, "line 4 is too long, 9,999 letters"),
        ("x" * 99_999, "too long for a list of names"),
        ("cat\ndog\nfi\x07sh\ncow\n", "line 3 has letters that cannot be printed"),
        ("".join(f"{n}\n" for n in range(257)), "has 257 names"),
    ],
)
def test_what_is_no_list_of_names_is_one_line(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    with pytest.raises(DatasetError, match=words) as caught:
        read_names(write(tmp_path, content), 4)
    said = str(caught.value)
    assert said.startswith(str(tmp_path / NAMES))
    assert said.isprintable()
    assert len(said.replace(str(tmp_path), "")) <= 300


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / NAMES).mkdir()
    with pytest.raises(DatasetError, match="is no file"):
        read_names(tmp_path, 4)


def test_a_longest_name_will_do(tmp_path: Path) -> None:
    assert read_names(write(tmp_path, "x" * LONGEST + "\ncat"), 2) == ("x" * LONGEST, "cat")


def test_a_number_is_no_digit_unless_it_is_said(tmp_path: Path) -> None:
    assert load("mnist").classes == tuple("0123456789")
    assert load(write_dataset(tmp_path / "mine")).classes == numbered(10)
    named = write_dataset(tmp_path / "named", names="0123456789")
    assert load(named).classes == tuple("0123456789")


def test_files_of_mnist_are_digits_wherever_they_are_unless_named(tmp_path: Path) -> None:
    for number, name in enumerate(FILES):
        (tmp_path / name).symlink_to(load("mnist").get_path(number))
    assert load(tmp_path).classes == tuple("0123456789")
    names = [f"digit {number}" for number in range(10)]
    assert load(write(tmp_path, "\n".join(names))).classes == tuple(names)


def test_names_go_with_a_trace_to_all_that_is_printed(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "pets", labels=range(4), names=PETS)
    train(online(folder, sizes=(25, 6, 4)), tmp_path / "trace")
    trace = Trace.open(tmp_path / "trace")
    assert trace.classes == PETS
    label = int(trace[0].label)
    assert f": {PETS[label]}. The network says " in describe_step(trace, trace[0])
    assert find_class(trace, "hund") == find_class(trace, "1") == 1
    evaluation = describe_evaluation(trace, evaluate(trace.network(), trace.dataset.test), 20)
    assert "   cat  Hund gold   élan" in evaluation
    assert " 2 gold fish " in describe_dataset(folder)
    # What they are called is no part of what was trained on: they may be mended.
    write(folder, "Katze\nHund\nGoldfisch\nElch\n")
    assert Trace.open(tmp_path / "trace").classes == ("Katze", "Hund", "Goldfisch", "Elch")
    write(folder, "Katze\nHund\n")
    with pytest.raises(DatasetError, match="has 2 names"):
        _ = Trace.open(tmp_path / "trace").classes


def test_classes_without_names_are_told_by_number(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "mine", labels=range(3))
    train(online(folder, sizes=(25, 6, 3)), tmp_path / "trace")
    trace = Trace.open(tmp_path / "trace")
    assert trace.classes == ("class 0", "class 1", "class 2")
    assert "The network says class " in describe_step(trace, trace[0])
    evaluation = describe_evaluation(trace, evaluate(trace.network(), trace.dataset.test), 20)
    assert "      0     1     2\n" in evaluation


@pytest.mark.parametrize("outputs", [3, 7, 10])
def test_without_names_a_network_has_from_as_many_outputs_as_labels_to_ten(
    tmp_path: Path, outputs: int
) -> None:
    folder = write_dataset(tmp_path / "mine", labels=range(3))
    train(online(folder, sizes=(25, 6, outputs), epochs=1), tmp_path / "trace")
    assert Trace.open(tmp_path / "trace").classes == numbered(outputs)


@pytest.mark.parametrize(("names", "outputs"), [((), 2), ((), 11), (PETS, 3), (PETS, 5)])
def test_other_counts_of_outputs_are_refused(
    tmp_path: Path, names: tuple[str, ...], outputs: int
) -> None:
    folder = write_dataset(tmp_path / "mine", labels=range(3), names=names)
    wanted = len(names) or 3  # as many as there are labels
    with pytest.raises(SettingsError, match=f"has 25 and {wanted}: add --sizes 25,6,{wanted}"):
        train(online(folder, sizes=(25, 6, outputs)), tmp_path / "trace")


def test_a_trace_whose_classes_have_lost_their_names_says_so(tmp_path: Path) -> None:
    names = [f"sort {number}" for number in range(12)]
    folder = write_dataset(tmp_path / "mine", labels=range(3), names=names)
    train(online(folder, sizes=(25, 6, 12), epochs=1), tmp_path / "trace")
    (folder / NAMES).unlink()
    with pytest.raises(TraceError, match=r"has 12 outputs, and .* has names for 10 classes"):
        _ = Trace.open(tmp_path / "trace").classes


def test_the_command_says_in_one_line_what_is_wrong_with_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_dataset(tmp_path / "mine", names=("one", "two"))
    words = ["train", "--dataset", str(folder), "--sizes", "25,6,10", "--out", str(tmp_path / "t")]
    assert main(words) == 1
    (said,) = capsys.readouterr().err.splitlines()
    assert "has 2 names, and labels go up to 9" in said
    assert not (tmp_path / "t").exists()


def test_as_many_outputs_are_advised_as_there_are_labels(tmp_path):
    data = write_dataset(tmp_path / "three", labels=(0, 1, 2))
    recipe = online(data, sizes=(784, 6, 10))
    with pytest.raises(SettingsError, match=r"has 25 and 3: add --sizes 25,6,3$"):
        train(recipe, tmp_path / "out")


def test_a_digit_is_found_by_its_word_and_a_number_that_is_none_is_not():
    digits = SimpleNamespace(classes=tuple("0123456789"))
    assert [find_class(digits, name) for name in ("seven", "Zero", "7")] == [7, 0, 7]
    with pytest.raises(SettingsError, match="no class 'seven'"):
        find_class(SimpleNamespace(classes=("class 6", "class 7")), "seven")
