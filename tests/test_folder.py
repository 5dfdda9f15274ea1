"""The folder that films go to: nothing in it that is not ours is ever touched."""

import json
from pathlib import Path

import pytest

from network.errors import SettingsError
from scenes.film.files import OutputError
from scenes.film.folder import Folder, TakenError


def snapshot(folder: Path) -> dict[str, bytes]:
    """All files, and what is in them; but for our own private ones."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".glassnet" not in path.parts
    }


def place(folder: Folder, group: str = "film", **texts: str) -> None:
    folder.new.mkdir(exist_ok=True)
    files = {}
    for name, text in texts.items():
        files[f"{name}.txt"] = folder.new / name
        files[f"{name}.txt"].write_text(text)
    folder.place(group, files)


def test_what_we_put_there_can_be_replaced_and_is_known_by_its_content(tmp_path):
    folder = Folder(tmp_path / "out")
    with folder.alone():
        place(folder, one="1", two="2")
        place(folder, one="other", two="2")
        assert snapshot(folder.path) == {"one.txt": b"other", "two.txt": b"2"}
        (folder.path / "two.txt").write_text("mine now")
        with pytest.raises(TakenError, match=r"two\.txt is not of glassnet, or was changed since"):
            place(folder, one="third", two="3")
        assert snapshot(folder.path) == {"one.txt": b"other", "two.txt": b"mine now"}


def test_what_was_there_before_stays(tmp_path):
    (tmp_path / "one.txt").write_text("mine")
    (tmp_path / "notes").write_text("mine too")
    folder = Folder(tmp_path)
    with folder.alone():
        with pytest.raises(TakenError, match=r"one\.txt is not of glassnet") as caught:
            folder.check(["two.txt", "one.txt"])
        assert caught.value.exit_code == 2
        place(folder, two="ours")
    assert snapshot(tmp_path) == {"one.txt": b"mine", "notes": b"mine too", "two.txt": b"ours"}


@pytest.mark.parametrize("kind", ["folder", "link", "link to ours", "dangling link"])
def test_what_is_no_plain_file_is_not_ours(tmp_path, kind):
    folder = Folder(tmp_path / "out")
    with folder.alone():
        place(folder, one="1")
        one = folder.path / "one.txt"
        if kind == "folder":
            one.unlink()
            one.mkdir()
        else:
            target = tmp_path / "target"
            if kind == "link to ours":
                target.write_text("1")
            elif kind == "link":
                target.write_text("mine")
            one.unlink()
            one.symlink_to(target)
        with pytest.raises(TakenError):
            folder.check(["one.txt"])


def test_killed_while_it_moves_files_the_next_one_knows_them_all(tmp_path, monkeypatch):
    folder = Folder(tmp_path / "out")
    with folder.alone():
        place(folder, one="1", two="2")
        moved: list[Path] = []

        def replace(source: Path, target: Path) -> None:
            if target.parent == folder.path:
                if moved:
                    raise KeyboardInterrupt
                moved.append(target)
            Path(source).rename(target)

        with monkeypatch.context() as patch:
            patch.setattr("scenes.film.folder.os.replace", replace)
            with pytest.raises(KeyboardInterrupt):
                place(folder, one="new", two="new too")
        assert snapshot(folder.path) == {"one.txt": b"new", "two.txt": b"2"}
        place(Folder(folder.path), one="third", two="third too")
    assert snapshot(folder.path) == {"one.txt": b"third", "two.txt": b"third too"}


def test_a_folder_of_our_private_name_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / ".glassnet").mkdir()
    (tmp_path / ".glassnet" / "thesis.txt").write_text("ten years of work")
    with (
        pytest.raises(TakenError, match=r"\.glassnet is not of glassnet"),
        Folder(tmp_path).alone(),
    ):
        raise AssertionError
    assert [path.name for path in (tmp_path / ".glassnet").iterdir()] == ["thesis.txt"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked" / ".glassnet").symlink_to(elsewhere)
    with pytest.raises(TakenError), Folder(tmp_path / "linked").alone():
        raise AssertionError
    assert list(elsewhere.iterdir()) == []


def test_one_that_was_begun_and_not_marked_is_ours(tmp_path):
    (tmp_path / ".glassnet").mkdir()
    (tmp_path / ".glassnet" / "lock").touch()
    (tmp_path / ".glassnet" / ".0123456789ab.json").touch()
    with Folder(tmp_path).alone():
        assert "glassnet" in json.loads((tmp_path / ".glassnet/mark.json").read_text())["made by"]


def test_two_at_once_are_one_line(tmp_path):
    raises = pytest.raises(OutputError, match="another render is writing")
    with Folder(tmp_path).alone(), raises, Folder(tmp_path).alone():
        raise AssertionError


def test_where_there_can_be_no_folder_it_is_said(tmp_path):
    (tmp_path / "file").write_text("a file")
    (tmp_path / "loop").symlink_to("loop")
    for place, why in (
        ("file", "a file, not a folder"),
        ("file/below", "a file, not a folder"),
        ("loop", "circle|Exists|exists"),
        ("x" * 300, "its name is too long"),
    ):
        with pytest.raises(SettingsError, match=why) as caught, Folder(tmp_path / place).alone():
            raise AssertionError
        assert caught.value.exit_code == 2
    assert (tmp_path / "file").read_text() == "a file"
