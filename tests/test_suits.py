"""What a chapter suits is asked before anything is filmed, and answered in one line."""

import subprocess
import sys

import pytest

import scenes.film.check
from network.recipes import RECIPES
from network.trace import Trace
from network.training import train
from scenes.__main__ import main
from scenes.film.chapters import find_chapters
from scenes.film.record import identity_of
from scenes.kit.chapter import Chapter
from scenes.kit.settings import VARIABLES
from scenes.kit.suits import reason_of_activations, reason_of_loss, reason_of_size
from tests.demo_chapters import ROOT, environment, render, write_chapters
from tests.odd_runs import SUITED, UNSUITED
from tests.small_runs import online, write_dataset

CHAPTERS = {chapter.file_name(): chapter for chapter in find_chapters()}
NO_HIDDEN = "it has no hidden layer, and there is room for 1 to 3"
TOO_MANY = "it has 27 classes, and there is room for 2 to 12"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    return {name: odd.train(folder / name) for name, odd in UNSUITED.items()}


@pytest.fixture(scope="module")
def squared(tmp_path_factory):
    """A run that all chapters but one can tell of."""
    folder = tmp_path_factory.mktemp("squared")
    recipe = online(write_dataset(folder / "data"), loss="squared-error", epochs=1)
    return train(recipe, folder / "trace").path


@pytest.fixture(autouse=True)
def plain(monkeypatch):
    """No settings from outside, and what a command sets is forgotten after the test."""
    for variable in VARIABLES.values():
        monkeypatch.setenv(variable, "")


@pytest.fixture
def checked(monkeypatch):
    """The chapters that `check` came to, none of which is looked at."""
    seen: list[str] = []

    def look(chapter, *_):
        seen.append(chapter.file_name())
        return []

    monkeypatch.setattr(scenes.film.check, "check", look)
    return seen


def trace_of(**changes) -> Trace:
    """A trace whose recipe has these settings; not trained, for its sizes are all that is asked."""
    trace = object.__new__(Trace)
    trace.recipe = RECIPES["sigmoid-online"].change(**changes)
    trace.sizes = trace.recipe.sizes
    return trace


@pytest.mark.parametrize(
    ("hidden", "classes", "reason"),
    [
        ((20,), 10, None),
        ((4,), 2, None),
        ((512, 512, 512), 12, None),
        ((), 10, NO_HIDDEN),
        ((20,) * 4, 10, "it has 4 hidden layers, and there is room for 1 to 3"),
        ((20,), 1, "it has 1 class, and there is room for 2 to 12"),
        ((20,), 13, "it has 13 classes, and there is room for 2 to 12"),
        ((20, 3), 10, "its hidden layer 2 has 3 neurons, and there is room for 4 to 512"),
        ((513,), 10, "its hidden layer 1 has 513 neurons, and there is room for 4 to 512"),
    ],
)
def test_networks_that_there_is_room_for(hidden, classes, reason):
    sizes = (6, *hidden, classes)
    trace = trace_of(sizes=sizes, activations=("sigmoid",) * (len(sizes) - 1))
    assert reason_of_size(trace) == reason
    # Every chapter asks for as much; of those that are all right, none of ours asks for more.
    for chapter in (Chapter, *CHAPTERS.values()):
        assert chapter.suits(trace) == reason


@pytest.mark.parametrize(
    ("changes", "unsuited"),
    [
        ({"activations": ("relu", "softmax")}, set()),
        ({"loss": "squared-error"}, {"backprop"}),
        ({"activations": ("identity", "softmax")}, {"backprop", "bias", "forward"}),
        (
            {"activations": ("sigmoid", "identity"), "loss": "squared-error"},
            {"backprop", "forward", "one_hot"},
        ),
    ],
)
def test_what_each_chapter_has_no_words_for(changes, unsuited):
    trace = trace_of(**changes)
    assert {name for name, chapter in CHAPTERS.items() if chapter.suits(trace)} == unsuited


def test_reasons_are_sentences_that_go_on():
    trace = trace_of(activations=("sigmoid", "identity"), loss="squared-error")
    assert reason_of_loss(trace, "squared-error") is None
    assert reason_of_loss(trace, "cross-entropy") == (
        "it tells of cross-entropy, and this network was trained on squared-error"
    )
    assert reason_of_activations(trace, slice(-1), ("relu", "sigmoid")) is None
    assert reason_of_activations(trace, slice(-1, None), ("relu", "sigmoid")) == (
        "layer 2 is of kind identity, and it tells of relu and sigmoid"
    )


