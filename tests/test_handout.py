"""The handout, read back from its PDF, and what can go wrong."""

import errno
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import small_runs
import typst
from manim import Circle
from PIL import Image
from pypdf import PdfReader

from network.errors import GlassnetError
from network.trace import Trace
from network.training import train
from scenes.__main__ import main
from scenes.film.chapters import find_chapters
from scenes.film.handout import document, stills
from scenes.film.handout.formulas import INKS
from scenes.film.handout.stills import read_chapter
from scenes.film.handout.tables import Entry, full
from scenes.film.layout import Screen
from scenes.film.sealed import write_pdf
from scenes.kit.encoding import contrasts, get_rgb
from scenes.kit.ledger import MINUS, written
from scenes.kit.typeset import FONTS, Words

pytestmark = pytest.mark.film

ROOT = Path(__file__).parents[1]

HOSTILE = (
    r"#let x = * of $5, <b>bold</b> @ref \ `code` [a] {curly} // no /* comment */ = _it_ ~ 'tis"
)

DEMO = '''
from pathlib import Path

from manim import DOWN, UP, FadeIn, FadeOut, VGroup

from scenes.kit.chapter import Chapter
from scenes.kit.number import Derived, Number, column_of
from scenes.kit.style import BLAME, LARGE
from scenes.kit.typeset import CodeLine, Formula


def loudest(step):
    """The largest activation."""
    return step.a[1].max()


class Demo(Chapter):
    title = "Demo #1 & <b>"
    question = "Is it $5?"
    narration = Path(__file__).with_name("words.toml")

    def construct(self):
        step = self.story
        with self.beat("question"):
            self.ask()
        numbers = column_of([Number(step, f"a1[{i}]") for i in range(6)], 0.5)
        loud = Derived(loudest, step, decimals=3, before="≈ ").next_to(numbers, DOWN)
        formula = Formula("{{delta_o : blame}} = o - {{l : l}}", colours={"blame": BLAME})
        # Shown in parts from the beginning.
        code = CodeLine("y = np.eye(10)").to_edge(DOWN)
        with self.beat("sum-it-up", hostile=HOSTILE):
            self.play(FadeIn(numbers, loud, VGroup(*code), formula.to_edge(UP)), run_time=0.2)
        with self.beat("answer"):
            self.answer("It is.")


HOSTILE = ...
'''.replace("...", repr(HOSTILE))

WORDS = """
[demo.question]
text = "Well, is it?"
[demo.sum-it-up]
text = "{hostile} and {a1[3]:.4f} or {z1[3]:.4f}."
[demo.answer]
text = "Yes: it's five dollars, exactly; nobody would have thought that of so small a thing."
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a small trace and a chapter, for which the environment asks."""
    base = tmp_path_factory.mktemp("handout")
    (base / "demo.py").write_text(DEMO, encoding="utf-8")
    (base / "words.toml").write_text(WORDS, encoding="utf-8")
    train(small_runs.online(small_runs.write_dataset(base / "data")), base / "trace")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GLASSNET_RECIPE", raising=False)
        patch.setenv("GLASSNET_STEP", "7")
        patch.setenv("GLASSNET_TRACE", str(base / "trace"))
        yield base


@pytest.fixture(scope="module")
def pdf(folder):
    """The chapter's handout."""
    path = folder / "made" / "Übung 1.pdf"
    assert main(["handout", str(folder / "demo.py"), "--out", str(path)]) == 0
    return path


@pytest.fixture(scope="module")
def parts(folder):
    """What is known of the chapter before it is typeset."""
    return [read_chapter(*find_chapters([str(folder / "demo.py")]))]


@pytest.fixture(scope="module")
def step(folder):
    return Trace.open(folder / "trace")[7]


def read(page):
    """The text of a page in plain letters: mathematics has letters of its own."""
    return " ".join(unicodedata.normalize("NFKC", page.extract_text()).split())


def find(reader, words):
    """The number of the only page that says this."""
    found = [number for number, page in enumerate(reader.pages) if words in read(page)]
    assert len(found) == 1, (words, found)
    return found[0]


