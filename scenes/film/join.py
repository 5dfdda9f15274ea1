"""One film out of the films of chapters, with PyAV alone.

The packets of H.264 are copied as they are; only where films were not encoded alike is everything
encoded anew. Chapter marks, a subtitle track that can be switched off, a title and where it all
comes from go inside.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream
from PIL import Image

from network.errors import GlassnetError
from scenes.film.subtitles import milliseconds
from scenes.kit.narration import Subtitle

# What ffmpeg's own text subtitles look like: the header that its mov_text encoder asks for.
_ASS_HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, "
    b"Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, "
    b"Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)
_MILLISECONDS = Fraction(1, 1000)

_Packet: TypeAlias = "Packet[Any]"


class FilmError(GlassnetError):
    """A film that cannot be read, written or joined."""


@dataclass(frozen=True)
class Mark:
    """A chapter mark: a title, and from when to when, in seconds."""

    title: str
    start: float
    end: float


@dataclass(frozen=True)
class Contents:
    """What goes into a film besides its pictures."""

    marks: Sequence[Mark] = ()
    subtitles: Sequence[Subtitle] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)


def count_frames(film: Path) -> int:
    """How many frames a film has.

    Raises
    ------
    FilmError
        If it is no film, or not a whole one.
    """
    with _opened(film) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def join(parts: Sequence[Path], out: Path, contents: Contents) -> int:
    """Write films one after the other into one, and give its number of frames.

    Parameters
    ----------
    parts
        At least one film, all of one frame rate.
    out
        Where the film is written; the caller puts it in place when this has returned.
    contents
        Chapter marks, subtitles, metadata.

    Raises
    ------
    FilmError
        If a part cannot be read, or the parts have different frame rates.
    OSError
        If the film cannot be written.
    """
    looks = [_look(part) for part in parts]
    rates = {look.rate for look in looks}
    if len(rates) > 1:
        raise FilmError(f"films of {' and '.join(map(str, sorted(rates)))} frames a second")
    alike = len({look.encoding for look in looks}) == 1
    # Written by its path and not through a Python file: to put the index in front (faststart),
    # FFmpeg reads its own output again.
    options = {"movflags": "+faststart"}
    with av.open(str(out), "w", format="mp4", options=options) as film:
        film.metadata.update(contents.metadata)
        film.set_chapters(
            [
                {
                    "id": number,
                    "start": milliseconds(mark.start),
                    "end": milliseconds(mark.end),
                    "time_base": _MILLISECONDS,
                    "metadata": {"title": mark.title},
                }
                for number, mark in enumerate(contents.marks)
            ]
        )
        packets = _copied(parts, looks, film) if alike else _encoded(parts, looks[0], film)
        if contents.subtitles:
            packets = _with_subtitles(packets, contents.subtitles, film)
        for packet in packets:
            film.mux(packet)
    frames = sum(look.frames for look in looks)
    if (written := count_frames(out)) != frames:
        raise FilmError(f"{out} has {written} frames instead of {frames}: is the disk full?")
    return frames


@dataclass(frozen=True)
class _Look:
    """What a film's video is like.

    Attributes
    ----------
    encoding
        All that must be equal for packets of two films to follow each other.
    rate, size
        Frames a second; width and height.
    order
        For each packet, as they are stored, which frame of the film it holds.
    """

    encoding: tuple[object, ...]
    rate: Fraction
    size: tuple[int, int]
    order: tuple[int, ...]

    @property
    def frames(self) -> int:
        return len(self.order)

    @property
    def delay(self) -> int:
        """By how many frames decoding has to run ahead."""
        return max(number - frame for number, frame in enumerate(self.order))


def _look(film: Path) -> _Look:
    with _opened(film) as container:
        stream = container.streams.video[0]
        codec = stream.codec_context
        times = [packet.pts or 0 for packet in container.demux(stream) if packet.size]
        rank = {time: frame for frame, time in enumerate(sorted(times))}
        return _Look(
            (codec.name, codec.pix_fmt, codec.width, codec.height, bytes(codec.extradata or b"")),
            # What was meant: the average of what is stored is a hair off, and differs by length.
            Fraction(stream.guessed_rate or stream.average_rate or 0),
            (codec.width, codec.height),
            tuple(rank[time] for time in times),
        )


def _copied(
    parts: Sequence[Path], looks: Sequence[_Look], film: OutputContainer
) -> Iterator[_Packet]:
    """The packets of all parts, timed by counting frames."""
    with _opened(parts[0]) as container:
        stream = film.add_stream_from_template(container.streams.video[0])
    first, delay = 0, max(look.delay for look in looks)
    for part, look in zip(parts, looks, strict=True):
        with _opened(part) as container:
            packets = (packet for packet in container.demux(video=0) if packet.size)
            for number, (packet, frame) in enumerate(zip(packets, look.order, strict=True)):
                packet.time_base = 1 / look.rate
                packet.pts = first + frame
                packet.dts = first + number - delay
                packet.duration = 1
                packet.stream = stream
                yield packet
        first += look.frames


def _encoded(parts: Sequence[Path], look: _Look, film: OutputContainer) -> Iterator[_Packet]:
    """The pictures of all parts, encoded anew."""
    stream = film.add_stream("libx264", rate=look.rate, options={"crf": "18"})
    assert isinstance(stream, VideoStream)
    stream.width, stream.height = look.size
    stream.pix_fmt = "yuv420p"
    number = 0
    for part in parts:
        with _opened(part) as container:
            for picture in container.decode(video=0):
                frame = picture.reformat(*look.size, format="yuv420p")
                frame.pts, frame.time_base = number, 1 / look.rate
                number += 1
                yield from stream.encode(frame)
    yield from stream.encode()


def _with_subtitles(
    packets: Iterator[_Packet], subtitles: Sequence[Subtitle], film: OutputContainer
) -> Iterator[_Packet]:
    """The packets, and between them those of a subtitle track."""
    # The video is to be the first stream, and is there with its first packet.
    following = next(packets)
    stream = film.add_stream("mov_text")
    stream.codec_context.subtitle_header = _ASS_HEADER
    stream.metadata["language"] = "eng"
    waiting = [_subtitle_packet(line, stream) for line in subtitles]
    for packet in (following, *packets):
        while waiting and _decoded_at(waiting[0]) <= _decoded_at(packet):
            yield waiting.pop(0)
        yield packet
    yield from waiting


def _decoded_at(packet: _Packet) -> Fraction:
    """In seconds."""
    return (packet.dts or 0) * (packet.time_base or Fraction(1))


def _subtitle_packet(line: Subtitle, stream: Stream) -> _Packet:
    text = line.text.encode()
    packet: _Packet = Packet(len(text).to_bytes(2, "big") + text)
    packet.stream = stream
    packet.time_base = _MILLISECONDS
    packet.pts = packet.dts = milliseconds(line.start)
    packet.duration = milliseconds(line.end) - packet.pts
    packet.is_keyframe = True
    return packet


def poster(film: Path, times: Sequence[float]) -> Image.Image:
    """The frame that has most to show, of those at the given times (seconds)."""
    pictures = [_frame_at(film, time) for time in times]
    return max(pictures, key=detail)


def _frame_at(film: Path, time: float) -> Image.Image:
    """The frame that is on at a time."""
    with _opened(film) as container:
        stream = container.streams.video[0]
        container.seek(int(time * av.time_base))
        shown = None
        for frame in container.decode(stream):
            if shown is not None and frame.time > time + 1e-6:
                break
            shown = frame
        if shown is None:
            raise FilmError(f"{film} has no frame at {time:.2f} s")
        return Image.fromarray(shown.to_ndarray(format="rgb24"))


def detail(picture: Image.Image) -> int:
    """How much there is to see: what a small copy takes as JPEG."""
    small = io.BytesIO()
    picture.reduce(max(1, picture.width // 426)).save(small, "JPEG")
    return small.tell()


def _opened(film: Path) -> InputContainer:
    try:
        return av.open(str(film))
    except av.error.FFmpegError as error:
        raise FilmError(f"{film} cannot be read as a film: {error.strerror}") from error
