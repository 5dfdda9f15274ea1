"""What vouches for files in the folder for films, also where an earlier version made it."""

import json

import pytest
from demo_chapters import render, write_chapters

from network.trace import file_digest
from scenes.film.folder import PRIVATE, Folder, TakenError

NAME, OTHER = "index.html", "chapters/480p/tiny.mp4"


@pytest.fixture
def folder(tmp_path):
    """A folder in which the two files have been placed, as by a render."""
    folder = Folder(tmp_path / "films")
    _place(folder)
    return folder


def _place(folder, text="made"):
    with folder.alone():
        folder.new.mkdir(exist_ok=True)
        for number, name in enumerate((NAME, OTHER)):
            (folder.new / str(number)).write_text(f"{text} {name}")
        folder.place("film", {NAME: folder.new / "0", OTHER: folder.new / "1"})


@pytest.mark.parametrize("name", ["chapters", "chapters/480p"])
def test_a_file_where_a_folder_has_to_be_is_found_first(name, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    with pytest.raises(TakenError, match="where a folder has to be"):
        Folder(tmp_path).check([OTHER])


@pytest.mark.parametrize("text", ["", "[]", "{", '{"index.html": 5}', '{"index.html": [5]}'])
def test_a_damaged_ledger_vouches_for_nothing(text, folder):
    (folder.path / PRIVATE / "made" / "film.json").write_text(text)
    with pytest.raises(TakenError):
        folder.check([NAME])


# Folders of earlier versions have a manifest and records only


def _write_book(folder, name, content):
    path = folder.path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


BOOKS = ["manifest.json", "chapters/480p/tiny.record.json"]


@pytest.fixture
def earlier(tmp_path):
    """A folder as an earlier version left it."""
    folder = Folder(tmp_path)
    film = folder.path / OTHER
    film.parent.mkdir(parents=True)
    film.write_text("film")
    (folder.path / NAME).write_text("page")
    digests = {name: file_digest(folder.path / name) for name in (NAME, OTHER)}
    files = [{"path": name, "sha256": digest} for name, digest in digests.items()]
    _write_book(folder, BOOKS[0], {"format": 1, "files": files})
    _write_book(folder, BOOKS[1], {"format": 1, "made": {"tiny.mp4": digests[OTHER]}})
    return folder


def test_the_books_of_earlier_versions_vouch_for_files_and_themselves(earlier):
    earlier.check([NAME, OTHER, *BOOKS])


@pytest.mark.parametrize("book", BOOKS)
def test_a_record_vouches_as_a_manifest_does(book, earlier):
    (earlier.path / next(other for other in BOOKS if other != book)).unlink()
    earlier.check([OTHER, book])


@pytest.mark.parametrize("name", [NAME, OTHER])
def test_files_that_were_changed_since_are_not_vouched_for(name, earlier):
    (earlier.path / name).write_text("mine")
    with pytest.raises(TakenError, match=name.rpartition("/")[2]):
        earlier.check([name])
    with pytest.raises(TakenError, match=r"manifest\.json"):
        earlier.check([BOOKS[0]])


@pytest.mark.parametrize("book", BOOKS)
def test_a_book_written_by_somebody_else_vouches_not_for_itself(book, earlier):
    path = earlier.path / book
    path.write_text(json.dumps(json.loads(path.read_text())))
    with pytest.raises(TakenError):
        earlier.check([book])


@pytest.mark.parametrize(
    "text", ["{}", "[]", '{"files": 1}', '{"files": [1]}', '{"files": [{"path": []}]}', "x"]
)
def test_somebodys_own_manifest_is_no_error_and_vouches_for_nothing(text, tmp_path):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(TakenError):
        Folder(tmp_path).check(["manifest.json"])


@pytest.mark.parametrize("name", ["transcript.md", "chapters"])
def test_a_folder_in_which_no_film_can_be_is_left_as_it_was(name, tmp_path):
    (chapter,) = write_chapters(tmp_path / "source", "tiny")
    out = tmp_path / "out"
    out.mkdir()
    (out / name).write_text("mine")
    done = render(chapter, "--out", out)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert [path.name for path in out.iterdir()] == [name]
