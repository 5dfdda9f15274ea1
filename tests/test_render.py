"""``python -m scenes render``: chapters filmed side by side, only when needed, whatever happens."""

import importlib
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import wave
from contextlib import suppress
from pathlib import Path

import av
import numpy as np
import pytest
from demo_chapters import ROOT, environment, render, render_command, write_chapters

from network.training import ensure_trace
from scenes.__main__ import main
from scenes.film.chapters import find_chapters
from scenes.film.files import making
from scenes.film.folder import Folder
from scenes.film.join import count_frames
from scenes.film.record import Record
from scenes.film.render import _tell_replaced

pytestmark = pytest.mark.film

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")


@pytest.fixture(scope="module", autouse=True)
def _trace():
    ensure_trace("sigmoid-online")


def films(out):
    """When each chapter's film was made."""
    return {path.stem: path.stat().st_mtime_ns for path in out.glob("chapters/480p/*.mp4")}


def error_of(result):
    """The one line that a command has ended with."""
    assert result.returncode != 0
    assert "Traceback" not in result.stderr
    line = result.stderr.strip().splitlines()[-1]
    assert line.startswith("glassnet: ")
    return line


def children_of(process):
    """The processes that a process has started, and theirs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        found.append((parent, int(folder.name)))
    family = {process}
    for _ in range(5):
        family |= {child for parent, child in found if parent in family}
    return family - {process}


def alive(process):
    try:
        return (Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]) != "Z"
    except OSError:
        return False


def wait_for(condition, seconds=60):
    until = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)
    return result


def start(*words):
    return subprocess.Popen(
        render_command(*words),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# Only what has changed


def test_only_what_has_changed_is_rendered_again(tmp_path):
    out = tmp_path / "out"
    one, two = write_chapters(tmp_path / "chapters", "one", "two")
    first = render(one, two, "--out", out)
    assert first.returncode == 0, first.stderr
    assert first.stdout.strip() == str(out / "glassnet-480p.mp4")
    before = films(out)

    again = render(one, two, "--out", out)
    assert "2 unchanged" in again.stderr
    assert films(out) == before

    # A word of one chapter in the file that both have.
    words = one.with_name("words.toml")
    words.write_text(words.read_text().replace("gone again", "left", 1))
    changed = render(one, two, "--out", out)
    assert "1 unchanged" in changed.stderr
    assert films(out)["two"] == before["two"]
    assert films(out)["one"] > before["one"]
    assert "left" in (out / "transcript.md").read_text()

    # The source of the other one.
    before = films(out)
    two.write_text(two.read_text().replace("run_time=1", "run_time=2"))
    render(one, two, "--out", out)
    assert {name for name, made in films(out).items() if made != before[name]} == {"two"}

    # A film that is no longer what was made.
    before = films(out)
    with (out / "chapters/480p/one.mp4").open("r+b") as film:
        film.seek(1000)
        film.write(b"broken")
    render(one, two, "--out", out)
    assert films(out)["two"] == before["two"]
    assert count_frames(out / "chapters/480p/one.mp4") > 20


def test_what_is_edited_while_it_is_filmed_is_rendered_again(tmp_path):
    edit = (
        "path = Path(__file__); flag = path.with_name('flag'); flag.exists() or "
        "(flag.touch(), path.write_text(path.read_text() + '# edited'))"
    )
    (source,) = write_chapters(tmp_path, "edited", middle=edit)
    assert render(source, "--out", tmp_path / "out").returncode == 0
    assert source.read_text().endswith("# edited")
    assert "unchanged" not in render(source, "--out", tmp_path / "out").stderr
    assert "unchanged" in render(source, "--out", tmp_path / "out").stderr


def test_sound_that_the_film_has_not_is_told_also_where_nothing_is_filmed(tmp_path):
    with wave.open(str(tmp_path / "tone.wav"), "wb") as tone:
        tone.setparams((1, 2, 22050, 0, "NONE", ""))
        tone.writeframes(bytes(22050))
    loud, quiet = write_chapters(tmp_path, "loud", "quiet")
    at = 'with self.beat("two")'
    add = f"self.add_sound({str(tmp_path / 'tone.wav')!r})\n        {at}"
    loud.write_text(loud.read_text().replace(at, add))
    for filmed in (render(loud, quiet, "--out", tmp_path / "out") for _ in range(2)):
        assert filmed.returncode == 0
        told = [line for line in filmed.stderr.splitlines() if "sound" in line]
        assert told == ["loud: its own sound is not in the film"]
    assert "2 unchanged" in filmed.stderr


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("versions", lambda old: old | {"manim": "0.21.0"}),
        ("trace", lambda old: "0" * 64),
        ("step", lambda old: 7),
        ("quality", lambda old: "h"),
        ("sources", lambda old: old | {"scenes/kit/number.py": "0" * 64}),
        ("sources", lambda old: old | {"scenes/kit/gone.py": "0" * 64}),
        ("words", lambda old: "0" * 64),
        ("format", lambda old: 0),
    ],
)
def test_a_film_counts_only_with_all_that_it_depends_on(once, key, change, monkeypatch):
    """`once` is a rendered folder; its record is read here, no film is made."""
    out, (source,) = once
    (chapter,) = find_chapters([str(source)])
    record = Record("once", out / "chapters" / "480p")
    content = json.loads(record.path.read_text())
    trace = content["trace"]
    assert record.holds(chapter, "l", trace)
    monkeypatch.setattr(Record, "_read", lambda self: content | {key: change(content[key])})
    assert not record.holds(chapter, "l", trace)
    assert any(name.endswith("scenes/kit/chapter.py") for name in content["sources"])
    assert any(name.endswith("network/trace.py") for name in content["sources"])
    assert str(source) in content["sources"]


@pytest.fixture(scope="module")
def once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once")
    sources = write_chapters(folder, "once")
    result = render(*sources, "--out", folder / "out")
    assert result.returncode == 0, result.stderr
    return folder / "out", sources


def test_a_step_and_a_recipe_are_chosen_by_options(once, tmp_path):
    _, sources = once
    result = render(*sources, "--out", tmp_path, "--step", "42", "--recipe", "sigmoid-online")
    assert result.returncode == 0, result.stderr
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert manifest["chapters"][0]["step"] == 42
    assert {r["step"] for r in manifest["chapters"][0]["readings"]} == {42}


def test_a_film_in_another_theme_stands_beside_the_first(once, tmp_path):
    out, sources = once
    both = shutil.copytree(out, tmp_path / "both")
    dark = both / "glassnet-480p.mp4"
    before = dark.read_bytes()
    result = render(*sources, "--out", both, "--theme", "paper")
    assert result.returncode == 0, result.stderr
    paper = both / "glassnet-480p.paper.mp4"
    assert result.stdout.strip().endswith(paper.name)
    assert dark.read_bytes() == before
    assert (both / "chapters/480p.paper/once.mp4").exists()
    for film, light in ((dark, False), (paper, True)):
        with av.open(str(film)) as container:
            first = next(container.decode(video=0)).to_ndarray(format="gray")
        assert (np.median(first) > 128) == light
    assert json.loads((both / "manifest.json").read_text())["film"] == paper.name
    # And what is there is kept: the theme is part of what a film was made from.
    again = render(*sources, "--out", both)
    assert "1 unchanged" in again.stderr


def test_a_trace_is_found_from_where_one_is(once, tmp_path):
    _, sources = once
    shutil.copytree(ensure_trace("sigmoid-online"), tmp_path / "here" / "copy")
    command = render_command(*sources, "--out", "made", "--trace", "copy")
    result = subprocess.run(
        command, cwd=tmp_path / "here", env=environment(), capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "made/glassnet-480p.mp4"
    manifest = json.loads((tmp_path / "here/made/manifest.json").read_text())
    assert manifest["chapters"][0]["trace"] == str(tmp_path / "here" / "copy")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["bakprop"], "no chapter 'bakprop': did you mean 'backprop'?"),
        (["nope.py"], "nope.py: there is no such file; there are bias,"),
        (["bakprop.py"], "bakprop.py: there is no such file; or did you mean 'backprop'?"),
        # Not our chapter of that name.
        (["my/bias.py"], "my/bias.py: there is no such file; there are"),
        (["--rec", "sigmoid-online"], "unknown words: --rec; did you mean --recipe?"),
        (["-j", "two"], "'two' is not a whole number from 1 on"),
        (["--step", "180000"], "--step 180000: the trace has steps 0 to 179999"),
        (["--step", "ten"], "--step ten: a step is a whole number from 0 on"),
        (["--recipe", "sigmoid"], "did you mean"),
        (["--trace", "nowhere"], "--trace nowhere: there is no such folder"),
        (["--theme", "neon"], "invalid choice: 'neon'"),
    ],
)
def test_wrong_words_are_one_line_before_anything_is_rendered(
    words, message, tmp_path, capfd, monkeypatch
):
    # The command line writes its options there.
    for name in ("GLASSNET_STEP", "GLASSNET_RECIPE", "GLASSNET_TRACE"):
        monkeypatch.setenv(name, "")
    assert main(["render", *words, "--out", str(tmp_path / "out")]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("glassnet: ")
    assert message in line
    assert not list(tmp_path.rglob("*.mp4"))


def test_a_film_of_other_chapters_that_goes_is_told_of(tmp_path, capsys):
    out = Folder(tmp_path)
    manifest = {"film": "glassnet-480p.mp4", "chapters": [{"name": "bias"}, {"name": "forward"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    def told(edition: str, *names: str) -> str:
        _tell_replaced(out, edition, names)
        return capsys.readouterr().err

    assert told("480p", "mine") == ""  # the film itself is gone
    (tmp_path / "glassnet-480p.mp4").touch()
    assert told("480p", "mine", "bias") == (
        f"{tmp_path}/glassnet-480p.mp4: this replaces the film of 2 chapters, bias and forward; "
        "--out names another folder\n"
    )
    assert told("480p", "forward", "mine", "bias") == ""
    assert told("480p.paper", "mine") == ""
    (tmp_path / "manifest.json").write_text("[]")
    assert told("480p", "mine") == ""


# Faults


def test_a_chapter_that_raises_does_not_lose_the_others(tmp_path):
    good, bad = write_chapters(tmp_path / "chapters", "good", "bad")
    bad.write_text(
        bad.read_text().replace('with self.beat("two")', '1 / 0\n        with self.beat("two")')
    )
    out = tmp_path / "out"
    result = render(good, bad, "--out", out)
    assert result.returncode == 1
    assert "bad failed:" in result.stderr
    assert "    ZeroDivisionError: division by zero" in result.stderr
    assert "because bad failed; good kept" in result.stderr
    assert set(films(out)) == {"good"}
    assert not (out / "glassnet-480p.mp4").exists()

    before = films(out)
    write_chapters(tmp_path / "chapters", "bad")
    assert render(good, bad, "--out", out).returncode == 0
    assert films(out)["good"] == before["good"]


def test_a_chapter_that_does_not_load_does_not_lose_the_others(tmp_path):
    good, bad = write_chapters(tmp_path, "good", "bad")
    bad.write_text(bad.read_text().replace("class Bad", "clas Bad"))
    result = render(bad, good, "--out", tmp_path / "out")
    assert result.returncode == 1
    assert "    SyntaxError: invalid syntax" in result.stderr
    assert "because bad failed; good kept" in result.stderr
    assert set(films(tmp_path / "out")) == {"good"}


def test_a_file_that_a_chapter_misses_is_not_taken_for_one_that_we_cannot_write(tmp_path):
    (source,) = write_chapters(tmp_path, "reader", middle="open('no such file')")
    result = render(source, "--out", tmp_path / "out")
    assert "    FileNotFoundError: [Errno 2] No such file or directory" in result.stderr
    assert "cannot write" not in result.stderr


def test_what_a_chapter_says_for_people_is_all_that_is_shown_of_it(tmp_path):
    (source,) = write_chapters(tmp_path, "lost", path="delta7[5]")
    result = render(source, "--out", tmp_path / "out")
    assert "Traceback" not in result.stderr
    assert re.search(r"lost failed:\n    Lost.*delta7[^\n]*\n\n", result.stderr)


def test_a_font_that_is_missing_is_named(tmp_path):
    (source,) = write_chapters(tmp_path, "plain")
    patch = (
        "import types, typst\n"
        "typst.Fonts = lambda **_: types.SimpleNamespace(families=lambda: ['Libertinus Serif'])\n"
    )
    source.write_text(patch + source.read_text())
    result = render(source, "--out", tmp_path / "out")
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "comes without the font DejaVu Sans Mono and New Computer Modern" in result.stderr


def test_a_damaged_trace_is_one_line_that_says_how_to_make_it_anew(once, tmp_path):
    _, sources = once
    trace = tmp_path / "sigmoid-online"
    shutil.copytree(ensure_trace("sigmoid-online"), trace)
    with (trace / "delta2.npy").open("r+b") as file:
        file.seek(4000)
        file.write(b"broken")
    result = render(*sources, "--out", tmp_path / "out", GLASSNET_TRACE=str(trace))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert re.search(r"    .*delta2\.npy.*python -m network train", result.stderr)
    assert not list((tmp_path / "out").rglob("*.mp4"))


@posix_only
@pytest.mark.parametrize("share", [0.2, 1.5], ids=["filming", "joining"])
def test_a_full_disk_is_said_and_leaves_no_half_film(once, tmp_path, share):
    made, (source,) = once
    out = tmp_path / "out"
    other = shutil.copy(source, tmp_path / "other.py")
    (tmp_path / "words.toml").write_text(
        source.with_name("words.toml").read_text().replace("[once.", "[other.")
    )
    limit = int(share * (made / "chapters/480p/once.mp4").stat().st_size)
    result = subprocess.run(
        render_command(source, other, "--out", out),
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert result.returncode == 1
    assert "the disk is full" in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(out.glob("[!.]*.*")), "nothing has a final name"
    # With room again: whole and right.
    again = render(source, other, "--out", out)
    assert again.returncode == 0, again.stderr
    assert count_frames(out / "glassnet-480p.mp4") == 2 * count_frames(made / "glassnet-480p.mp4")


def test_a_chapter_that_leaves_is_a_chapter_that_failed(tmp_path):
    (source,) = write_chapters(tmp_path, "leaves", middle="raise SystemExit")
    result = render(source, "--out", tmp_path / "out")
    assert error_of(result).startswith("glassnet: no film, because leaves failed")
    assert "    it ended before its film did: it calls exit()" in result.stderr


@pytest.mark.parametrize("code", [0, 7])
def test_a_chapter_that_ends_its_process_is_a_chapter_that_failed(tmp_path, code):
    (source,) = write_chapters(tmp_path, "leaves", middle=f"import os; os._exit({code})")
    result = render(source, "--out", tmp_path / "out")
    assert result.returncode == 1
    assert error_of(result).startswith("glassnet: no film, because leaves failed")
    assert f"its process ended before its film was made, with code {code}" in result.stderr


@posix_only
def test_a_folder_that_cannot_be_written_is_one_line(capfd):
    user = os.geteuid()
    # What another user may not be able to load.
    importlib.import_module("scenes.film.render")
    find_chapters(["bias"])
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        try:
            if user == 0:
                os.seteuid(65534)  # root may write everywhere
            code = main(["render", "bias", "--out", f"{folder}/out"])
        finally:
            os.seteuid(user)
            Path(folder).chmod(0o755)
    assert code == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert re.fullmatch(
        rf"glassnet: --out .*out: there is no permission to write into {folder}", line
    )


@pytest.mark.parametrize("command", ["render", "sheet", "handout"])
def test_what_is_refused_leaves_nothing_behind(command, tmp_path, capfd):
    out = tmp_path / "a" / ("b.pdf" if command == "handout" else "b")
    for options in (["--recipe", "relu"], ["--step", "99999999"]):
        assert main([command, "bias", *options, "--out", str(out)]) == 2
    assert len(capfd.readouterr().err.splitlines()) == 2
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_made_is_kept_where_anything_is_in_it(tmp_path):
    for name in ("ours", "theirs"):
        with suppress(KeyboardInterrupt), making(tmp_path / "a" / "b", "ours"):
            (tmp_path / "a" / "b" / name).touch()
            raise KeyboardInterrupt
        assert [path.name for path in tmp_path.rglob("*")] == (
            ["a", "b", "theirs"] if name == "theirs" else []
        )
    (tmp_path / "file").touch()
    with pytest.raises(FileExistsError), making(tmp_path / "file"):
        raise AssertionError


def test_a_file_where_the_folder_should_be_is_one_line(once, tmp_path, capfd):
    _, (source,) = once
    (tmp_path / "taken").write_text("something else")
    assert main(["render", str(source), "--out", str(tmp_path / "taken")]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert "taken" in line


@posix_only
def test_two_renders_at_once_into_one_folder(tmp_path):
    (source,) = write_chapters(tmp_path, "slow", middle="import time; time.sleep(2)")
    out = tmp_path / "out"
    first = start(source, "--out", out)
    wait_for(lambda: (out / ".glassnet" / "clips").exists())
    second = render(source, "--out", out)
    assert "another render is writing into" in error_of(second)
    assert first.wait(60) == 0
    assert (out / "glassnet-480p.mp4").exists()


@posix_only
def test_ctrl_c_keeps_what_is_done_and_leaves_no_process(tmp_path):
    (quick,) = write_chapters(tmp_path, "quick")
    (slow,) = write_chapters(tmp_path, "slow", middle="import time; time.sleep(60)")
    out = tmp_path / "out"
    process = start(quick, slow, "--out", out, "--jobs", "2")
    wait_for(lambda: (out / "chapters/480p/quick.record.json").exists())
    children = wait_for(lambda: children_of(process.pid))
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert "stopped" in errors
    wait_for(lambda: not any(map(alive, children)), 5)
    assert set(films(out)) == {"quick"}
    assert not list(out.glob("*.mp4"))

    write_chapters(tmp_path, "slow")
    again = render(quick, slow, "--out", out)
    assert "1 unchanged" in again.stderr


@posix_only
def test_after_sigkill_in_the_middle_the_film_is_whole_and_right(tmp_path):
    (source,) = write_chapters(tmp_path, "long", middle="import time; time.sleep(60)")
    out = tmp_path / "out"
    process = start(source, "--out", out)
    clips = out / ".glassnet" / "clips" / "long"
    wait_for(lambda: list(clips.rglob("*.mp4")))
    children = children_of(process.pid)
    time.sleep(0.5)
    process.kill()
    process.wait()
    # The processes that it has started end by themselves.
    wait_for(lambda: not any(map(alive, children)), 10)
    assert not films(out)
    assert not list(out.glob("[!.]*.*"))

    # As if the clip had been cut short while it was written, and a text too.
    for half in [*clips.rglob("*.mp4"), *clips.rglob("*.svg")]:
        half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    write_chapters(tmp_path, "long")
    assert render(source, "--out", out).returncode == 0
    fresh = tmp_path / "fresh"
    assert render(source, "--out", fresh).returncode == 0
    assert frames(out / "glassnet-480p.mp4") == frames(fresh / "glassnet-480p.mp4")
    assert len(frames(fresh / "glassnet-480p.mp4")) > 40


def frames(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


FOREIGN = ("index.html", "manifest.json", "transcript.md", "chapters.txt", "glassnet-480p.png")
FOREIGN += ("chapters/480p/once.mp4", "chapters/480p/once.record.json", ".cache/new/thesis.txt")


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_not_ours_is_never_touched(once, tmp_path, name, capfd):
    _, (source,) = once
    mine = tmp_path / name
    mine.parent.mkdir(parents=True) if name.count("/") else None
    mine.write_text("ten years of work")
    code = main(["render", str(source), "--out", str(tmp_path)])
    assert mine.read_text() == "ten years of work"
    if name.startswith(".cache"):
        assert code == 0
        return
    assert code == 2
    assert f"{name} is not of glassnet" in capfd.readouterr().err.replace("\\", "/")
    # Nothing was filmed, nothing made but our own private folder.
    assert {path.name for path in tmp_path.iterdir()} <= {name.split("/")[0], ".glassnet"}


def test_a_page_that_was_edited_is_not_replaced(once, tmp_path, capfd):
    _, (source,) = once
    out = tmp_path / "out"
    assert main(["render", str(source), "--out", str(out)]) == 0
    assert main(["render", str(source), "--out", str(out)]) == 0
    page = out / "index.html"
    page.write_text(page.read_text() + "<!-- my own words -->")
    assert main(["render", str(source), "--out", str(out)]) == 2
    assert "index.html is not of glassnet, or was changed since" in capfd.readouterr().err
    assert page.read_text().endswith("<!-- my own words -->")
    page.unlink()
    assert main(["render", str(source), "--out", str(out)]) == 0


@pytest.mark.parametrize("out", ["it's", "50%", 'a "b" c', "-x", "日本", "a\\b"])
def test_odd_names_of_folders(once, tmp_path, monkeypatch, out):
    _, (source,) = once
    monkeypatch.chdir(tmp_path)
    assert main(["render", str(source), f"--out={out}"]) == 0
    assert len(frames(tmp_path / out / "glassnet-480p.mp4")) > 10


def test_a_folder_without_a_name_or_of_two_lines_is_refused(once, tmp_path, monkeypatch, capfd):
    _, (source,) = once
    monkeypatch.chdir(tmp_path)
    for out in ("", "a\nb"):
        assert main(["render", str(source), "--out", out]) == 2
        assert len(capfd.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
