"""The books beside a film: only our own are ever replaced."""

import json
import os
import tempfile
from pathlib import Path

import pytest

from network.errors import SettingsError
from scenes.kit import books
from scenes.kit.books import check_free, keep_books
from tests.small_runs import read_files

READINGS = {"readings": [{"value": -0.41, "text": "−0.41"}]}
TIMELINE = {"scene": "Bias", "duration": 3.0}
SRT = "1\n00:00:00,000 --> 00:00:01,000\nEins, zwei: drei\n"


def keep(film: Path, subtitles: str = SRT) -> None:
    keep_books(film, READINGS, TIMELINE, subtitles)


def test_books_are_what_they_are_given_and_signed(tmp_path):
    keep(tmp_path / "new" / "film.mp4")
    made = read_files(tmp_path / "new")
    assert made["film.srt"].decode() == SRT
    for name, content in (("film.readings.json", READINGS), ("film.timeline.json", TIMELINE)):
        assert json.loads(made[name]).items() >= content.items()
        assert len(json.loads(made[name])["sha256"]) == 64
    keep(tmp_path / "new" / "film.mp4", "")
    assert set(read_files(tmp_path / "new")) == {"film.readings.json", "film.timeline.json"}
    keep(tmp_path / "new" / "film.mp4")
    assert read_files(tmp_path / "new") == made


@pytest.mark.parametrize("suffix", [".srt", ".readings.json", ".timeline.json"])
@pytest.mark.parametrize("content", [b"", b"mine", b"{}", b"[]", b"null", b'{"sha256": "0"}', None])
def test_what_is_somebody_s_or_was_changed_is_never_replaced(tmp_path, suffix, content):
    film = tmp_path / "film.mp4"
    path = film.with_suffix(suffix)
    for others in (False, True):
        if others:
            path.unlink()
            keep(film)
        # None: a word of ours that was mended by hand.
        ours = path.read_bytes() if others else b'{"duration": 3.0}'
        path.write_bytes(ours.replace(b"3", b"4") + b" " if content is None else content)
        if others and content is None and suffix == ".readings.json":
            path.write_bytes(ours.replace(b"0.41", b"0.42"))
        before = read_files(tmp_path)
        for attempt in (check_free, keep):
            with pytest.raises(SettingsError, match=r"film\..* is not of glassnet") as caught:
                attempt(film)
            assert caught.value.exit_code == 2
        assert read_files(tmp_path) == before


def test_a_folder_or_a_link_in_the_place_of_a_book_is_refused(tmp_path):
    film = tmp_path / "film.mp4"
    keep(film)
    film.with_suffix(".readings.json").rename(tmp_path / "real")
    film.with_suffix(".readings.json").symlink_to(tmp_path / "real")
    with pytest.raises(SettingsError, match="is not of glassnet"):
        check_free(film)
    film.with_suffix(".readings.json").unlink()
    film.with_suffix(".readings.json").mkdir()
    with pytest.raises(SettingsError, match="is not of glassnet"):
        check_free(film)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="permissions as on POSIX")
@pytest.mark.parametrize(("mode", "do"), [(0o555, "write into"), (0o000, "enter")])
@pytest.mark.parametrize("name", ["film.mp4", "a/b/film.mp4"])
def test_a_folder_that_may_not_be_written_is_named_before_filming(mode, do, name):
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as above:
        Path(above).chmod(0o755)
        folder = Path(above) / "folder"
        folder.mkdir()
        folder.chmod(mode)
        try:
            if user == 0:
                os.seteuid(65534)  # root may do everything
            with pytest.raises(SettingsError, match=rf"no permission to {do} {folder}$"):
                check_free(folder / name)
        finally:
            os.seteuid(user)
            folder.chmod(0o755)
        check_free(folder / name)


def test_killed_between_two_books_the_next_film_can_be_made(tmp_path, monkeypatch):
    film = tmp_path / "film.mp4"
    write = books.write_whole
    for until in range(4):
        keep(film)
        left = [until]

        def write_some(path: Path, content: str, left: list[int] = left) -> None:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            write(path, content)

        with monkeypatch.context() as patch:
            patch.setattr(books, "write_whole", write_some)
            if until < 3:
                with pytest.raises(KeyboardInterrupt):
                    keep(film, SRT.replace("Eins", "Null"))
            else:
                keep(film, SRT.replace("Eins", "Null"))
        check_free(film)
