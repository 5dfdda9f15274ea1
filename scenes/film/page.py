"""The page to watch the film and teach from: one HTML file that lies beside it.

Everything that a browser shows comes from the film's manifest: the player, the chapters, the
transcript, and the readings with the Python lines that read them again. The parts lie in
``page_parts/``: a template, a style sheet and scripts, all put into the one file.
"""

import base64
import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from network.moment import PATH
from scenes.film.subtitles import beat_title, short_time

PARTS: Final = Path(__file__).with_name("page_parts")

# One function around them all, so that nothing is global.
_SCRIPTS: Final = ("helpers.js", "numbers.js", "page.js")
_SCRIPT: Final = '(() => {{\n"use strict";\n\n{}\n}})();'

# What a quantity of a step is called in words, and by which colour the film tells it.
_KINDS: Final = {
    "x": ("pixel", "activation"),
    "y": ("right answer", "truth"),
    "z": ("weighted sum", ""),
    "a": ("activation", "activation"),
    "delta": ("blame", "blame"),
    "dW": ("gradient of the weight", ""),
    "db": ("gradient of the bias", ""),
    "W": ("weight", "signed"),
    "b": ("bias", "signed"),
    "label": ("right answer", "truth"),
    "error": ("mean squared error", "blame"),
    "loss": ("loss", "blame"),
    "at": ("steps of training so far", ""),
}

# What of a picture stands for values, in words: one, and more than one.
_PARTS_OF_PICTURES: Final = {
    "colours": ("picture", "pictures"),
    "length": ("bar", "bars"),
    "ends of bars": ("bars", "bars"),
    "points": ("curve", "curves"),
    "lights of edges": ("edges", "edges"),
    "colours of neurons": ("neurons", "neurons"),
    "colours of cells": ("column", "columns"),
    "colours of blame": ("blame", "blame"),
    "rings of blame": ("rings", "rings"),
}


_SPLITS: Final = {"train": "training", "test": "test"}


