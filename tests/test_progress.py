"""The display of training: it tells where somebody listens, and stops nothing where nobody does."""

import io
import sys

import pytest

from network.progress import show_progress
from network.training import train
from tests.small_runs import online, read_timeless, write_dataset


class Closed(io.StringIO):
    """A pipe whose reader has gone, or a full disk: what is written raises."""

    error: Exception = BrokenPipeError()

    def write(self, text):
        raise self.error


class Terminal(Closed):
    """A terminal that was closed."""

    error = OSError(5, "Input/output error")

    def isatty(self):
        return True


def shut():
    stream = io.StringIO()
    stream.close()
    stream.isatty = lambda: False
    return stream


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_dataset(tmp_path_factory.mktemp("progress") / "digits")


@pytest.mark.parametrize("stream", [lambda: None, Closed, Terminal, shut])
def test_training_goes_on_where_nobody_listens(data, tmp_path, monkeypatch, stream):
    whole = train(online(data), tmp_path / "whole").path
    monkeypatch.setattr(sys, "stderr", stream())
    with show_progress("deaf") as progress:
        out = train(online(data), tmp_path / "deaf", progress=progress).path
    assert read_timeless(out) == read_timeless(whole)


def test_a_line_tells_the_step_and_both_accuracies(data, tmp_path, capsys):
    with show_progress("small") as progress:
        result = train(online(data), tmp_path / "out", progress=progress)
    last = capsys.readouterr().err.splitlines()[-1]
    epoch = result.epochs[-1]
    assert epoch["train_accuracy"] != epoch["test_accuracy"]
    assert last == (
        f"small: step 120 of 120, epoch 2: {100 * epoch['train_accuracy']:.2f}% while training, "
        f"{100 * epoch['test_accuracy']:.2f}% on unseen images"
    )
    with show_progress("small", quiet=True) as progress:
        assert progress is None
