"""What stands in docs/ and README is true: examples are run as they stand there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from network.training import ensure_trace
from scenes.film.chapters import chapter_names, find_chapters
from scenes.film.check import check

pytestmark = pytest.mark.film

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)


def test_the_chapter_of_the_docs_can_be_played_and_nothing_is_wrong_with_it(tmp_path):
    (source,) = blocks("docs/write-a-chapter.md", "python")
    (words,) = blocks("docs/write-a-chapter.md", "toml")
    assert len(source.splitlines()) <= 50
    (tmp_path / "answer.py").write_text(source, encoding="utf-8")
    (tmp_path / "words.toml").write_text(words, encoding="utf-8")
    (chapter,) = find_chapters([str(tmp_path / "answer.py")])
    assert check(chapter) == []


@pytest.mark.parametrize("page", ["docs/trace-format.md", "README.md"])
def test_lines_of_python_run_as_they_stand(page):
    ensure_trace("sigmoid-online")
    found = blocks(page, "python")
    assert found
    for block in found:
        done = subprocess.run(
            [sys.executable, "-c", block], cwd=ROOT, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, ""), block


def test_the_readme_has_the_chapters_in_the_order_of_the_film():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `scenes/(\w+)\.py` \|", text, re.M) == chapter_names()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link


def test_modules_that_the_docs_name_are_there():
    for page in PAGES:
        for name in re.findall(r"`((?:network|scenes)/[\w/]+\.py)`", page.read_text("utf-8")):
            assert (ROOT / name).exists() or "<" in name, (page.name, name)