# What is in it


def test_every_beat_is_there_with_its_words_as_they_are(pdf, step):
    reader = PdfReader(pdf)
    said = HOSTILE.replace("'", "’") + f" and {step['a1[3]']:.4f} or {step['z1[3]']:.4f}."
    page = find(reader, " ".join(said.split()))
    assert "1.2 Sum it up" in read(reader.pages[page])
    assert "Demo #1 & <b>" in read(reader.pages[page])  # above the page
    assert "Is it $5?" in read(reader.pages[0])
    assert find(reader, "Well, is it?") == 2
    assert find(reader, "of so small a thing.") == page == 3


def test_figures_stand_with_name_text_and_full_value(pdf, step):
    text = read(PdfReader(pdf).pages[3])
    assert "a1[i]" in text
    for index in range(6):
        value = step[f"a1[{index}]"]
        assert f"{index} {value:.2f} {full(float(value))} " in text.replace(" .", ".")
    said = written(float(step["z1[3]"]), ".4f")
    value = full(float(step["z1[3]"])).replace("-", MINUS)
    assert f"{said} {value} z1[3]" in text.replace(" .", ".")
    assert "a1[3]" not in text  # said too, but it is seen
    assert f"≈ {step.a[1].max():.3f} {full(float(step.a[1].max()))} loudest(step)" in text


def test_figures_that_a_beat_only_clears_away_are_not_its_own(parts):
    (part,) = parts
    cleared = {reading.source for reading in part.told.readings if reading.beat == "answer"}
    assert "a1[0]" in cleared
    assert [len(section.entries) for section in part.sections] == [0, 8, 0]


def test_formulas_are_mathematics_and_code_is_code(pdf, parts):
    text = read(PdfReader(pdf).pages[3])
    assert "δo = o − l" in text.replace("δ o", "δo")
    assert "{{" not in text
    assert "blame" not in text
    assert "y = np.eye(10)" in text
    assert parts[0].sections[1].still.code == ["y = np.eye(10)"]


def test_colours_of_formulas_can_be_read_on_paper(parts):
    (((term,),),) = parts[0].sections[1].still.formulas
    assert (term["ink"], term["inks"]) == (None, {"blame": INKS["blame"][1], "l": None})
    for _, ink in INKS.values():
        assert contrasts(get_rgb(ink), get_rgb("#FFFFFF")) > 4.5


def test_every_beat_has_its_frame_and_the_title_page_that_with_most_to_show(pdf):
    reader = PdfReader(pdf)
    counts = [len(page.images) for page in reader.pages]
    assert counts == [1, 0, 1, 2]
    for page in reader.pages:
        for image in page.images:
            assert image.image.size == (1920, 1080)
    most_to_show = reader.pages[3].images[0].image
    assert reader.pages[0].images[0].image.tobytes() == most_to_show.tobytes()


def test_the_first_frame_shows_the_question_and_the_last_the_answer(parts):
    question, middle, answer = (section.still for section in parts[0].sections)
    assert "Is it $5?" in question.alt
    for still in (question, answer):
        frame = np.asarray(Image.open(io.BytesIO(still.picture)))
        middle_rows = frame[400:680]
        assert (middle_rows.max(axis=2) > 150).sum() > 1000
    assert [still.plain for still in (question, middle, answer)] == [True, False, True]


def test_words_beside_a_drawing_are_not_only_words(monkeypatch):
    monkeypatch.setattr(stills, "draw", lambda _: np.zeros((9, 16, 3), np.uint8))
    words = Words("five")
    screens = [Screen.of([words]), Screen.of([words, Circle()])]
    assert [stills.Still.of(None, screen, []).plain for screen in screens] == [True, False]


