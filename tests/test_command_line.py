"""``python -m network``, from the words to the exit code: what people type, rightly and wrongly."""

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import network.__main__
from network import datasets
from network.__main__ import main
from network.datasets import FILES
from network.errors import TraceError
from network.recipes import RECIPES
from network.trace import Trace
from network.training import train
from tests.small_runs import batches, command_in, online, read_files, read_timeless, write_dataset

ROOT = Path(__file__).parents[1]
posix_only = pytest.mark.skipif(os.name == "nt", reason="signals and terminals as on POSIX")


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """60 and 20 pictures of the size that the published networks are made for."""
    return write_dataset(tmp_path_factory.mktemp("command") / "digits", size=(28, 28))


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """Where traces go, so that nothing lands in the checkout."""
    folder = tmp_path / "data"
    monkeypatch.setenv("GLASSNET_DATA", str(folder))
    return folder


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit code, stdout, stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        return code, *capsys.readouterr()

    return run


def python(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, its output buffered as usual."""
    environment = {name: os.environ[name] for name in os.environ if name != "PYTHONUNBUFFERED"}
    usual = {"cwd": ROOT, "env": environment, "capture_output": True, "text": True, "timeout": 60}
    return subprocess.run([sys.executable, "-m", "network", *map(str, words)], **usual | options)


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "network", *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def assert_one_line(text: str) -> None:
    assert re.fullmatch(r"glassnet: [^\n]+\n", text), text
    assert "Traceback" not in text


# From training to prediction


def test_train_show_evaluate_predict(run, digits, home):
    code, out, err = run("train", "--dataset", digits, "--epochs", 2)
    assert code == 0
    label = next(path.name for path in (home / "traces").iterdir() if path.name[0] != ".")
    trace = Trace.open(home / "traces" / label)
    last = trace.epochs[-1]
    assert out.splitlines() == [
        f"{label}: {last['train_accuracy']:.2%} while training, "
        f"{last['test_accuracy']:.2%} of the test images",
        f"trace: {trace.path}",
    ]
    assert f"{label}: step 120 of 120, epoch 2: {last['train_accuracy']:.2%}" in err
    assert "\r" not in err  # no bar: this is no terminal

    for name in (label, trace.path, f"{trace.path}{os.sep}"):
        code, out, err = run("show", name, "--step", 61)
        assert (code, err) == (0, "")
        assert f"{label}, step 61 of 120 (epoch 2 of 2)" in out
    step = trace[61]
    assert f"Training image 1: class {step.label}. The network says class {step.prediction}" in out
    for shape in ("W1             (20, 784)", "dW2            (10, 20)", "a2             (10,)"):
        assert shape in out
    number = np.format_float_positional(
        step.delta[2][0], precision=4, unique=False, fractional=False, trim="k"
    )
    assert re.search(rf"delta2 +\(10,\) .*:  {re.escape(number)} ", out)
    assert f"{step.a[2][3]:8.4f}   {step.y[3]:.0f}   {step.delta[2][3]:+.4f}" in out
    assert run("show", label, "--step", -1)[1].startswith(f"{label}, step 119 of 120")

    code, out, err = run("evaluate", label)
    assert (code, err) == (0, "")
    right = round(last["test_accuracy"] * 20)
    assert f"{last['test_accuracy']:.2%} of 20 test images right ({right})" in out
    rows = [list(map(int, line.split()[2:])) for line in out.splitlines()[4:]]
    assert np.array_equal(rows, trace.arrays["confusion"][-1])

    code, out, err = run("predict", label, "--index", 7)
    assert (code, err) == (0, "")
    dataset = datasets.load(digits)
    outputs = trace.network().forward(dataset.test.images[7:8]).a[-1][0]
    assert f"The network says class {outputs.argmax()}: " in out
    assert ("right." in out) == (outputs.argmax() == dataset.test.labels[7])
    assert f"  class 3      {outputs[3]:8.4f}" in out
    assert run("predict", label, "--index", 59, "--split", "train")[0] == 0


def test_batches_from_training_to_prediction(run, digits, tmp_path):
    out = tmp_path / "batches"
    words = ("--dataset", digits, "--epochs", 3, "--batch-size", 4, "--sizes", "784,12,8,10")
    code, said, _ = run("train", "dropout-mlp", *words, "--out", out, "--holdout", 12, "--seed", 5)
    assert code == 0
    assert "of the held-out images" in said
    trace = Trace.open(out)
    assert (trace.record, trace.steps, trace.recipe.seed) == ("sparse", 36, 5)
    code, said, _ = run("show", out, "--step", 5, "--row", 3)
    assert code == 0
    assert f"Training image {trace[5].index[3]}, image 3 of its 4: " in said
    code, _, err = run("show", out, "--step", 5, "--row", 4)
    assert (code, err) == (1, "glassnet: step 5 saw 4 images: there is no row 4, rows are 0 to 3\n")
    missing = next(step for step in range(36) if step not in trace.recorded)
    code, _, err = run("show", out, "--step", missing)
    assert code == 2
    assert_one_line(err)
    assert f"did not record step {missing}: the nearest are {missing - 1} and " in err
    assert run("evaluate", out)[0] == 0
    assert run("predict", out, "--index", 0)[0] == 0


def test_every_setting_of_a_recipe_is_an_option(run, digits, tmp_path):
    options = {
        "sizes": (784, 5, 10),
        "activations": ("relu", "softmax"),
        "learning_rate": 0.003,
        "epochs": 1,
        "dataset": str(digits),
        "loss": "squared-error",
        "initialisation": "glorot",
        "bias_initialisation": "uniform",
        "batch_size": 3,
        "shuffle": False,
        "schedule": "decay",
        "momentum": 0.5,
        "weight_decay": 0.01,
        "dropout": (0.25,),
        "update_order": "output-first",
        "bias_gradient": "scalar",
        "holdout": 6,
        "seed": 9,
    }
    words = ["--no-shuffle"]
    for name, value in options.items():
        if name != "shuffle":
            text = ",".join(map(str, value)) if isinstance(value, tuple) else value
            words += [f"--{name.replace('_', '-')}", text]
    code, _, err = run("train", "relu-softmax-sgd", *words, "--out", tmp_path / "all")
    assert code == 0, err
    recipe = Trace.open(tmp_path / "all").recipe.to_dict()
    assert options == {name: recipe[name] for name in options}
    assert set(recipe) - set(options) == {"name", "summary"}


def test_record_none_leaves_nothing(run, digits, home):
    code, out, _ = run("train", "--dataset", digits, "--epochs", 1, "--record", "none")
    assert code == 0
    assert "trace:" not in out
    assert not home.exists()


def test_pictures_need_not_be_square(run, tmp_path):
    data = write_dataset(tmp_path / "flat", size=(3, 8))
    words = ("--dataset", data, "--sizes", "24,5,10", "--epochs", 1, "--out", tmp_path / "out")
    assert run("train", *words)[0] == 0
    code, out, _ = run("show", tmp_path / "out")
    assert code == 0
    assert len(out.split("\n\n")[1].splitlines()) <= 3  # the picture's rows
    assert run("predict", tmp_path / "out", "--index", 0)[0] == 0


def test_recipes_are_listed_with_their_settings(run):
    code, out, err = run("recipes")
    assert (code, err) == (0, "")
    assert re.findall(r"^([a-z-]+): ", out, re.M) == list(RECIPES)
    assert "  learning rate        0.01" in out
    assert "  batch size           all images" in out
    block = next(part for part in out.split("\n\n") if "output-first: " in part)
    assert block.splitlines()[1:] == ["  update order         output-first"]
    code, one, _ = run("recipes", "relu-softmax-sgd")
    assert code == 0
    assert one.strip() in out.split("\n\n")
    # Of a variant alone, all is said.
    assert "  sizes                784, 20, 10" in run("recipes", "sigmoid-online-output-first")[1]


def test_data_reports_every_set_though_one_is_damaged(run, home, digits, monkeypatch):
    code, out, _ = run("data", digits)
    assert code == 0
    assert "60 images of 28 × 28 pixels" in out
    monkeypatch.setattr(network.__main__, "describe_dataset", lambda name: f"described {name}")
    assert run("data") == (0, "described mnist\n\ndescribed fashion-mnist\n", "")
    monkeypatch.undo()
    monkeypatch.setenv("GLASSNET_DATA", str(home))
    (home / "mnist").mkdir(parents=True)
    for name in FILES:
        (home / "mnist" / name).write_bytes(b"no images")
    code, out, err = run("data")
    assert code == 1
    assert_one_line(err)
    assert str(home / "mnist") in err
    assert "Fashion-MNIST" in out
    broken = home / "broken"
    shutil.copytree(digits, broken)
    (broken / FILES[0]).write_bytes(b"")
    code, out, err = run("data", broken, digits)
    assert code == 1
    assert_one_line(err)
    assert f"{broken / FILES[0]}: is empty" in err
    assert "60 images" in out
    assert run("data", digits, "minst")[0] == 2


# Wrong words


WRONG = {
    "unknown command": (("trian",), "invalid choice: 'trian'"),
    "unknown recipe": (("train", "sigmod-online"), "did you mean sigmoid-online?"),
    "unknown option": (
        ("train", "--speed=3"),
        "unknown words: --speed=3; did you mean --seed? (python -m network train --help",
    ),
    "two recipes": (("train", "dropout-mlp", "now"), "unknown words: now"),
    "no epochs": (("train", "--epochs", "0"), "epochs must be at least 1, not 0"),
    "epochs a word": (
        ("train", "--epochs", "many"),
        "--epochs many is not a whole number (python -m network train",
    ),
    "epochs broken": (("train", "--epochs", "1.5"), "--epochs 1.5 is not a whole number"),
    "rate a word": (("train", "--learning-rate", "fast"), "--learning-rate fast is not a number"),
    "an option cut short": (
        ("train", "--learning", "0.1"),
        "unknown words: --learning; did you mean --learning-rate?",
    ),
    "an option misspelt": (("show", "--digt", "7"), "did you mean --digit?"),
    "recipe of a list": (("recipes", "dropout"), "did you mean dropout-mlp?"),
    "a folder that is not there": (
        ("train", "--dataset", "my/nothing"),
        "my/nothing: there is no such folder",
    ),
    "read and misread": (("show", "--read", "--misread"), "not allowed with argument"),
    "from without a kind": (("show", "--from", "3"), "which steps to look for?"),
    "far too many epochs": (("train", "--epochs", "1" + "0" * 27), "epochs are at most"),
    "two steps": (("show", "47", "--step", "11"), "two steps, 47 and 11: which one?"),
    "no folder": (("train", "--out", ""), "argument --out: a folder has a name"),
    "no value": (("train", "--epochs"), "argument --epochs: expected one argument"),
    "rate nan": (("train", "--learning-rate", "nan"), "must be above 0, not nan"),
    "rate 0": (("train", "--learning-rate", "0"), "must be above 0, not 0.0"),
    "rate infinite": (("train", "--learning-rate", "inf"), "must be above 0, not inf"),
    "rate negative": (("train", "--learning-rate=-1"), "must be above 0, not -1.0"),
    "momentum": (("train", "--momentum", "1"), "momentum lies in [0, 1), not 1.0"),
    "momentum nan": (("train", "--momentum", "nan"), "momentum lies in [0, 1), not nan"),
    "weight decay": (("train", "--weight-decay", "nan"), "weight decay lies in [0, 1), not nan"),
    "dropout": (("train", "--dropout", "nan"), "a dropout rate lies in [0, 1)"),
    "dropouts": (
        ("train", "--dropout", "0.1,0.1"),
        "2 layers after the pixels, 2 dropout rates; type --dropout 0.1\n",
    ),
    "activations": (
        ("train", "--sizes", "784,30,10", "--activations", "relu"),
        "--activations relu: 2 layers after the pixels, 1 activation; type --sizes 784,30,10 "
        "--activations relu,sigmoid\n",
    ),
    "too few layers": (
        ("train", "dropout-mlp", "--sizes", "784,9"),
        "type --sizes 784,9 --activations softmax --dropout none\n",
    ),
    "seed": (("train", "--seed", "-1"), "seed cannot be negative"),
    "batch": (("train", "--batch-size", "-3"), "batch size cannot be negative"),
    "sizes": (("train", "--sizes", "784,-3,10"), "at least two layers of one neuron"),
    "sizes empty": (("train", "--sizes", ""), "--sizes '' is no list of whole numbers, as 784"),
    "sizes a word": (("train", "--sizes", "784,x"), "--sizes 784,x is no list of whole numbers"),
    "layers": (
        ("train", "--sizes", "784,20"),
        "--sizes 784,20: 1 layer after the pixels, 2 activations; type --sizes 784,20 "
        "--activations sigmoid\n",
    ),
    "activation": (("train", "--activations", "tanh,softmax"), "unknown activation 'tanh'"),
    "loss": (("train", "--loss", "hinge"), "unknown loss 'hinge': use cross-entropy"),
    "schedule": (("train", "--schedule", "steep"), "unknown schedule 'steep'"),
    "record": (("train", "--record", "all"), "argument --record: invalid choice: 'all'"),
    "full": (("train", "dropout-mlp", "--record", "full"), "cannot be recorded in full"),
    "dataset": (("train", "--dataset", "minst"), "unknown data set 'minst', did you mean 'mnist'?"),
    "step a word": (("show", "--step", "abc"), "--step abc is not a whole number"),
    "no index": (("predict",), "the following arguments are required: --index"),
    "split": (("predict", "--index", "0", "--split", "mine"), "invalid choice: 'mine'"),
    "unknown set": (("data", "minst"), "unknown data set 'minst', did you mean 'mnist'?"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_words_are_one_line_and_exit_2(run, home, name):
    words, fault = WRONG[name]
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert_one_line(err)
    assert fault in err
    assert not home.exists()


def test_settings_that_the_data_cannot_have(run, digits, home):
    for words, fault in (
        (("--sizes", "25,20,10"), "made for 25 pixels and 10 classes, and .* has 784 and 10"),
        (("--sizes", "784,20,3"), "made for 784 pixels and 3 classes"),
        (("--holdout", 60), "cannot hold out 60 of 60 images"),
        (("--batch-size", 61), "a batch of 61 images is more than the 60 there are"),
    ):
        code, _, err = run("train", "--dataset", digits, *words)
        assert code == 2
        assert_one_line(err)
        assert re.search(fault, err)
    assert not [path for path in home.rglob("*") if path.name[0] != "." and path.is_file()]


def test_no_words_at_all_and_help_in_a_process_of_their_own():
    done = python()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == python("--help").stdout
    for words in (["--help"], ["train", "--help"]):
        done = python(*words)
        assert (done.returncode, done.stderr) == (0, "")
        assert "usage: python -m network" in done.stdout
    assert "--weight-decay X" in done.stdout
    # What each setting has, and which recipes there are.
    assert "(784,20,10)" in done.stdout
    assert all(f"\n  {name} " in done.stdout for name in RECIPES)


def test_what_is_not_there_is_told(run, digits, tmp_path, home):
    for command in (["show"], ["evaluate"], ["predict", "--index", "0"]):
        code, out, err = run(*command)
        assert (code, out) == (1, "")
        assert_one_line(err)
        assert "make it with python -m network train sigmoid-online\n" in err
        code, _, err = run(command[0], tmp_path / "nowhere", *command[1:])
        assert code == 1
        assert err == f"glassnet: no trace at {tmp_path / 'nowhere'}: there is no such folder\n"
        code, _, err = run(command[0], "sigmoid-onlin", *command[1:])
        assert code == 1
        assert err.endswith("sigmoid-onlin: did you mean sigmoid-online?\n")
        code, _, err = run(command[0], "x" * 300, *command[1:])
        assert code == 1
        assert_one_line(err)
    out = tmp_path / "out"
    run("train", "--dataset", digits, "--epochs", 1, "--out", out)
    for step in (60, -61, 10**12):
        code, _, err = run("show", out, "--step", step)
        assert (code, err) == (2, f"glassnet: {out} has steps 0 to 59, not {step}\n")
    for row in (-1, 1):
        code, _, err = run("show", out, "--row", row)
        assert (code, err) == (
            1,
            f"glassnet: step 0 saw 1 image: there is no row {row}, its row is 0\n",
        )
    for index in (-1, 20):
        code, _, err = run("predict", out, "--index", index)
        assert (code, err) == (2, f"glassnet: the test images have indices 0 to 19, not {index}\n")


def test_a_damaged_trace_is_told_and_the_named_command_mends_it(run, digits, tmp_path):
    run("train", "--dataset", digits, "--epochs", 1, "--out", tmp_path / "my trace")
    before = read_timeless(tmp_path / "my trace")
    (tmp_path / "my trace" / "W1.npy").write_bytes(b"")
    for words in (
        ["show", tmp_path / "my trace"],
        ["train", "--dataset", digits, "--epochs", 1, "--out", tmp_path / "my trace"],
    ):
        code, _, err = run(*words)
        assert code == 1
        assert_one_line(err)
    assert run(*command_in(err.strip()))[0] == 0
    assert read_timeless(tmp_path / "my trace") == before


# Places


def test_the_dataset_may_lie_anywhere(run, digits, tmp_path, home, monkeypatch):
    odd = tmp_path / "ein Ordner (mit Ümläuten), 50% & 'Zeichen'\n" / ("tief" * 30) / ("x" * 100)
    shutil.copytree(digits, odd)
    monkeypatch.chdir(odd.parent)
    code, _, err = run("train", "--dataset", odd.name, "--epochs", 1)
    assert code == 0, err
    (folder,) = [path for path in (home / "traces").iterdir() if path.is_dir()]
    assert len(folder.name) < 150
    assert folder.name == f"sigmoid-online-epochs-1-{'x' * 100}"[:100] + folder.name[100:]
    monkeypatch.chdir(tmp_path)
    assert run("show", folder.name)[0] == 0
    shutil.rmtree(odd)
    code, _, err = run("show", folder.name)
    assert code == 1
    assert_one_line(err)
    assert "was trained on" in err


def test_relative_folders_and_out_of_one_s_own(run, digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ("train", "--dataset", os.path.relpath(digits), "--epochs", 1)
    assert run(*words, "--out", "a/b")[0] == 0
    assert run("show", "a/b")[0] == 0
    code, out, _ = run(*words, "--out", tmp_path / "a" / "b")
    assert code == 0
    assert "is there already" in out
    (tmp_path / "a" / "mine.txt").write_text("mine")
    monkeypatch.chdir(tmp_path / "a")
    words = ("train", "--dataset", digits, "--epochs", 1, "--force", "--seed", 2)
    for out in (".", "..", "../a", "b/..", "/"):
        code, _, err = run(*words, "--out", out)
        assert code == 2
        assert_one_line(err)
    assert run(*words, "--out", "../a/b/")[0] == 0
    assert Trace.open(tmp_path / "a" / "b").recipe.seed == 2


def test_force_deletes_nothing_but_a_trace(run, digits, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("ten years")
    (tmp_path / "paper.txt").write_text("one year")
    for out in ("thesis", "paper.txt"):
        for flags in ([], ["--force"], ["--resume"], ["--force", "--resume"]):
            code, _, err = run("train", "--dataset", digits, "--out", tmp_path / out, *flags)
            assert code == 2
            assert_one_line(err)
    assert (tmp_path / "thesis" / "chapter.txt").read_text() == "ten years"
    assert (tmp_path / "paper.txt").read_text() == "one year"
    code, _, err = run("train", "--dataset", digits, "--out", tmp_path / "paper.txt" / "below")
    assert code == 2
    assert_one_line(err)
    code, _, err = run("train", "--dataset", digits, "--out", tmp_path / ("x" * 300))
    assert code == 2
    assert_one_line(err)


@posix_only
def test_a_folder_without_rights_is_told(run, digits):
    with tempfile.TemporaryDirectory() as folder:
        data = shutil.copytree(digits, Path(folder) / "digits")
        words = ("train", "--dataset", data, "--epochs", 1, "--out")
        assert run(*words, Path(folder) / "before")[0] == 0  # all is imported
        Path(folder).chmod(0o555)
        user = os.geteuid()
        if user == 0:
            os.seteuid(65534)  # root may write everywhere
        try:
            code, _, err = run(*words, Path(folder) / "out")
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o755)
    assert code == 2
    assert_one_line(err)
    assert "there is no permission" in err


# What is there already


def test_a_finished_trace_with_the_same_settings_is_fine(run, digits, tmp_path):
    words = ("train", "--dataset", digits, "--epochs", 1, "--out", tmp_path / "out")
    run(*words)
    before = read_files(tmp_path / "out")
    for flags in ([], ["--resume"]):
        code, out, err = run(*words, *flags)
        assert (code, err) == (0, "")
        assert "is there already, whole and with these settings; --force trains it anew" in out
        code, _, err = run(*words, "--seed", 1, *flags)
        assert code == 2
        assert_one_line(err)
        assert "holds a run with other settings: --force replaces it" in err
        code, _, err = run(*words, "--record", "sparse", *flags)
        assert code == 2
    assert read_files(tmp_path / "out") == before
    assert run(*words, "--seed", 1, "--force")[0] == 0
    assert Trace.open(tmp_path / "out").recipe.seed == 1


def test_a_finished_trace_of_other_data_is_told(run, tmp_path):
    data = write_dataset(tmp_path / "digits", size=(28, 28))
    words = ("train", "--dataset", data, "--epochs", 1, "--out", tmp_path / "out")
    run(*words)
    write_dataset(data, size=(28, 28), seed=1)
    code, _, err = run(*words)
    assert code == 1
    assert_one_line(err)
    assert "was trained on other data" in err


@pytest.fixture
def interrupted(run, digits, tmp_path, monkeypatch):
    """Words of a run that Ctrl-C stopped, and what it said."""

    def interrupt(*words: object) -> str:
        def train_a_bit(*arguments: Any, **options: Any) -> None:
            def progress(state: Any) -> None:
                if state.step >= 60:
                    raise KeyboardInterrupt

            train(*arguments[:5], progress=progress, checkpoint_seconds=0)

        with monkeypatch.context() as patch:
            patch.setattr(network.__main__, "train", train_a_bit)
            code, out, err = run("train", "--dataset", digits, "--epochs", 2, *words)
        assert (code, out) == (130, "")
        assert_one_line(err)
        return err

    return interrupt


def test_an_unfinished_run_is_told_and_gone_on_with(run, digits, tmp_path, interrupted):
    out = tmp_path / "my out"
    err = interrupted("--out", out, "--quiet")
    words = command_in(err.partition("; ")[2].removesuffix(" goes on from here\n"))
    assert words[-1] == "--resume"
    code, _, err = run(*words[:-1])
    assert code == 1
    assert_one_line(err)
    assert "--resume goes on, --force starts over" in err
    code, _, err = run(*words[:-1], "--seed", 3, "--resume")
    assert code == 1
    assert_one_line(err)
    assert "begun with other settings" in err
    code, _, err = run("show", out)
    assert code == 1
    assert_one_line(err)
    assert "was not finished: go on with " in err
    assert run(*words)[0] == 0
    whole = train(Trace.open(out).recipe, tmp_path / "whole").path
    assert read_timeless(out) == read_timeless(whole)


def test_going_on_while_the_old_trace_is_still_there(run, digits, tmp_path, interrupted):
    """The command that was told did nothing: the old trace was "there already"."""
    out = tmp_path / "out"
    run("train", "--dataset", digits, "--epochs", 2, "--out", out)
    old = read_files(out)
    told = interrupted("--out", out, "--learning-rate", 0.5, "--force")
    assert read_files(out) == old
    words = command_in(told.partition("; ")[2].removesuffix(" goes on from here\n"))
    assert run(*words)[0] == 0
    assert Trace.open(out).recipe.learning_rate == 0.5
    # Without --force too: what was begun was begun with it.
    run("train", "--dataset", digits, "--epochs", 2, "--out", out, "--force")
    interrupted("--out", out, "--learning-rate", 0.5, "--force")
    words = ("train", "--dataset", digits, "--epochs", 2, "--out", out, "--learning-rate", 0.5)
    assert run(*words, "--resume")[0] == 0
    assert Trace.open(out).recipe.learning_rate == 0.5


# Signals and other processes


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    for _ in range(3000):
        if path.exists():
            return
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    raise AssertionError(f"{path} never came")


@pytest.fixture
def long_run(tmp_path):
    """Words for a run of about a second, and its recipe."""
    data = write_dataset(tmp_path / "many", train=3000)
    settings = {"sizes": (25, 6, 10), "epochs": 25}
    words = ("--dataset", data, "--sizes", "25,6,10", "--epochs", 25, "--quiet")
    return words, RECIPES["sigmoid-online"].change(dataset=str(data), **settings)


@posix_only
def test_killed_at_random_times_it_ends_with_the_same_bytes(tmp_path, long_run):
    words, recipe = long_run
    out, partial = tmp_path / "out", tmp_path / "out.partial"
    rng = random.Random(0)
    for _ in range(3):
        process = start("train", *words, "--out", out, "--resume")
        wait_for(partial / "checkpoint.npz", process)
        time.sleep(rng.uniform(0, 0.3))
        process.kill()
        process.communicate()
        if process.returncode != -signal.SIGKILL:
            break  # a fast machine: it was done before
        with pytest.raises(TraceError):
            Trace.open(out)
    done = python("train", *words, "--out", out, "--resume")
    assert (done.returncode, done.stderr) == (0, "")
    assert read_timeless(out) == read_timeless(train(recipe, tmp_path / "whole").path)


@posix_only
def test_interrupted_it_tells_how_to_go_on_and_ends_with_the_same_bytes(tmp_path, long_run):
    words, recipe = long_run
    out, partial = tmp_path / "out", tmp_path / "out.partial"
    process = start("train", *words, "--out", out)
    wait_for(partial / "checkpoint.npz", process)
    # It stands still, so that the second between checkpoints passes early in the run.
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.1)
    while True:
        assert process.poll() is None
        with np.load(partial / "checkpoint.npz") as saved:
            if '"step": 0,' not in str(saved["about"]):
                break
        process.send_signal(signal.SIGCONT)
        time.sleep(0.01)
        process.send_signal(signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGCONT)
    said, err = process.communicate()
    assert (process.returncode, said) == (130, "")
    assert_one_line(err)
    assert not out.exists()
    done = python(*command_in(err.partition("; ")[2].removesuffix(" goes on from here\n")))
    assert (done.returncode, done.stderr) == (0, "")
    assert read_timeless(out) == read_timeless(train(recipe, tmp_path / "whole").path)


@posix_only
def test_a_second_process_is_told_and_harms_nothing(run, tmp_path, long_run):
    words, recipe = long_run
    out = tmp_path / "out"
    process = start("train", *words, "--out", out)
    wait_for(tmp_path / "out.partial" / "checkpoint.npz", process)
    process.send_signal(signal.SIGSTOP)
    try:
        for flags in ([], ["--force"], ["--resume"]):
            code, _, err = run("train", *words, "--out", out, *flags)
            assert code == 1
            assert_one_line(err)
            assert f"another process is training {out}" in err
    finally:
        process.send_signal(signal.SIGCONT)
    _, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert Trace.open(out).recipe == recipe


@posix_only
def test_a_full_disk_is_one_line_and_exit_1(digits, tmp_path):
    """A real refusal of the operating system, first when there is nothing, then over a trace."""
    import resource

    def few_bytes() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # W1 has 128 kB

    out = tmp_path / "out"
    words = ("train", "--dataset", digits, "--epochs", 1, "--out", out)
    for flags in ([], ["--force"]):
        done = python(*words, *flags, "--seed", 1, preexec_fn=few_bytes)
        assert (done.returncode, done.stdout) == (1, "")
        last = done.stderr.splitlines()[-1]
        assert last.startswith("glassnet: the disk is full: could not write")
        assert "Traceback" not in done.stderr
        if not flags:
            assert not out.exists()
            assert python(*words).returncode == 1  # other settings were begun
            assert python(*words, "--force").returncode == 0
        before = Trace.open(out)
        assert before.recipe.seed == 0
    assert python(*words, "--seed", 1, "--resume").returncode == 0
    assert Trace.open(out).recipe.seed == 1


@posix_only
def test_who_reads_only_the_beginning_is_told_nothing_and_the_code_says_so():
    for words in (["recipes"], ["--help"]):
        reading, writing = os.pipe()
        os.close(reading)
        done = python(*words, capture_output=False, stdout=writing, stderr=subprocess.PIPE)
        os.close(writing)
        assert (done.returncode, done.stderr) == (141, ""), words


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device of Linux")
def test_an_output_that_cannot_be_written_is_one_line():
    with open("/dev/full", "w") as full:
        done = python("recipes", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 1
    assert_one_line(done.stderr)
    assert os.strerror(errno.ENOSPC) in done.stderr


def test_a_terminal_of_few_letters_is_no_error(digits):
    done = python("data", digits, env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, "")
    assert "60 images of 28 x 28 pixels" in done.stdout


# Progress


@posix_only
def test_a_bar_on_a_terminal_lines_elsewhere_nothing_when_quiet(digits, tmp_path):
    import pty
    import termios

    words = ("train", "--dataset", digits, "--epochs", 2, "--out", tmp_path / "out", "--force")
    shown = {}
    for flags in ((), ("--quiet",)):
        ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        done = python(*words, *flags, capture_output=False, stdout=subprocess.PIPE, stderr=theirs)
        assert done.returncode == 0
        os.set_blocking(ours, False)
        try:
            shown[flags] = os.read(ours, 100_000)
        except BlockingIOError:
            shown[flags] = b""
        os.close(ours)
        os.close(theirs)
    assert b"\r" in shown[()]
    assert b" 50%|" in shown[()]  # after the first of two epochs
    assert shown[("--quiet",)] == b""
    plain, quiet = python(*words), python(*words, "--quiet")
    assert plain.stdout == quiet.stdout
    assert re.fullmatch(r"(out: step \d+ of 120, epoch \d: .*\n)+", plain.stderr)
    assert quiet.stderr == ""


# Divergence


def test_divergence_is_one_line_and_the_steps_before_it_can_be_shown(run, digits, tmp_path):
    out = tmp_path / "out"
    words = ("train", "relu-softmax-sgd", "--dataset", digits, "--epochs", 2, "--out", out)
    code, said, err = run(*words, "--learning-rate", "1e20", "--batch-size", 1, "--quiet")
    assert (code, said) == (1, "")
    assert_one_line(err)
    steps = Trace.open(out).steps
    assert f"training diverged at step {steps} of 120" in err
    assert "--learning-rate 1e+19" in err
    assert run("show", out, "--step", -1)[0] == 0
    for command in (["evaluate", out], ["predict", out, "--index", 0]):
        code, _, err = run(*command)
        assert (code, err) == (0, "")
    code, _, err = run(*words, "--learning-rate", "1e20", "--batch-size", 1)
    assert code == 1
    assert_one_line(err)
    assert f"is there already, and it diverged at step {steps}" in err
    assert run(*words, "--force", "--quiet")[0] == 0
    assert "diverged_at" not in Trace.open(out).header


def test_too_much_memory_is_one_line(run, digits, monkeypatch):
    def refuse(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(network.__main__, "train", refuse)
    code, _, err = run("train", "--dataset", digits)
    assert code == 1
    assert_one_line(err)


def test_small_runs_are_what_the_command_line_makes(run, tmp_path):
    """The commands in error messages spell out a recipe: read back, it is the same."""
    from network.remedy import train_command

    data = write_dataset(tmp_path / "some digits")
    for recipe, record in (
        (online(data), "full"),
        (online(data, shuffle=True), "sparse"),
        (batches(data, epochs=1, seed=4), "sparse"),
        (RECIPES["relu-softmax-sgd"].change(dataset=str(data), sizes=(25, 4, 10)), "sparse"),
    ):
        words = command_in(train_command(recipe, tmp_path / recipe.label, record))
        assert run(*words, "--quiet")[0] == 0
        trace = Trace.open(tmp_path / recipe.label)
        assert (trace.recipe, trace.record) == (recipe, record)


def test_other_words_about_a_recipe_are_no_other_settings(run, digits, tmp_path, monkeypatch):
    """Once a better summary made every trace of the recipe one "with other settings"."""
    words = ("train", "--dataset", digits, "--epochs", 1, "--out", tmp_path / "out")
    assert run(*words)[0] == 0
    better = RECIPES["sigmoid-online"].change(summary="in better words")
    monkeypatch.setitem(RECIPES, "sigmoid-online", better)
    code, out, _ = run(*words)
    assert (code, "is there already" in out) == (0, True)


def test_which_steps_show_a_class_and_which_were_misread(run, digits, tmp_path, home):
    out = tmp_path / "traces" / "small"
    words = ("--dataset", digits, "--learning-rate", "0.1")
    assert run("train", *words, "--out", out, "--quiet")[0] == 0
    trace = Trace.open(out)
    seven = [t for t in range(trace.steps) if trace[t].label == 7]
    code, shown, err = run("show", out, "--digit", "7")
    assert (code, err) == (0, "")
    assert [int(line.split()[1]) for line in shown.splitlines() if "shows" in line] == seven[:10]
    wrong = [t for t in seven if trace[t].prediction != 7]
    code, shown, _ = run("show", out, "--digit", "7", "--misread")
    assert [int(line.split()[1]) for line in shown.splitlines() if "shows" in line] == wrong[:10]
    assert f"the network says class {trace[wrong[0]].prediction}\n" in shown
    command = command_in(shown.splitlines()[-1])
    assert command == ["show", str(out), "--step", str(wrong[0])]
    assert run(*command)[1].startswith(f"small, step {wrong[0]} of ")
    read = [t for t in range(trace.steps) if trace[t].prediction == trace[t].label]
    code, shown, _ = run("show", out, "--read")
    assert [int(line.split()[1]) for line in shown.splitlines()[:-2]] == read[:10]
    command = command_in(shown.splitlines()[-2])
    assert command == ["show", str(out), "--read", "--from", str(read[9] + 1)]
    assert [int(line.split()[1]) for line in run(*command)[1].splitlines()[:10]] == read[10:20]
    for words, message in (
        (("--step", "11", "--digit", "7"), "not both"),
        (("--digit", "zebra"), "no class 'zebra': there are class 0, class 1"),
    ):
        code, shown, err = run("show", out, *words)
        assert (code, shown) == (2, "")
        assert message in err


def test_a_number_alone_is_a_step_of_the_trace_that_is_meant_when_none_is_named(run, home, digits):
    words = ("--dataset", digits, "--learning-rate", "0.1")
    out = home / "traces" / "sigmoid-online"
    assert run("train", *words, "--out", out, "--quiet")[0] == 0
    assert run("show", "17") == run("show", "sigmoid-online", "--step", "17")
    assert run("show", "17")[1] != run("show")[1]
    assert run("show", "-1") == run("show", "--step", "-1")


def test_a_class_is_looked_for_in_all_of_a_batch(run, digits, tmp_path):
    out = tmp_path / "batches"
    words = ("--dataset", digits, "--epochs", 4, "--batch-size", 6, "--seed", 3)
    assert run("train", "relu-softmax-sgd", *words, "--out", out, "--quiet")[0] == 0
    trace = Trace.open(out)
    steps = {t: np.flatnonzero(trace[t].label == 7) for t in trace.recorded}
    assert any(len(rows) and rows[0] > 0 for rows in steps.values())
    seen = [(t, int(rows[0])) for t, rows in steps.items() if len(rows)]
    code, shown, err = run("show", out, "--digit", "7")
    assert (code, err) == (0, "")
    lines = [line.split() for line in shown.splitlines() if line.startswith("  step")]
    assert [(int(line[1]), int(line[3])) for line in lines] == seen[:10]
    assert f"only recorded steps are searched, {len(trace.recorded)} of {trace.steps}\n" in shown
    command = command_in(shown.splitlines()[-1])
    assert command[2:] == ["--step", str(seen[0][0]), "--row", str(seen[0][1])]
    assert f"image {seen[0][1]} of its 6: class 7." in run(*command)[1]


def test_the_run_on_a_folder_is_called_after_it_and_found_by_its_former_name(
    run, digits, home, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = ("train", "--dataset", os.path.relpath(digits), "--epochs", 1)
    code, out, err = run(*words)
    folder = home / "traces" / f"sigmoid-online-epochs-1-{digits.name}"
    assert (code, out.splitlines()[-1]) == (0, f"trace: {folder}")
    assert err.startswith(f"{folder.name}: step 60 of 60")
    recipe = Trace.open(folder).recipe
    assert recipe.dataset == str(digits)
    former = folder.rename(folder.with_name(recipe.former_label))
    assert former != folder
    code, out, _ = run(*words)
    assert (code, "is there already" in out) == (0, True)
    assert not folder.exists()


def test_progress_names_the_trace_that_is_made(run, digits, tmp_path):
    words = ("--dataset", digits, "--epochs", 1, "--out", tmp_path / "fast")
    code, out, err = run("train", *words)
    assert (code, err.split(":")[0], out.split(":")[0]) == (0, "fast", "fast")
