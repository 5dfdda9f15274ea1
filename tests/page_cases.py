"""The film's page in a real Chromium: a small film to show in it, how to drive it, what must hold.

What is named ``check_…`` holds for the page of any film and takes its manifest; the tests of the
page try it on a small film, those of a whole render on a real one.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from scenes.film.page import render_page

RATE = 15
FRAMES = 180
SIZE = (320, 180)
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1440, "height": 900}


# A small film, whose frames show their number


def write_film(path: Path) -> None:
    """Twelve seconds; each frame shows its number as eight bars, dark or bright, for its bits."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=RATE)
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "30"}
        for number in range(FRAMES):
            bits = [230 if number >> bit & 1 else 25 for bit in range(8)]
            row = np.repeat(np.array(bits, np.uint8), SIZE[0] // 8)
            picture = np.broadcast_to(row[None, :, None], (SIZE[1], SIZE[0], 3))
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def frame_seen(page: Page) -> int:
    """The number of the frame that is really on screen, read from its bars."""
    from io import BytesIO

    from PIL import Image

    picture = Image.open(BytesIO(page.locator("video").screenshot())).convert("L")
    width, height = picture.size
    # The picture stands in the middle of its element, as wide or as high as that.
    shown = min(width, height * SIZE[0] / SIZE[1])
    left = (width - shown) / 2
    bars = [
        picture.getpixel((int(left + (bit + 0.5) * shown / 8), height // 2)) for bit in range(8)
    ]
    return sum((bar > 128) << bit for bit, bar in enumerate(bars))


def make_manifest() -> dict[str, Any]:
    """Two chapters with five beats, a pause between two of them, and known readings."""
    opening = make_beat("opening", 0.0, 2.0, "What is it for? One number.")
    middle = make_beat("the-middle", 2.0, 4.4, "The blame is −0.41. It flows back.")
    crowd = make_beat("crowd", 4.8, 7.2, "Here are all of them, at once.")
    first = make_beat("first-step", 7.2, 9.6, "Now it learns. A little at a time.")
    answer = make_beat("answer", 9.6, 12.0, "That is all there is to it.")
    early = [
        make_reading(opening, 1.0, 2.0, "error", 0.25329482555389404, "0.2533", step=4711),
        make_reading(middle, 2.0, 4.4, "W2[3,7]", -0.12878617644309998, "−0.129"),
        make_reading(middle, 3.0, 4.4, "delta2[3]", -0.41420578956604004, "−0.41"),
        make_reading(middle, 2.0, 4.4, "delta2[3]", -0.41420578956604004, "−0.41", "narration"),
        make_reading(middle, 2.5, 3.0, "delta2[3]", -0.41420578956604004, "−0.41", "counting"),
    ]
    many = [
        make_reading(crowd, 4.8 + (number >= 100), 7.2, f"x[{number}]", number / 784, "0.1")
        for number in range(150)
    ]
    late = [
        make_reading(first, 7.2, 9.6, "loss", "NaN", "NaN"),
        make_reading(first, 8.0, 9.6, "mean_error(trace, 1)", 1e-07, "0.0000", step=None),
        make_reading(answer, 10.0, 11.0, "a1[19]", 1.0, "1"),
        make_reading(answer, 11.2, 11.266667, "a1[18]", 0.5, "0.50"),
    ]
    bars = [
        make_picture(middle, 2.0, 4.4, f"a2[{row}]", "length", (0.5, 0.2 + 0.1 * row, 0.25, 0.05))
        for row in range(3)
    ]
    digit = make_picture(middle, 2.0, 4.4, "x", "colours", (0.1, 0.25, 0.2, 0.4))
    return {
        "format": 1,
        "title": "A small film: how to count",
        "film": "small film-é.mp4",
        "poster": "small.png",
        "quality": "480p",
        "width": SIZE[0],
        "height": SIZE[1],
        "frame_rate": float(RATE),
        "duration": 12.0,
        "versions": {"glassnet": "0.1.0", "python": "3.11"},
        "chapters": [
            make_chapter(
                "alpha",
                "The beginning",
                0.0,
                7.2,
                [opening, middle, crowd],
                early + many,
                [digit, *bars],
            ),
            make_chapter("beta", "The end", 7.2, 12.0, [first, answer], late),
        ],
        "files": [],
    }


def make_chapter(
    name: str,
    title: str,
    start: float,
    end: float,
    beats: list[Any],
    readings: list[Any],
    pictures: list[Any] | None = None,
) -> dict[str, Any]:
    """A chapter of the manifest; its question is "Why <title>?"."""
    return {
        "name": name,
        "title": title,
        "question": f"Why {title}?",
        "start": start,
        "end": end,
        "film": f"chapters/480p/{name}.mp4",
        "recipe": f"recipe-{name}",
        "step": 0,
        "trace": f"data/traces/recipe-{name}",
        "digest": "0123456789abcdef" * 4,
        "beats": beats,
        "readings": readings,
        "pictures": pictures or [],
    }


def make_beat(name: str, start: float, end: float, narration: str) -> dict[str, Any]:
    """A beat with a subtitle for each sentence, one after the other."""
    texts = [f"{text.rstrip('.')}." for text in narration.split(". ")]
    bounds = np.round(np.linspace(start, end, len(texts) + 1) * RATE) / RATE
    subtitles = [
        {"start": float(begin), "end": float(stop), "text": text}
        for begin, stop, text in zip(bounds[:-1], bounds[1:], texts, strict=True)
    ]
    return {
        "name": name,
        "start": start,
        "end": end,
        "narration": narration,
        "subtitles": subtitles,
    }


def make_reading(
    beat: Mapping[str, Any],
    start: float,
    end: float,
    source: str,
    value: float | str,
    text: str,
    place: str = "screen",
    step: int | None = 0,
) -> dict[str, Any]:
    """A reading of the manifest, with a line of Python that tells it from all others."""
    return {
        "beat": beat["name"],
        "start": start,
        "end": end,
        "place": place,
        "step": step,
        "source": source,
        "value": value,
        "text": text,
        "python": f'from network.trace import Trace; print(Trace.open("…")[{step}]["{source}"])',
    }


def make_picture(
    beat: Mapping[str, Any],
    start: float,
    end: float,
    source: str,
    what: str,
    place: tuple[float, float, float, float],
) -> dict[str, Any]:
    """A picture of the manifest; `place` is left, top, width and height, as shares of the frame."""
    return {
        "beat": beat["name"],
        "start": start,
        "end": end,
        "panel": "Picture",
        "what": what,
        "step": 0,
        "source": source,
        "place": list(place),
        "python": f'from network.trace import Trace; print(Trace.open("…")[0]["{source}"])',
    }


def write_page(folder: Path, manifest: Mapping[str, Any]) -> Path:
    """The page beside its film."""
    path = folder / "index.html"
    path.write_text(render_page(manifest), encoding="utf-8")
    return path


# The browser


@contextmanager
def start_chromium() -> Iterator[Browser]:
    """A headless Chromium: the system's, or else Playwright's own.

    Raises
    ------
    RuntimeError
        If there is none: the page cannot be tested without one.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None and not any(_own_browsers().glob("chromium-*")):
        raise RuntimeError("no Chromium to test the page in: tools/setup.sh tests brings one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


def _own_browsers() -> Path:
    """Where Playwright keeps the browsers that it has fetched."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    places = {"darwin": "Library/Caches", "win32": "AppData/Local"}
    return Path(given or Path.home() / places.get(sys.platform, ".cache") / "ms-playwright")


class Visits:
    """Pages opened in one browser, and everything about them that must not be.

    Attributes
    ----------
    faults
        Console errors and warnings, errors of scripts, requests that leave the disk.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, path: Path, place: str = "", **options: Any) -> Page:
        """A page from disk in a context of its own, ready to play."""
        page = self.open_anyhow(path, place, **options)
        wait_until(page, "() => document.getElementById('video').readyState >= 2")
        settle(page)
        return page

    def open_anyhow(self, path: Path, place: str = "", **options: Any) -> Page:
        """A page from disk, whether its film can be played or not."""
        context = self._browser.new_context(**{"viewport": DESK} | options)
        self._contexts.append(context)
        context.on("page", self._watch)
        context.on("request", self._look_at_request)
        page = context.new_page()
        page.goto(path.as_uri() + place)
        return page

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning")
                and self.faults.append(f"console: {message.text}")
            ),
        )

    def _look_at_request(self, request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "about:")):
            self.faults.append(f"request: {request.url}")

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()


def wait_until(page: Page, condition: str, seconds: float = 15) -> None:
    """Wait for a JavaScript function to give something true.

    Playwright's own `wait_for_function` evaluates a string, which the page's rules forbid.
    """
    until = time.monotonic() + seconds
    while not page.evaluate(condition):
        if time.monotonic() > until:
            raise AssertionError(f"not within {seconds} s: {condition}")
        page.wait_for_timeout(30)


def settle(page: Page) -> None:
    """Wait until the film has gone where it was sent and the page has followed."""
    page.evaluate(
        """async () => {
            const video = document.getElementById("video");
            const frame = () => new Promise((done) => requestAnimationFrame(done));
            do { await frame(); await frame(); } while (video.seeking);
            await frame();
        }"""
    )


def seek(page: Page, seconds: float) -> None:
    """Send the film to a time, as the browser's own means would."""
    page.evaluate("t => { document.getElementById('video').currentTime = t; }", seconds)
    settle(page)


def time_of(page: Page) -> float:
    """Where the film is, in seconds."""
    return page.evaluate("() => document.getElementById('video').currentTime")


def is_paused(page: Page) -> bool:
    """Whether the film stands still."""
    return page.evaluate("() => document.getElementById('video').paused")


def wait_until_halted(page: Page, seconds: float = 30) -> None:
    """Wait until the film has been stopped and stands."""
    wait_until(page, "() => document.getElementById('video').paused", seconds)
    settle(page)


def current_readings(page: Page, place: str = "screen") -> list[dict[str, str]]:
    """The rows that are visible now, of a place or of pictures, as a reader sees them."""
    return page.evaluate(
        """id => [...document.querySelectorAll(`#${id} > li:not([hidden])`)].map(row => ({
            source: row.querySelector(".source").textContent,
            text: row.querySelector(".text").textContent,
            value: row.querySelector(".value").textContent,
            step: row.querySelector(".step").textContent,
            trace: row.querySelector(".trace").title,
            python: row.querySelector("button").title,
        }))""",
        {"screen": "on-screen", "narration": "said", "picture": "shown"}[place],
    )


def marked(page: Page, selector: str) -> list[str]:
    """The texts of what is marked as current among the elements."""
    return page.locator(f"{selector}[aria-current]").all_inner_texts()


def subtitle(page: Page) -> str:
    """The words under the picture, "" when there are none."""
    line = page.locator("#subtitle")
    return line.inner_text() if line.is_visible() else ""


def toast(page: Page) -> str:
    """What the page has just said."""
    return page.locator("#toast").inner_text()


# What must hold for any film


def all_beats(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The beats of all chapters, in order."""
    return [beat for chapter in manifest["chapters"] for beat in chapter["beats"]]


def last_frame(beat: Mapping[str, Any], rate: float) -> int:
    """The number of a beat's last frame."""
    return round(beat["end"] * rate) - 1


def expected_readings(
    manifest: Mapping[str, Any], seconds: float, place: str = "screen"
) -> list[dict[str, str]]:
    """What `current_readings` must give at a time: each figure once, in the order of the film."""
    rows = [
        {
            "source": reading["source"],
            "text": f"→ {reading['text']}" if reading["place"] == "counting" else reading["text"],
            "value": reading["value"]
            if isinstance(reading["value"], str)
            else json.dumps(reading["value"]),
            "step": "" if reading["step"] is None else f"step {reading['step']:,}",
            "trace": chapter["trace"],
            "python": reading["python"],
        }
        for chapter in manifest["chapters"]
        for reading in chapter["readings"]
        if reading["place"] in {"screen": ("screen", "counting")}.get(place, (place,))
        and reading["start"] <= seconds < reading["end"]
    ]
    return [row for number, row in enumerate(rows) if row not in rows[:number]]


def check_readings(page: Page, manifest: Mapping[str, Any], times: list[float]) -> None:
    """At the frame of each time the page lists what is on screen and said, and nothing else."""
    rate = manifest["frame_rate"]
    for seconds in times:
        # The middle of the frame: at its edge the browser chooses which of two it shows.
        middle = (int(seconds * rate + 1e-6) + 0.5) / rate
        seek(page, middle)
        for place in ("screen", "narration"):
            shown = current_readings(page, place)
            assert shown == expected_readings(manifest, middle, place), (seconds, place)


def check_links(page: Page, path: Path, manifest: Mapping[str, Any]) -> None:
    """The address of each chapter and beat leads to its first frame, and marks it."""
    rate = manifest["frame_rate"]
    for chapter in manifest["chapters"]:
        for beat in chapter["beats"]:
            page.goto(f"{path.as_uri()}#{chapter['name']}/{beat['name']}")
            settle(page)
            assert int(time_of(page) * rate) == round(beat["start"] * rate), beat["name"]
            assert [text.split("\n")[0] for text in marked(page, ".chapter")] == [chapter["title"]]


def check_stops(page: Page, manifest: Mapping[str, Any], first: int, count: int) -> None:
    """Teaching, at double speed, stops at the last frame of each of some beats and goes on."""
    rate = manifest["frame_rate"]
    beats = all_beats(manifest)
    seek(page, beats[first]["start"] + 0.5 / rate)
    for key in (">", ">", ">", "t"):
        page.keyboard.press(key)
    for beat in beats[first : first + count]:
        page.keyboard.press("Space")
        wait_until_halted(page, beat["end"] - beat["start"] + 10)
        assert int(time_of(page) * rate) == last_frame(beat, rate), beat["name"]
    page.keyboard.press("t")


def violations(page: Page) -> list[str]:
    """What axe has to say against the page as it is now."""
    options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes'][:3]]}" for v in found]


def small_targets(page: Page) -> list[str]:
    """What is there to be clicked or touched, but smaller than 24 by 24 pixels."""
    return page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, summary")]
            .filter((one) => one.checkVisibility() && !one.matches(".skip"))
            .filter((one) => {
                const { width, height } = (one.closest("label") ?? one).getBoundingClientRect();
                return width < 24 || height < 24;
            })
            .map((one) => one.outerHTML.slice(0, 80))"""
    )


def scrolls_sideways(page: Page) -> bool:
    """Whether something is wider than the window."""
    return page.evaluate("() => document.documentElement.scrollWidth > innerWidth")