@pytest.mark.parametrize(("options", "light"), [((), True), (("--theme", "dark"), False)])
def test_its_pictures_are_on_white_unless_asked_otherwise(folder, tmp_path, options, light):
    # The theme is read when the kit is imported: a process of its own.
    path = tmp_path / "h.pdf"
    command = [sys.executable, "-m", "scenes", "handout", str(folder / "demo.py"), *options]
    subprocess.run([*command, "--out", str(path)], cwd=ROOT, check=True, capture_output=True)
    image = PdfReader(path).pages[0].images[0].image
    assert (np.median(np.asarray(image.convert("L"))) > 128) == light


def test_title_page_tells_recipe_trace_accuracy_and_versions(pdf, folder):
    trace = Trace.open(folder / "trace")
    title, how = map(read, PdfReader(pdf).pages[:2])
    accuracy = f"{100 * trace.epochs[-1]['test_accuracy']:.2f} %"
    for told in (trace.recipe.label, "25 – 6 – 10", accuracy, trace.digest[:12]):
        assert told in title
    assert f"typst {typst.__version__}" in title
    assert "Demo #1 & <b> Is it $5? 3" in title
    assert trace.digest in how
    assert "120 steps of one image" in how
    assert f"step 7 · trace {trace.digest[:12]}" in read(PdfReader(pdf).pages[2])


def test_its_lines_of_python_read_what_it_shows(pdf, folder):
    how = unicodedata.normalize("NFKC", PdfReader(pdf).pages[1].extract_text())
    lines = how[how.index("from network.trace") :].splitlines()
    end = next(n for n, line in enumerate(lines) if "loudest(step)" in line and "#" in line)
    code = "\n".join(line.strip() for line in lines[: end + 1])
    assert 'step["a1[0]"]' in code
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}"},
        text=True,
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == re.findall(r"# (\S+)", code)
    assert len(done.stdout.split()) == 2


def test_it_has_bookmarks_links_page_numbers_a_title_and_alternatives(pdf):
    reader = PdfReader(pdf)
    how, chapter, beats = reader.outline
    assert [entry.title for entry in beats] == ["1.1 Question", "1.2 Sum it up", "1.3 Answer"]
    pages = [reader.get_destination_page_number(entry) for entry in (how, chapter, *beats)]
    assert pages == [1, 2, 2, 3, 3]
    for number, page in enumerate(reader.pages, start=1):
        lines = page.extract_text().splitlines()
        assert (str(number) in (lines[-1], lines[-1].split()[-1])) == (number > 1)
    links = [
        note for note in reader.pages[0]["/Annots"] if note.get_object()["/Subtype"] == "/Link"
    ]
    assert len(links) >= 3
    assert reader.metadata.title.startswith("glassnet: how a neural network learns")
    assert reader.metadata.author == "glassnet contributors"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    # The standard for what can be read aloud: typst refuses a picture without words.
    assert b"pdfuaid:part" in pdf.read_bytes()


def test_the_same_chapter_gives_the_same_bytes(pdf, folder):
    again = folder / "again.pdf"
    assert main(["handout", str(folder / "demo.py"), "--out", str(again)]) == 0
    assert again.read_bytes() == pdf.read_bytes()
    assert b"CreationDate" not in again.read_bytes()


@pytest.mark.parametrize(("place", "count"), [(1, 5), (1, 8), (2, 3), (2, 8)])
def test_a_beat_with_much_to_show_has_a_page_of_its_own(parts, place, count):
    (part,) = parts
    values = np.linspace(0, 1, 10) / 7
    vectors = [
        [Entry(f"{n + v:.2f}", f"a{n}[{i}]", n + v) for i, v in enumerate(values.tolist())]
        for n in range(count)
    ]
    sections = [*part.sections]
    sections[place] = replace(sections[place], entries=[e for vector in vectors for e in vector])
    pdf = document.typeset([replace(part, sections=sections)])
    reader = PdfReader(io.BytesIO(pdf))
    assert [len(page.images) for page in reader.pages] == [1, 0, 1, 1, 1]
    title = ("1.2 Sum it up 0:", "1.3 Answer 0:")[place - 1]
    text = read(reader.pages[find(reader, title)])
    for vector in vectors:
        for index, entry in enumerate(vector):
            assert f"{index} {entry.text} {full(entry.value)}" in text