def render_page(manifest: Mapping[str, Any]) -> str:
    """The whole page as text, to be written as ``index.html`` beside the film.

    Parameters
    ----------
    manifest
        What is in the film and when: what ``manifest.json`` holds, format 1.
    """
    chapters = list(_chapters(manifest))
    style = _part("page.css")
    script = _SCRIPT.format("\n".join(map(_part, _SCRIPTS)))
    environment = Environment(
        loader=FileSystemLoader(PARTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clock": short_time, "in_minutes": in_minutes, "counted": counted}
    return environment.get_template("template.html").render(
        manifest=manifest,
        film=quote(manifest["film"]),
        chapters=chapters,
        recordings=list(dict.fromkeys((c["recipe"], c["trace"], c["digest"]) for c in chapters)),
        data=_data(manifest, chapters),
        style=Markup(style),
        style_hash=_digest(style),
        script=Markup(script),
        script_hash=_digest(script),
    )


def in_minutes(seconds: float) -> str:
    """How long something is, as people say it: ``45 seconds``, ``7 minutes``, ``1 h 5 min``."""
    if seconds < 90:
        return counted(round(seconds), "second")
    minutes = round(seconds / 60)
    return counted(minutes, "minute") if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def counted(number: int, noun: str) -> str:
    """A number of things: ``1 chapter``, ``4 chapters``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


_SEEN: Final = re.compile(
    r'trace\.see\((?:image|\("(train|test)", (\d+)\))(?:, at=(\d+))?(, biases=False)?\)\["(.+)"\]'
)


def explain(source: str) -> str:
    """What a reading is, in words: ``delta2[3]`` is the ``blame, neuron 3 of layer 2``."""
    seen = _SEEN.fullmatch(source)
    if seen is not None:
        split, index, at, without, path = seen.groups()
        words = [explain(path)]
        if not re.match("[Wb]", path):
            words.append("an image" if split is None else f"{_SPLITS[split]} image {int(index):,}")
        words.append("after training" if at is None else f"before step {int(at):,}")
        return ", ".join([*words, "without biases"] if without else words)
    match = PATH.fullmatch(source)
    if match is None:
        return "computed"
    name, after, place = match[1].removesuffix("_after"), match[1].endswith("_after"), match[2]
    kind = name.rstrip("0123456789")
    layer = name.removeprefix(kind)
    words = _KINDS.get(kind, (kind.replace("_", " "), ""))[0]
    where = _place(kind, layer, place.split(",") if place else [])
    return ", ".join(part for part in (words, where, "after the step" if after else "") if part)


def _place(kind: str, layer: str, indices: list[str]) -> str:
    """Where in its array a value stands."""
    match kind, [index.strip() for index in indices]:
        case "x", [row, column]:
            return f"row {row}, column {column}"
        case "x", [pixel]:
            return f"number {pixel}"
        case "y", [output]:
            return f"output {output}"
        case (("W" | "dW"), [to, row, column]):
            return f"to neuron {to} of layer {layer} from row {row}, column {column} of the picture"
        case (("W" | "dW"), [to, source]):
            origin = "pixel" if layer == "1" else "neuron"
            return f"to neuron {to} of layer {layer} from {origin} {source}"
        case (("z" | "a" | "delta" | "b" | "db"), [neuron]):
            return f"neuron {neuron} of layer {layer}"
        case (("W" | "dW"), [to]):
            return f"to neuron {to} of layer {layer}"
        case _, []:
            return f"layer {layer}" if layer else ""
        case _:
            return f"at {', '.join(indices)}"


def _colour(source: str, value: float | str) -> str:
    """By which of the film's colours a reading is marked; none for what is computed."""
    seen = _SEEN.fullmatch(source)
    match = PATH.fullmatch(seen[5] if seen else source)
    kind = match[1].removesuffix("_after").rstrip("0123456789") if match else ""
    colour = _KINDS.get(kind, ("", ""))[1]
    if colour != "signed":
        return colour
    return "" if isinstance(value, str) else "negative" if value < 0 else "positive"


def _part(name: str) -> str:
    return (PARTS / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    """By which the page's own rules know its style and script, and let no others in."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _chapters(manifest: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The chapters, each beat with its title, address and lines."""
    for chapter in manifest["chapters"]:
        beats = [
            {
                **beat,
                "title": beat_title(beat["name"]),
                "address": f"#{quote(chapter['name'])}/{quote(beat['name'])}",
                "lines": beat["subtitles"] or _unbroken(beat),
            }
            for beat in chapter["beats"]
        ]
        yield {**chapter, "beats": beats, "address": f"#{quote(chapter['name'])}"}


def _unbroken(beat: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The words of a beat that has no subtitles, as one line."""
    if not beat["narration"]:
        return []
    return [{"start": beat["start"], "end": beat["end"], "text": beat["narration"]}]


def _data(manifest: Mapping[str, Any], chapters: list[dict[str, Any]]) -> dict[str, Any]:
    """What the script needs, in lists whose order is that of the elements on the page."""
    return {
        "film": manifest["film"],
        "frameRate": manifest["frame_rate"],
        "duration": manifest["duration"],
        "chapters": [
            {key: chapter[key] for key in ("name", "title", "question", "start", "end")}
            for chapter in chapters
        ],
        "beats": [
            {key: beat[key] for key in ("name", "title", "start", "end", "narration")}
            | {"chapter": number}
            for number, chapter in enumerate(chapters)
            for beat in chapter["beats"]
        ],
        "lines": [
            {key: line[key] for key in ("start", "end", "text")}
            for chapter in chapters
            for beat in chapter["beats"]
            for line in beat["lines"]
        ],
        "readings": [
            {key: reading[key] for key in ("start", "end", "place", "source", "text", "python")}
            | {
                "value": _in_full(reading["value"]),
                "what": explain(reading["source"]),
                **_on_its_way(reading),
                "colour": _colour(reading["source"], reading["value"]),
                "step": "" if reading["step"] is None else f"step {reading['step']:,}",
                "trace": chapter["trace"],
            }
            for chapter in chapters
            for reading in chapter["readings"]
        ],
        "pictures": [
            picture | {"trace": chapter["trace"]}
            for chapter in chapters
            for picture in _pictures(chapter["pictures"])
        ],
    }


def _on_its_way(reading: Mapping[str, Any]) -> dict[str, str]:
    """What else is told of a number that counts: where it goes, which it does not show yet."""
    if reading["place"] != "counting":
        return {}
    words = f"counting to this: {explain(reading['source'])}"
    return {"place": "screen", "text": f"\N{RIGHTWARDS ARROW} {reading['text']}", "what": words}


def _pictures(drawings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What the page says of pictures; values of one array, such as ten bars, are one of them."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for drawing in drawings:
        whole = _ONE_OF_MANY.sub(r"\1\2", drawing["source"])
        about = (drawing[key] for key in ("what", "step", "start", "end"))
        groups.setdefault((whole, *about), []).append(drawing)
    for (whole, what, step, start, end), group in groups.items():
        first, source = group[0], group[0]["source"] if len(group) == 1 else whole
        names = _PARTS_OF_PICTURES.get(what, (what, what))
        yield {
            "start": start,
            "end": end,
            "place": "picture",
            "source": source,
            "text": names[0] if len(group) == 1 else f"{len(group)} {names[1]}",
            "value": "",
            "what": explain(source),
            "colour": _colour(source, ""),
            "step": "" if step is None else f"step {step:,}",
            # The line for one of them reads all when the index is left out.
            "python": first["python"].replace(first["source"], source),
            "box": _around([drawing["place"] for drawing in group]),
        }


_ONE_OF_MANY: Final = re.compile(r'^(.*?[A-Za-z]\d*)\[\d+\]("\])?$')
"""One value of a vector: ``a2[3]``, ``trace.see(("test", 7))["a2[3]"]``."""


def _around(places: list[list[float]]) -> list[float]:
    """The smallest box around boxes: left, top, width and height, as shares of the frame."""
    left, top = (min(place[k] for place in places) for k in (0, 1))
    right, bottom = (max(place[k] + place[k + 2] for place in places) for k in (0, 1))
    return [round(share, 4) for share in (left, top, right - left, bottom - top)]


def _in_full(value: float | str) -> str:
    """A value as JSON has it: every digit that tells it from the next float."""
    if isinstance(value, str):
        return value
    return json.dumps(value) if math.isfinite(value) else str(value)
