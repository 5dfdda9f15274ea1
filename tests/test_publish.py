"""The film and what is published with it: joined to the frame, said in files, vouched for."""

import contextlib
import io
import json
import re
from fractions import Fraction

import av
import numpy as np
import pytest
import srt
from demo_chapters import render, write_chapters
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from network.trace import Trace, file_digest
from network.training import ensure_trace
from scenes.film.join import Contents, FilmError, Mark, count_frames, join, poster
from scenes.film.subtitles import (
    chapter_list,
    milliseconds,
    short_time,
    to_srt,
    to_vtt,
    transcript,
)
from scenes.kit.narration import Subtitle

SIZE = (160, 96)


def write_film(path, shades, rate=15, size=SIZE, **options):
    """A film of one plain grey after the other, with frames that are not stored in order."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"bf": "2", **options})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for shade in shades:
            pixels = np.full((size[1], size[0], 3), shade, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def shades_of(path):
    """Time of each frame, and its grey."""
    with av.open(str(path)) as container:
        return [
            (frame.time, int(frame.to_ndarray(format="gray").mean()))
            for frame in container.decode(video=0)
        ]


ONE, TWO = range(20, 120, 4), range(130, 240, 10)


@pytest.mark.parametrize(
    ("other", "copied"),
    [({}, True), ({"refs": "1", "bf": "0"}, False), ({"size": (320, 192)}, False)],
    ids=["alike", "other settings", "other size"],
)
def test_films_are_joined_frame_by_frame(tmp_path, other, copied):
    one = write_film(tmp_path / "one.mp4", ONE)
    two = write_film(tmp_path / "two.mp4", TWO, **other)
    out = tmp_path / "joined.mp4"
    assert join([one, two, one], out, Contents()) == 2 * len(ONE) + len(TWO)
    shown = shades_of(out)
    assert [time for time, _ in shown] == pytest.approx([k / 15 for k in range(len(shown))])
    wanted = [*ONE, *TWO, *ONE]
    assert [shade for _, shade in shown] == pytest.approx(wanted, abs=8)
    # Copied packets are those of the parts, byte for byte.
    kept = {bytes(packet) for packet in packets(one) + packets(two)}
    assert ({bytes(packet) for packet in packets(out)} <= kept) == copied


def packets(path):
    with av.open(str(path)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]


def test_films_that_cannot_be_joined_are_named(tmp_path):
    one = write_film(tmp_path / "one.mp4", ONE)
    fast = write_film(tmp_path / "fast.mp4", ONE, rate=30)
    with pytest.raises(FilmError, match="15 and 30 frames a second"):
        join([one, fast], tmp_path / "out.mp4", Contents())
    half = tmp_path / "half.mp4"
    half.write_bytes(one.read_bytes()[:500])
    with pytest.raises(FilmError, match=r"half\.mp4 cannot be read"):
        join([one, half], tmp_path / "out.mp4", Contents())


def test_marks_subtitles_and_metadata_are_inside_and_the_index_is_in_front(tmp_path):
    one = write_film(tmp_path / "one.mp4", ONE)
    out = tmp_path / "joined film é.mp4"
    subtitles = [
        Subtitle(0, 2 / 15, "Ein Fünf\nin zwei Zeilen"),
        Subtitle(10 / 15, 1, "<b> & −0.41"),
    ]
    marks = [Mark("Erstes", 0, 25 / 15), Mark("Zweites & mehr", 25 / 15, 50 / 15)]
    join([one, one], out, Contents(marks, subtitles, {"title": "T", "comment": "from here"}))
    with av.open(str(out)) as film:
        assert film.metadata["title"] == "T"
        assert film.metadata["comment"] == "from here"
        assert [(c["metadata"]["title"], c["start"], c["end"]) for c in film.chapters()] == [
            ("Erstes", 0, 1666),
            ("Zweites & mehr", 1666, 3333),
        ]
        (track,) = film.streams.subtitles
        assert track.codec_context.name == "mov_text"
        told = [packet for packet in film.demux(track) if packet.size > 2]
        assert [bytes(packet)[2:].decode() for packet in told] == [line.text for line in subtitles]
        assert [packet.pts * packet.time_base for packet in told] == [0, Fraction(666, 1000)]
    stored = out.read_bytes()
    assert 0 < stored.index(b"moov") < stored.index(b"mdat")


def test_the_poster_is_the_frame_with_most_to_show(tmp_path):
    path = tmp_path / "film.mp4"
    generator = np.random.default_rng(0)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for number in range(30):
            pixels = np.full((192, 320, 3), 20, np.uint8)
            if number == 17:
                pixels[50:150, 50:250] = generator.integers(0, 255, (100, 200, 3))
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    picture = np.asarray(poster(path, [0.35, 1.75, 2.85]))
    assert picture[60:140, 60:240].std() > 20
    assert np.asarray(poster(path, [0.35, 2.85])).std() < 5


# Words as files

LINES = [Subtitle(0, 1 / 15, "One & <two>"), Subtitle(61.066667, 3661.5, "first\nsecond")]


def test_subtitles_in_both_forms():
    first, second = srt.parse(to_srt(LINES))
    assert (first.index, first.content) == (1, "One & <two>")
    assert (second.start.total_seconds(), second.content) == (61.066, "first\nsecond")
    assert to_vtt(LINES) == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:00.066\nOne &amp; &lt;two&gt;\n\n"
        "00:01:01.066 --> 01:01:01.500\nfirst\nsecond\n"
    )


@given(st.integers(0, 500_000), st.sampled_from([15, 30, 60]))
def test_a_subtitle_is_on_from_the_first_of_its_frames_and_not_before(frame, rate):
    stated = milliseconds(round(frame / rate, 6))
    assert Fraction(frame - 1, rate) < Fraction(stated, 1000) <= Fraction(frame, rate)


CHAPTERS = [
    {
        "title": "Bias",
        "question": "Why *not* [zero]?",
        "start": 0.0,
        "beats": [{"start": 0.0, "narration": "It is _off_ by −0.41 & <more>."}],
    },
    {
        "title": "Backpropagation",
        "question": "Whose fault is it?",
        "start": 3725.933333,
        "beats": [{"start": 3725.933333, "narration": "Blame."}],
    },
]


def test_chapters_as_video_sites_take_them():
    assert chapter_list(CHAPTERS) == (
        "0:00 Bias: Why *not* [zero]?\n1:02:05 Backpropagation: Whose fault is it?\n"
    )
    times = (0, 59.99, 60, 3599.9999999, 3725)
    assert [short_time(time) for time in times] == ["0:00", "0:59", "1:00", "1:00:00", "1:02:05"]


def test_the_transcript_has_all_words_and_no_accidental_marks():
    text = transcript("The film", CHAPTERS)
    assert "# The film\n" in text
    assert "**1:02:05** Blame.\n" in text
    assert "It is \\_off\\_ by −0.41 & \\<more\\>." in text


# What render makes


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    ensure_trace("sigmoid-online")
    folder = tmp_path_factory.mktemp("two") / "a film, für alle"
    sources = write_chapters(folder, "first", "second_one")
    result = render(*sources, "--out", folder / "out")
    assert result.returncode == 0, result.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def manifest(film):
    return json.loads((film / "manifest.json").read_text(encoding="utf-8"))


def test_it_plays_in_browsers_and_phones(film, manifest):
    with av.open(str(film / manifest["film"])) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (854, 480)
        assert stream.average_rate == 15
        titles = [mark["metadata"]["title"] for mark in container.chapters()]
        assert titles == [chapter["title"] for chapter in manifest["chapters"]]
        comment = container.metadata["comment"]
        assert container.metadata["title"] == manifest["title"]
    assert manifest["chapters"][0]["digest"] in comment
    assert "recipe sigmoid-online, step 0" in comment
    assert f"manim {manifest['versions']['manim']}" in comment
    assert count_frames(film / manifest["film"]) == manifest["frames"]
    assert manifest["duration"] == pytest.approx(manifest["frames"] / 15)


def test_the_manifest_vouches_for_every_file(film, manifest):
    listed = {about["path"]: about for about in manifest["files"]}
    there = {
        path.relative_to(film).as_posix()
        for path in film.rglob("*")
        if path.is_file() and not path.relative_to(film).parts[0].startswith(".")
    }
    assert {name for name in there if not name.endswith(".record.json")} == {
        *listed,
        "manifest.json",
    }
    for name, about in listed.items():
        assert file_digest(film / name) == about["sha256"]
        assert (film / name).stat().st_size == about["bytes"]
    assert {"index.html", "chapters.txt", "transcript.md"} <= set(listed)
    for suffix in ("mp4", "srt", "vtt"):
        assert {f"glassnet-480p.{suffix}", f"chapters/480p/first.{suffix}"} <= set(listed)
    with Image.open(film / manifest["poster"]) as picture:
        assert picture.size == (854, 480)


def test_chapters_and_beats_follow_each_other_to_the_frame(film, manifest):
    first, second = manifest["chapters"]
    assert first["start"] == 0
    assert second["end"] == manifest["duration"]
    for chapter in manifest["chapters"]:
        beats = chapter["beats"]
        times = [chapter["start"], *(beat["end"] for beat in beats)]
        assert [beat["start"] for beat in beats] == times[:-1]
        assert times[-1] == chapter["end"]
        assert count_frames(film / chapter["film"]) == round((times[-1] - times[0]) * 15)
        for time in times:
            assert time * 15 == pytest.approx(round(time * 15), abs=1e-3)
    assert first["end"] == second["start"]


def test_subtitles_are_those_of_the_beats(film, manifest):
    lines = list(srt.parse((film / "glassnet-480p.srt").read_text(encoding="utf-8")))
    beats = [beat for chapter in manifest["chapters"] for beat in chapter["beats"]]
    said = " ".join(line.content.replace("\n", " ") for line in lines)
    assert said == " ".join(beat["narration"] for beat in beats)
    starts = {milliseconds(beat["start"]) for beat in beats}
    assert starts <= {round(line.start.total_seconds() * 1000) for line in lines}
    for line in lines:
        assert len(line.content.splitlines()) <= 2
        assert max(map(len, line.content.splitlines())) <= 42
    own = list(srt.parse((film / "chapters/480p/second_one.srt").read_text(encoding="utf-8")))
    assert own[0].start.total_seconds() == 0
    assert [line.content for line in own] == [line.content for line in lines][-len(own) :]
    assert (film / "glassnet-480p.vtt").read_text().startswith("WEBVTT\n\n00:00:00.000 --> ")


def test_each_reading_can_be_read_again_by_its_line(manifest):
    value = float(Trace.open(ensure_trace("sigmoid-online"))[0]["delta2[5]"])
    first, second = manifest["chapters"]
    on_screen = [r for r in first["readings"] if r["place"] == "screen"]
    # It fades in with the first beat, and out in the second.
    one, two = first["beats"]
    assert [(r["beat"], r["start"], r["end"]) for r in on_screen] == [
        ("one", one["start"], one["end"]),
        ("two", two["start"], two["start"] + 1),
    ]
    assert all(r["start"] >= second["start"] for r in second["readings"])
    for reading in first["readings"] + second["readings"]:
        assert reading["value"] == value
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(reading["python"], {})
        assert float(printed.getvalue()) == value
    assert not re.search(r"\(\"/", first["readings"][0]["python"]), "no path of this machine"