# The chapters there are


@pytest.fixture(scope="module")
def lecture(tmp_path_factory):
    """All chapters, drawn small, and their handout."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("RECIPE", "STEP", "TRACE"):
            patch.delenv(f"GLASSNET_{name}", raising=False)
        patch.setattr(stills, "QUALITY", "l")
        parts = [read_chapter(chapter) for chapter in find_chapters()]
    return parts, PdfReader(io.BytesIO(document.typeset(parts)))


def test_every_chapter_compiles_and_every_beat_is_found(lecture):
    parts, reader = lecture
    pages = [read(page) for page in reader.pages]
    beats = [section.beat for part in parts for section in part.sections]
    assert len(beats) > 40
    assert sum(len(page.images) for page in reader.pages) == len(beats) + 1
    solid = ["".join(page.split()) for page in pages]  # one-hot may be broken at its hyphen
    for beat in beats:
        assert any("".join(beat.narration.replace("'", "’").split()) in page for page in solid)
    assert len(pages) < len(beats)
    for part in parts:
        assert len([page for page in pages if part.told.question.replace("'", "’") in page]) >= 2
        plain = {place for place, section in enumerate(part.sections) if section.still.plain}
        last = len(part.sections) - 1
        assert {last} <= plain <= {0, last}  # between question and answer something is drawn


def test_formulas_of_chapters_are_read_off_their_frames(lecture):
    parts, _ = lecture
    found = {}
    for part in parts:
        for section in part.sections:
            formulas = [
                " | ".join(" ".join(term["alt"] for term in line) for line in lines)
                for lines in section.still.formulas
            ]
            found[part.name, section.beat.name] = formulas, section.still.code
    assert found["bias", "slide"][0] == ["a = sigma(w dot x + b)", "w dot x = +1.22"]
    assert found["bias", "always-one"][0][0].startswith("z = w_1 x_1")  # shown in parts
    assert found["forward", "sums"][0] == ["h = sigma(W_1 x + b_1)"]  # lit part by part
    assert found["one_hot", "one-row-each"][1] == ["np.eye(10)"]  # the beginning of a line
    assert found["one_hot", "stand-it-up"][1] == ["np.eye(10)[5]"]
    assert re.fullmatch(r" *o += sigmoid\( +W2 +@ +h +\+ +b2 +\)", found["forward", "again"][1][0])
    assert found["one_hot", "two-places-differ"][0] == ["sqrt(1^2 + 1^2) | = sqrt(2) | ≈ 1.41"]
    assert found["backprop", "why-just-that"][0] == [
        "delta_o = o - l",
        "o (1 - o) times (o - l) / o (1 - o) | 0.243 times −1.707 | = o - l ≈ −0.414",
    ]
    assert found["backprop", "the-step"][0][1:] == ["eta = 0.01", "+0.1288 +0.0041 = +0.1329"]


# What can go wrong


@pytest.fixture
def run(folder, capsys):
    """Make the chapter's handout: exit code, and the line that is said."""

    def run(out, chapter="demo.py"):
        code = main(["handout", str(folder / chapter), "--out", str(out)])
        lines = capsys.readouterr().err.splitlines()
        return code, lines[-1] if lines else ""

    return run


def test_no_pdf_and_a_folder_are_wrong_words(run, tmp_path):
    code, line = run(tmp_path / "notes.txt")
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "its name ends in .pdf" in line
    (tmp_path / "x.pdf").mkdir()
    code, line = run(tmp_path / "x.pdf")
    assert code == 2
    assert f"x.pdf is a folder: name the file, as {tmp_path / 'x.pdf' / 'handout.pdf'}" in line