@pytest.mark.parametrize("command", ["check", "render", "handout"])
@pytest.mark.parametrize(("run", "reason"), [("no-hidden", NO_HIDDEN), ("alphabet", TOO_MANY)])
def test_where_no_chapter_is_left_each_says_why_and_nothing_is_made(
    command, run, reason, runs, checked, capsys, tmp_path
):
    out = tmp_path / "out.pdf"
    words = [command, "--trace", str(runs[run])]
    assert main([*words, *(() if command == "check" else ("--out", str(out)))]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        f"glassnet: {name} does not suit this run: {reason}" for name in CHAPTERS
    ]
    assert not checked
    assert not list(out.rglob("*.mp4"))


def test_without_names_what_does_not_suit_is_told_and_left_out(squared, checked, capsys):
    assert main(["check", "--trace", str(squared)]) == 0
    assert checked == [name for name in CHAPTERS if name != "backprop"]
    assert capsys.readouterr().err == (
        "glassnet: backprop does not suit this run, and is left out: it tells of cross-entropy, "
        "and this network was trained on squared-error\n"
    )


@pytest.mark.parametrize("command", ["check", "render", "sheet"])
def test_a_chapter_that_was_asked_for_is_not_left_out(command, squared, checked, capsys, tmp_path):
    out = () if command == "check" else ("--out", str(tmp_path / "out"))
    assert main([command, "backprop", "bias", "--trace", str(squared), *out]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("glassnet: backprop does not suit this run: it tells of cross-entropy")
    assert not checked
    assert not list((tmp_path / "out").rglob("*.mp4"))


def test_render_films_only_what_suits(squared, monkeypatch, tmp_path, capsys):
    filmed = []

    def film(jobs, *_):
        filmed.extend(job.name for job in jobs)
        return {job.name: ["not here"] for job in jobs}

    monkeypatch.setattr("scenes.film.render.film", film)
    assert main(["render", "--trace", str(squared), "--out", str(tmp_path / "out")]) == 1
    assert filmed == [name for name in CHAPTERS if name != "backprop"]
    said = capsys.readouterr().err
    assert "backprop does not suit this run, and is left out" in said
    assert "backprop failed" not in said


def test_the_command_manim_says_so_in_one_line(runs, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "manim", "-ql", "--media_dir", tmp_path, "scenes/bias.py"],
        cwd=ROOT,
        env=environment(GLASSNET_TRACE=str(runs["no-hidden"])),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 2
    assert done.stderr == f"Bias: the chapter does not suit this run: {NO_HIDDEN}\n"
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_chapter_of_ones_own_says_what_it_suits(tmp_path):
    (chapter,) = write_chapters(tmp_path, "tiny")
    source = chapter.read_text(encoding="utf-8").replace(
        "    def construct(self):",
        "    @classmethod\n    def suits(cls, trace):\n"
        "        return None if trace.steps < 9 else f'it has {trace.steps:,} steps'\n\n"
        "    def construct(self):",
    )
    chapter.write_text(source, encoding="utf-8")
    done = render(chapter, "--out", tmp_path / "out")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "glassnet: tiny does not suit this run: it has 180,000 steps\n"


def test_a_film_is_made_anew_when_a_class_has_another_name(tmp_path):
    folder = write_dataset(tmp_path / "data", names=[f"sort {n}" for n in range(10)])
    path = train(online(folder, epochs=1), tmp_path / "trace").path
    before, digest = identity_of(Trace.open(path)), Trace.open(path).digest
    write_dataset(folder, names=[f"kind {n}" for n in range(10)])
    assert Trace.open(path).digest == digest
    assert identity_of(Trace.open(path)) != before


def test_the_odd_runs_that_are_filmed_elsewhere_suit_by_their_sizes():
    for odd in SUITED.values():
        sizes = (1, *odd.hidden, odd.classes)
        trace = trace_of(sizes=sizes, activations=("sigmoid",) * (len(sizes) - 1))
        assert reason_of_size(trace) is None