def test_a_place_that_cannot_be_written_is_told_before_anything_is_drawn(
    run, tmp_path, monkeypatch
):
    monkeypatch.setattr(document, "read_chapter", lambda *_: pytest.fail("it was drawn"))
    (tmp_path / "file").write_text("")
    code, line = run(tmp_path / "file" / "x.pdf")
    assert code == 2
    assert re.fullmatch(rf"glassnet: --out {tmp_path / 'file'}.*: \S.*", line)

    def refuse(dir):
        raise OSError(errno.EROFS, "Read-only file system", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    code, line = run(tmp_path / "x.pdf")
    assert (code, line) == (2, f"glassnet: --out {tmp_path / 'x.pdf'}: the disk is read-only")


def test_a_full_disk_leaves_the_handout_that_was_there(run, tmp_path, monkeypatch):
    out = tmp_path / "x.pdf"
    write_pdf(out, b"%PDF-1.7 last week's")
    before = out.read_bytes()
    real = Path.write_bytes

    def write(path, data):
        if path.parent == tmp_path:
            real(path, data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    code, line = run(out)
    assert code == 1
    assert f"the disk is full: could not write into {out}" in line
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


@pytest.mark.parametrize(
    ("owner", "name"), [(stills, "draw"), (typst, "compile_with_warnings"), (os, "replace")]
)
def test_stopped_by_the_keyboard_it_leaves_what_was_there(run, tmp_path, monkeypatch, owner, name):
    temporary, out = tmp_path / "temporary", tmp_path / "made" / "x.pdf"
    temporary.mkdir()
    out.parent.mkdir()
    write_pdf(out, b"%PDF-1.7 last week's")
    before = out.read_bytes()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(owner, name, lambda *_, **__: signal.raise_signal(signal.SIGINT))
    assert run(out) == (130, "glassnet: stopped")
    assert [path.read_bytes() for path in out.parent.iterdir()] == [before]
    assert list(temporary.iterdir()) == []


def test_a_font_that_is_not_there_is_not_replaced(run, tmp_path, monkeypatch):
    source = document.TEMPLATE.read_text(encoding="utf-8")
    assert set(re.findall(r'"(New Computer[^"]*|DejaVu[^"]*)"', source)) == set(FONTS)
    template = tmp_path / "document.typ"
    template.write_text(source.replace("DejaVu Sans Mono", "No Such Mono"), encoding="utf-8")
    monkeypatch.setattr(document, "TEMPLATE", template)
    code, line = run(tmp_path / "x.pdf")
    assert (code, (tmp_path / "x.pdf").exists()) == (1, False)
    assert "another font" in line
    assert "no such mono" in line


def test_a_formula_that_does_not_compile_is_named(parts):
    (part,) = parts
    (term,) = part.sections[1].still.formulas[0][0]
    source, term["source"] = term["source"], "frac(a"
    try:
        with pytest.raises(GlassnetError, match=r"demo, sum-it-up: the formula 'delta_o = o - l'"):
            document.typeset(parts)
    finally:
        term["source"] = source


def test_a_chapter_that_raises_is_told_with_its_beat_and_line(run, folder, tmp_path):
    broken = DEMO.replace("self.answer(", "self.anser(")
    (folder / "broken.py").write_text(broken, encoding="utf-8")
    words = (folder / "words.toml").read_text()
    (folder / "words.toml").write_text(words + words.replace("[demo.", "[broken."))
    code, line = run(tmp_path / "x.pdf", "broken.py")
    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert re.fullmatch(
        r"glassnet: broken, answer: AttributeError: .*'anser'.* \(broken.py:\d+\)", line
    )


def test_each_chapter_has_a_line_of_its_own(folder, tmp_path, capsys):
    assert main(["handout", str(folder / "demo.py"), "--out", str(tmp_path / "x.pdf")]) == 0
    said = capsys.readouterr()
    assert re.fullmatch(r"demo: 3 beats \(\d+ s\)\n", said.err)
    assert re.fullmatch(rf"{tmp_path / 'x.pdf'} \(\d+ s\)\n", said.out)


@pytest.mark.parametrize("name", ["n" * 300 + ".pdf", "file/x.pdf", "loop/x.pdf"])
def test_a_place_where_no_pdf_can_be_is_a_wrong_word(name, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert main(["handout", "bias", "--out", str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
