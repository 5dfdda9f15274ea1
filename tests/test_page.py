"""The film's page in a real Chromium, opened from disk, as a learner and a lecturer use it."""

import re

import page_cases as cases
import pytest

from scenes.film.page import explain, in_minutes, render_page

pytestmark = pytest.mark.browser

VIDEO = "document.getElementById('video')"
MANIFEST = cases.make_manifest()
BEATS = cases.all_beats(MANIFEST)
STOPS = [cases.last_frame(beat, cases.RATE) for beat in BEATS]


@pytest.fixture(scope="module")
def browser():
    with cases.start_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a page")
    cases.write_film(folder / MANIFEST["film"])
    return cases.write_page(folder, MANIFEST)


@pytest.fixture
def visits(browser):
    """Opens pages; at the end none may have complained or asked for anything but the film."""
    visits = cases.Visits(browser)
    yield visits
    visits.close()
    assert visits.faults == []


@pytest.fixture
def page(visits, path):
    return visits.open(path)


def frame_of(page):
    # At the end of the film a browser may say that it is behind the last frame.
    return min(int(cases.time_of(page) * cases.RATE), cases.FRAMES - 1)


def page_frame(page):
    """The frame that the page tells of."""
    return int(page.evaluate("() => Number(document.getElementById('seek').value)") * cases.RATE)


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)
    cases.settle(page)


def go_on(page, key="Space"):
    """In teaching mode: play to the next stop; the frame that is then on screen."""
    page.keyboard.press(key)
    cases.wait_until_halted(page)
    assert cases.frame_seen(page) == frame_of(page)
    return frame_of(page)


# Watching


def test_it_plays(page):
    page.get_by_role("button", name="Play").first.click()
    cases.wait_until(page, f"() => {VIDEO}.currentTime > 0.3")
    assert not page.locator("#cover").is_visible()
    assert page.get_by_role("button", name="Pause", exact=True).is_visible()

    page.keyboard.press("k")
    assert cases.is_paused(page)


@pytest.mark.parametrize("key", ["Space", "k"])
def test_a_key_plays_and_pauses(page, key):
    press(page, key)
    assert not cases.is_paused(page)
    press(page, key)
    assert cases.is_paused(page)


def test_the_space_bar_is_the_films_after_a_click_and_the_buttons_after_tab(page):
    subtitles = page.locator(".controls [data-do=subtitles]")
    subtitles.click()
    press(page, "Space")
    assert not cases.is_paused(page)
    press(page, "Space")
    assert subtitles.get_attribute("aria-pressed") == "false"

    press(page, "Shift+Tab", "Tab", "Space")
    assert subtitles.get_attribute("aria-pressed") == "true"
    assert cases.is_paused(page)


def test_arrows_seek(page):
    press(page, "ArrowRight")
    assert cases.time_of(page) == pytest.approx(5, abs=0.01)
    press(page, "ArrowRight", "ArrowLeft", "ArrowLeft")
    assert cases.time_of(page) == pytest.approx(0, abs=0.01)
    press(page, "ArrowLeft")
    assert cases.time_of(page) == 0
    for _ in range(4):
        press(page, "ArrowRight")
    assert frame_of(page) == cases.FRAMES - 1


def test_shift_and_arrows_go_from_beat_to_beat(page):
    press(page, "Shift+ArrowRight", "Shift+ArrowRight")
    assert cases.frame_seen(page) == 72
    press(page, "Shift+ArrowLeft")
    assert cases.frame_seen(page) == 30
    assert cases.is_paused(page)


def test_the_slider_seeks_and_tells_the_time(page):
    slider = page.get_by_role("slider", name="Place in the film")
    slider.fill("8.5")
    cases.settle(page)
    assert cases.frame_seen(page) == frame_of(page) == 127
    assert slider.get_attribute("aria-valuetext") == "0:08 of 0:12"
    assert page.locator("#now").inner_text() == "0:08"


def test_speed_changes_by_key_and_button(page):
    press(page, ">", ">")
    assert page.evaluate(f"() => {VIDEO}.playbackRate") == 1.5
    assert page.locator("#speed").inner_text() == "1.5×"
    page.get_by_role("button", name="Slower").click()
    press(page, "<", "<", "<", "<", "<")
    assert page.evaluate(f"() => {VIDEO}.playbackRate") == 0.5


def test_chapters_have_title_question_and_time_and_seek(page):
    chapters = page.get_by_role("navigation", name="Chapters").locator(".chapter")
    texts = [text.split("\n") for text in chapters.all_inner_texts()]
    assert [sorted(text) for text in texts] == [
        sorted(["The beginning", "Why The beginning?", "0:00"]),
        sorted(["The end", "Why The end?", "0:07"]),
    ]
    chapters.nth(1).click()
    cases.settle(page)
    assert cases.frame_seen(page) == 108
    assert [text.split("\n")[0] for text in cases.marked(page, ".chapter")] == ["The end"]

    cases.seek(page, 3)
    chapters.nth(1).click()
    cases.settle(page)
    assert frame_of(page) == 108, "the same chapter again"


def test_beats_can_be_opened_and_seek(page):
    beat = page.get_by_role("link", name="The middle")
    assert not beat.is_visible()
    page.get_by_role("button", name="Beats of The beginning").click()
    beat.click()
    cases.settle(page)
    assert cases.frame_seen(page) == 30
    assert [text.split("\n")[0] for text in cases.marked(page, ".beat")] == ["The middle"]


@pytest.mark.parametrize(
    ("place", "frame"),
    [("#t=8.25", 123), ("#beta", 108), ("#alpha/the-middle", 30)],
)
def test_a_link_leads_into_the_film(visits, path, place, frame):
    page = visits.open(path, place)
    assert cases.frame_seen(page) == frame_of(page) == frame


def test_links_work_on_an_open_page_too_and_stay_within_the_film(page, path):
    for place, frame in (("#t=99", 179), ("#beta/answer", 144), ("#t=0", 0)):
        page.goto(path.as_uri() + place)
        cases.settle(page)
        assert cases.frame_seen(page) == frame


def test_all_links_lead_to_the_first_frames_of_their_beats(page, path):
    cases.check_links(page, path, MANIFEST)


def test_a_link_that_leads_nowhere_says_so(visits, path):
    page = visits.open(path, "#alpha/nothing")
    assert "no place in the film" in cases.toast(page)
    assert frame_of(page) == 0


def test_a_link_to_this_moment_can_be_copied(visits, path):
    page = visits.open(path, permissions=["clipboard-read", "clipboard-write"])
    cases.seek(page, 8.25)
    press(page, "l")
    cases.wait_until(page, "() => document.getElementById('toast').textContent")
    assert cases.toast(page).endswith("index.html#t=8.23")
    link = page.evaluate("() => navigator.clipboard.readText()")
    assert link == path.as_uri() + "#t=8.23"
    assert cases.frame_seen(visits.open(path, "#t=8.23")) == cases.frame_seen(page)


# Words


def test_subtitles_show_the_words_of_the_moment(page):
    cases.seek(page, 2.1)
    assert cases.subtitle(page) == "The blame is −0.41."
    cases.seek(page, 4.3)
    assert cases.subtitle(page) == "It flows back."
    cases.seek(page, 4.6)
    assert cases.subtitle(page) == "", "between two beats nothing is said"
    press(page, "c", "ArrowRight")
    assert cases.subtitle(page) == ""
    press(page, "c")
    assert cases.subtitle(page) == "That is all there is to it."


def test_subtitles_cover_neither_picture_nor_controls(page):
    cases.seek(page, 2.1)
    boxes = [page.locator(name).bounding_box() for name in ("video", "#subtitle", "#controls")]
    ends = [box["y"] + box["height"] for box in boxes]
    assert ends[0] <= boxes[1]["y"]
    assert ends[1] <= boxes[2]["y"]


def test_the_browser_has_the_subtitles_too(page):
    cues = page.evaluate(
        f"() => [...{VIDEO}.textTracks[0].cues].map(cue => [cue.startTime, cue.text])"
    )
    assert cues == [[line["start"], line["text"]] for beat in BEATS for line in beat["subtitles"]]


def test_a_line_of_the_transcript_seeks(page):
    page.get_by_role("button", name="A little at a time.").click()
    cases.settle(page)
    assert cases.frame_seen(page) == 126
    assert cases.marked(page, ".line") == ["0:08\nA little at a time."]


def test_the_transcript_follows_until_it_is_scrolled_by_hand(visits, path):
    # Without smooth scrolling, which takes its time; too low for the lines, so that it must scroll.
    page = visits.open(path, viewport={"width": 1440, "height": 640}, reduced_motion="reduce")
    box = page.locator("#transcript")
    box.evaluate("box => { box.style.maxHeight = '5rem'; }")
    back = page.get_by_role("button", name="Follow the film")

    def is_in_sight():
        return page.evaluate(
            """() => {
                const outer = document.getElementById("transcript").getBoundingClientRect();
                const inner = document.querySelector(".line[aria-current]").getBoundingClientRect();
                return inner.top >= outer.top && inner.bottom <= outer.bottom;
            }"""
        )

    cases.seek(page, 11)
    assert is_in_sight()
    assert page.evaluate("() => scrollY") == 0, "the page itself stays where it is"
    assert not back.is_visible()

    box.hover()
    scrolled = page.evaluate("() => scrollY")
    page.mouse.wheel(0, -2000)
    back.wait_for()
    cases.seek(page, 8)
    assert not is_in_sight()

    back.click()
    assert is_in_sight()
    assert not back.is_visible()
    cases.seek(page, 0)
    assert is_in_sight()
    assert page.evaluate("() => scrollY") == scrolled

    # A window of another size is no reader's wish; the scroll bar is.
    page.set_viewport_size({"width": 1200, "height": 700})
    page.wait_for_timeout(200)
    assert not back.is_visible()
    assert is_in_sight()
    box.dispatch_event("pointerdown")
    back.wait_for()


def test_arrow_keys_go_from_line_to_line_and_tab_leaves(page):
    cases.seek(page, 2.1)
    page.locator(".line[aria-current]").focus()
    press(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Enter")
    assert cases.subtitle(page) == "Here are all of them, at once."
    press(page, "Tab")
    assert page.evaluate("() => !document.activeElement.closest('#transcript')")


# Numbers


def test_the_numbers_of_the_moment_are_listed_and_no_others(page):
    times = [
        *(0.5, 0.95, 1.0, 1.95, 2.0, 2.95, 3.0, 4.35, 4.5, 4.8, 5.9, 7.15, 7.2),
        *(8.5, 9.7, 10.5, 11.21, 11.5),
    ]
    assert cases.expected_readings(MANIFEST, 0.5) == []
    assert [row["value"] for row in cases.expected_readings(MANIFEST, 8.5)] == ["NaN", "1e-07"]
    cases.check_readings(page, MANIFEST, [*times, 2.7])
    cases.check_readings(page, MANIFEST, times[::-1])
    # While a number counts it does not show what it counts to, and the page says so.
    cases.seek(page, 2.7)
    assert "→ −0.41" in [row["text"] for row in cases.current_readings(page)]
    assert "counting to this: blame" in page.locator("#on-screen").inner_text()


def test_the_pictures_of_the_moment_are_listed_with_their_lines(page):
    heading = page.get_by_role("heading", name="Pictures on screen")
    cases.seek(page, 1.5)
    assert not heading.is_visible()
    cases.seek(page, 3.0)
    assert heading.is_visible()
    digit, bars = cases.current_readings(page, "picture")
    assert (digit["text"], digit["source"]) == ("picture", "x")
    # Bars of one array are one picture, and its line reads them all.
    assert (bars["text"], bars["source"]) == ("3 bars", "a2")
    assert bars["python"].endswith('[0]["a2"])')


@pytest.mark.parametrize("size", [cases.DESK, {"width": 1440, "height": 420}])
def test_a_picture_is_outlined_where_it_is_in_the_film(page, size):
    page.set_viewport_size(size)  # a low one leaves room at both sides of the film
    cases.seek(page, 3.0)
    outline = page.locator("#outline")
    assert not outline.is_visible()
    bars = page.locator("#shown button").nth(1)
    bars.hover()
    box, film = outline.bounding_box(), page.locator("video").bounding_box()
    size = min(film["width"] / cases.SIZE[0], film["height"] / cases.SIZE[1])
    width, height = (side * size for side in cases.SIZE)
    left = film["x"] + (film["width"] - width) / 2
    top = film["y"] + (film["height"] - height) / 2
    assert box["x"] == pytest.approx(left + 0.5 * width, abs=1.5)
    assert box["y"] == pytest.approx(top + 0.2 * height, abs=1.5)
    assert box["width"] == pytest.approx(0.25 * width, abs=1.5)
    assert box["height"] == pytest.approx(0.25 * height, abs=1.5)
    # It goes with the pointer, and with the picture.
    page.mouse.move(1, 1)
    page.get_by_role("button", name="Play").first.focus()
    assert not outline.is_visible()
    bars.focus()
    assert outline.is_visible()
    cases.seek(page, 5.0)
    assert not outline.is_visible()


def test_where_no_number_is_on_screen_the_next_can_be_gone_to(page):
    assert page.get_by_text("No recorded number is on screen at this moment.").is_visible()
    page.get_by_role("button", name="Go to the next, at 0:01").click()
    cases.settle(page)
    assert [row["source"] for row in cases.current_readings(page)] == ["error"]
    assert not page.get_by_text("No recorded number is on screen at this moment.").is_visible()


def test_the_numbers_change_while_the_film_plays(page):
    cases.seek(page, 1.6)
    press(page, "k")
    cases.wait_until(
        page, "() => document.querySelector('#on-screen .source')?.textContent == 'W2[3,7]'"
    )
    assert cases.time_of(page) < 2.6
    press(page, "k")
    said = cases.current_readings(page, "narration")
    assert [row["source"] for row in said] == ["delta2[3]"]
    assert page.get_by_role("heading", name="Said in this beat").is_visible()


def test_the_numbers_are_those_of_the_picture_where_the_clock_is_behind_it(page):
    # Chromium shows a frame up to a fiftieth of a second before its clock reaches it.
    cases.seek(page, 2.0)
    page.evaluate(
        f"""() => {{
            Object.defineProperty({VIDEO}, "currentTime", {{ get: () => 1.99 }});
            for (const name of ["timeupdate", "seeked"]) {{
                {VIDEO}.dispatchEvent(new Event(name));
            }}
        }}"""
    )
    assert cases.frame_seen(page) == 30
    assert [row["source"] for row in cases.current_readings(page)] == ["W2[3,7]"]


def test_paused_the_film_stands_in_the_middle_of_the_frame_that_the_page_tells_of(page):
    for _ in range(3):
        press(page, "k")
        page.wait_for_timeout(150)
        press(page, "k")
        time = cases.time_of(page) * cases.RATE
        assert time % 1 == pytest.approx(0.5, abs=0.01)
        assert page_frame(page) == int(time) == cases.frame_seen(page)


def test_the_page_and_the_picture_agree_at_the_edges_of_frames(page):
    for number in (1, 4, 60, 61, 62, 123, 178):
        cases.seek(page, number / cases.RATE)
        page.wait_for_timeout(50)
        assert page_frame(page) == cases.frame_seen(page), number


def test_a_picture_that_tells_before_the_film_has_arrived_is_believed(page):
    # As a busy browser does: the picture is there, the film is said to be on its way.
    page.evaluate(
        f"""() => {{
            window.onItsWay = true;
            const native = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "seeking");
            Object.defineProperty({VIDEO}, "seeking",
                {{ get() {{ return window.onItsWay || native.get.call(this); }} }});
        }}"""
    )
    for number in (61, 62, 123):
        page.evaluate(
            f"t => {{ window.onItsWay = true; {VIDEO}.currentTime = t; }}", number / cases.RATE
        )
        page.wait_for_timeout(300)
        page.evaluate(
            f"() => {{ window.onItsWay = false; {VIDEO}.dispatchEvent(new Event('seeked')); }}"
        )
        page.wait_for_timeout(50)
        assert page_frame(page) == cases.frame_seen(page), number


def test_a_picture_that_tells_where_it_was_sent_is_understood(page):
    # Firefox gives the time of the seek for that of the frame, Chromium the frame's beginning.
    page.evaluate(
        f"""() => {{
            const ask = {VIDEO}.requestVideoFrameCallback.bind({VIDEO});
            {VIDEO}.requestVideoFrameCallback = (tell) =>
                ask((now) => tell(now, {{ mediaTime: {VIDEO}.currentTime }}));
        }}"""
    )
    for seconds, frame in ((1.03, 15), (2.9, 43), (2.97, 44), (3.03, 45)):
        cases.seek(page, seconds)
        page.wait_for_timeout(100)
        assert page_frame(page) == cases.frame_seen(page) == frame


def test_teaching_works_in_a_browser_whose_picture_tells_nothing(page):
    page.evaluate("() => { delete HTMLVideoElement.prototype.requestVideoFrameCallback; }")
    cases.seek(page, 1.0)
    press(page, "t")
    assert [go_on(page), go_on(page)] == STOPS[:2]
    assert page_frame(page) == STOPS[1]

    # The clock is looked at all the time, not only when the browser tells of it.
    page.evaluate(
        f"""() => {{
            Object.defineProperty({VIDEO}, "paused", {{ get: () => false }});
            Object.defineProperty({VIDEO}, "currentTime", {{ get: () => 5.03 }});
        }}"""
    )
    cases.wait_until(page, "() => Math.floor(document.getElementById('seek').value * 15) == 75")


def test_the_clock_counts_where_no_picture_is_drawn(page):
    page.evaluate("() => Object.defineProperty(document, 'hidden', { get: () => true })")
    page.evaluate(f"() => {{ {VIDEO}.requestVideoFrameCallback = () => {{}}; }}")
    cases.seek(page, 1.6)
    press(page, "k")
    cases.wait_until(
        page, "() => document.querySelector('#on-screen .source')?.textContent == 'W2[3,7]'"
    )


def test_rows_are_only_touched_when_they_change(page):
    cases.seek(page, 5.9)
    assert len(cases.current_readings(page)) == 150
    page.evaluate(
        """() => {
            window.touched = 0;
            const count = (records) => { window.touched += records.length; };
            new MutationObserver(count).observe(document.getElementById("ledger"),
                { subtree: true, childList: true, attributes: true, characterData: true });
        }"""
    )
    press(page, "k")
    cases.wait_until(page, f"() => {VIDEO}.currentTime > 6.7")
    press(page, "k")
    assert page.evaluate("() => window.touched") == 0


@pytest.mark.parametrize("width", [360, 800, 1100, 1360, 1600])
def test_the_filter_stands_in_nobodys_way(visits, path, width):
    page = visits.open(path, "#t=6", viewport={"width": width, "height": 850})
    filter_, lead = (page.locator(f".numbers {one}").bounding_box() for one in (".filter", ".lead"))
    assert filter_["y"] + filter_["height"] <= lead["y"] + 1


def test_between_two_beats_nothing_is_said_and_the_transcript_stays(page):
    cases.seek(page, 4.6)
    assert cases.subtitle(page).strip() == ""
    (line,) = cases.marked(page, ".line")
    assert "It flows back." in line


def test_many_numbers_can_be_filtered(page):
    box = page.get_by_role("searchbox", name="Filter")
    assert not box.is_visible()
    cases.seek(page, 5.9)
    box.fill("x[14")
    assert {row["source"] for row in cases.current_readings(page)} == {
        "x[14]",
        *(f"x[{number}]" for number in range(140, 150)),
    }
    assert page.locator("#count").inner_text() == "11 of 150"
    press(page, "k")
    assert cases.is_paused(page), "keys are letters in the box"
    assert box.input_value() == "x[14k"
    box.fill("none like this")
    assert page.get_by_text("None of the 150 numbers on screen fits").is_visible()
    box.fill("")
    assert len(cases.current_readings(page)) == 150


@pytest.mark.parametrize(("key", "clipboard"), [("click", True), ("Enter", True), ("click", False)])
def test_a_number_copies_its_line_of_python(visits, path, key, clipboard):
    page = visits.open(path, permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("() => navigator.clipboard.writeText('what was there before')")
    if not clipboard:
        page.evaluate(
            "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
        )
    cases.seek(page, 3.5)
    row = page.locator("#on-screen .reading").nth(1)
    if key == "click":
        row.click()
    else:
        page.locator("#on-screen .reading").first.focus()
        press(page, "ArrowDown", "Enter")
    cases.wait_until(page, "() => document.getElementById('toast').textContent")
    line = 'from network.trace import Trace; print(Trace.open("…")[0]["delta2[3]"])'
    assert page.get_by_role("status").inner_text() == f"Copied: {line}"
    assert page.evaluate("() => navigator.clipboard.readText()") == line
    assert row.evaluate("row => row === document.activeElement")


def test_the_keyboard_keeps_its_place_when_a_number_goes(page):
    cases.seek(page, 3.5)
    page.locator("#on-screen .reading").first.focus()
    cases.seek(page, 5)
    assert page.evaluate("() => document.activeElement.id") == "on-screen"
    press(page, "Tab")
    assert page.evaluate("() => document.activeElement.matches('#on-screen .reading')")


# Teaching


def test_teaching_stops_at_the_last_frame_of_each_beat_and_goes_on(page):
    press(page, ">", ">", ">", "t")
    seen = [go_on(page, key) for key in ("Space", "ArrowRight")]
    for stop, key in zip(STOPS[2:], ("PageDown", "k", "Space"), strict=True):
        cases.seek(page, stop / cases.RATE - 0.7)
        seen.append(go_on(page, key))
    assert seen == STOPS
    press(page, "Space")
    assert cases.is_paused(page)
    assert frame_of(page) == STOPS[-1]
    assert "last beat" in cases.toast(page)


def test_no_frame_of_the_next_beat_is_seen(page):
    page.evaluate(
        f"""() => {{
            window.seen = [];
            const watch = () => {VIDEO}.requestVideoFrameCallback((_, {{ mediaTime }}) => {{
                window.seen.push(Math.round(mediaTime * 15));
                watch();
            }});
            watch();
        }}"""
    )
    cases.seek(page, 1.0)
    press(page, "t")
    go_on(page)
    page.wait_for_timeout(200)
    assert max(page.evaluate("() => window.seen")) == STOPS[0]


def test_stops_hold_from_any_beat(page):
    cases.check_stops(page, MANIFEST, 1, 2)


def test_teaching_pauses_and_goes_on_within_a_beat(page):
    cases.seek(page, 1.0)
    press(page, "t", "Space")
    cases.wait_until(page, f"() => {VIDEO}.currentTime > 1.2")
    press(page, "Space")
    assert cases.is_paused(page)
    assert frame_of(page) < STOPS[0]
    assert go_on(page) == STOPS[0]


def test_the_right_arrow_skips_to_the_end_of_a_beat_that_plays(page):
    press(page, "t")
    for stop in STOPS[:2]:
        press(page, "ArrowRight")
        assert not cases.is_paused(page)
        press(page, "ArrowRight")
        assert cases.is_paused(page)
        assert cases.frame_seen(page) == frame_of(page) == stop


@pytest.mark.parametrize("key", ["ArrowLeft", "PageUp"])
def test_back_plays_the_beat_again_and_soon_after_its_start_the_one_before(page, key):
    press(page, "t")
    cases.seek(page, (STOPS[2] + 0.5) / cases.RATE)
    press(page, key)
    assert not cases.is_paused(page)
    assert 72 <= frame_of(page) < 90
    press(page, key)
    assert 30 <= frame_of(page) < 48
    assert go_on(page, "ArrowRight") == STOPS[1]
    cases.seek(page, 0.5)
    press(page, key)
    assert frame_of(page) < 6, "before the first beat there is none"


def test_teaching_can_leaf_through_the_last_frames(page):
    press(page, "t")
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"):
        press(page, f"Shift+{key}")
        assert cases.is_paused(page)
        seen.append(cases.frame_seen(page))
    assert seen == [STOPS[0], STOPS[1], STOPS[2], STOPS[1]]


def test_seeking_while_teaching_stops_at_the_end_of_the_beat_there(page):
    press(page, ">", ">", ">", "t", "Space")
    cases.seek(page, 8.8)
    cases.wait_until_halted(page)
    assert cases.frame_seen(page) == STOPS[3]


def test_a_click_on_the_picture_goes_on(page):
    cases.seek(page, (STOPS[0] + 0.5) / cases.RATE)
    press(page, "t")
    page.locator("video").click()
    assert not cases.is_paused(page)


def test_teaching_fills_the_screen_with_picture_and_beats(page):
    page.get_by_role("button", name="Teach").click()
    cases.wait_until(page, "() => document.fullscreenElement")
    box = page.locator("#part-film").bounding_box()
    assert (box["width"], box["height"]) == tuple(cases.DESK.values())
    cases.seek(page, 3.2)
    lesson = page.locator("#lesson")
    assert "The beginning · The middle" in lesson.inner_text()
    assert "beat 2 of 3" in lesson.inner_text()
    shares = lesson.locator(".progress li").evaluate_all(
        "all => all.map(one => Number(getComputedStyle(one).getPropertyValue('--done')))"
    )
    assert shares == pytest.approx([1, 19 / 36, 0])
    assert not page.locator("#controls").is_visible()
    assert cases.subtitle(page) == "", "who teaches, speaks"
    page.evaluate("() => document.exitFullscreen()")
    cases.wait_until(page, "() => !document.fullscreenElement")
    box = page.locator("#part-film").bounding_box()
    assert (box["width"], box["height"]) == tuple(cases.DESK.values()), "without full screen too"
    for _ in range(12):
        press(page, "Tab")
        assert page.evaluate("() => !document.activeElement.closest('[data-aside]')")

    press(page, "t")
    assert page.locator("#controls").is_visible()
    assert cases.subtitle(page) != ""
    press(page, "Space")
    cases.seek(page, 4.3)
    cases.wait_until(page, f"() => {VIDEO}.currentTime > 4.6")


@pytest.mark.parametrize("key", ["Escape", "t"])
def test_a_key_leaves_teaching_and_its_full_screen(page, key):
    press(page, "t")
    cases.wait_until(page, "() => document.fullscreenElement")
    press(page, key)
    assert not page.locator("#lesson").is_visible()
    cases.wait_until(page, "() => !document.fullscreenElement")


def test_full_screen_by_key(page):
    press(page, "f")
    cases.wait_until(page, "() => document.fullscreenElement?.id === 'part-film'")
    assert page.locator("#controls").is_visible()
    press(page, "f")
    cases.wait_until(page, "() => !document.fullscreenElement")


def test_notes_show_the_words_and_take_the_keys(page):
    cases.seek(page, 2.5)
    press(page, "t")
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    notes = popup.value

    def told(name):
        return notes.locator(f"[data-tell={name}]").inner_text()

    assert told("narration") == BEATS[1]["narration"]
    assert told("next") == BEATS[2]["narration"]
    assert told("chapter") == "The beginning"
    assert re.fullmatch(r"\d\d:\d\d( [AP]M)?", told("clock"))
    assert told("elapsed") == "0:00"
    assert cases.violations(notes) == []

    notes.keyboard.press("ArrowRight")
    notes.keyboard.press("ArrowRight")
    cases.wait_until_halted(page)
    assert frame_of(page) == STOPS[1]
    assert told("state") == "Waiting: space goes on"
    notes.keyboard.press("Shift+ArrowRight")
    cases.settle(page)
    assert told("narration") == BEATS[2]["narration"]
    notes.get_by_role("button", name="Back").click()
    assert not cases.is_paused(page)
    notes.keyboard.press("t")
    assert not page.locator("#lesson").is_visible()
    notes.wait_for_timeout(1200)
    assert told("elapsed") != "0:00"

    page.goto("about:blank")
    assert told("narration") == BEATS[2]["narration"]
    assert "was closed" in told("state")


def test_notes_go_on_after_they_were_closed(page):
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    popup.value.close()
    cases.seek(page, 5)
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    words = popup.value.locator("[data-tell=narration]")
    assert words.inner_text() == BEATS[2]["narration"]
    page.keyboard.press("n")
    page.wait_for_timeout(200)
    assert len(page.context.pages) == 2, "once open, the same window comes to the front"


def test_blocked_notes_say_so(page):
    page.evaluate("() => { window.open = () => null; }")
    press(page, "n")
    assert "Allow pop-ups" in cases.toast(page)


# Keys


def test_help_lists_the_keys_and_closes(page):
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys")
    assert dialog.is_visible()
    text = dialog.inner_text()
    for key in ("Space", "k", "←", "→", "<", ">", "t", "n", "f", "c", "l", "?", "Page Down", "Esc"):
        assert key in text
    press(page, "k", "t")
    assert cases.is_paused(page)
    assert not page.locator("#lesson").is_visible()
    press(page, "Escape")
    assert not dialog.is_visible()
    press(page, "?", "?")
    assert not dialog.is_visible()


def test_letters_can_be_switched_off_as_keys_and_stay_so(page):
    press(page, "?")
    page.get_by_role("checkbox", name="Use single letters").uncheck()
    press(page, "Escape", "t", "k")
    assert cases.is_paused(page)
    assert not page.locator("#lesson").is_visible()
    press(page, "Space")
    assert not cases.is_paused(page)
    page.reload()
    press(page, "t")
    assert not page.locator("#lesson").is_visible()


def test_keys_of_the_browser_stay_the_browsers(page):
    press(page, "Control+k", "Alt+ArrowLeft", "Control+ArrowRight")
    assert cases.is_paused(page)
    assert frame_of(page) == 0


def test_every_control_can_be_reached_and_left_by_tab(page):
    cases.seek(page, 3.5)
    reached = []
    for _ in range(60):
        press(page, "Tab")
        reached.append(
            page.evaluate(
                """() => {
                    const at = document.activeElement;
                    const ring = getComputedStyle(at).outlineStyle;
                    return [at.dataset.do || at.id || at.className, ring];
                }"""
            )
        )
        if reached[-1][0] == "" and len(reached) > 5:
            break
    names = [name for name, _ in reached]
    wanted = ["skip", "help", "seek", "play", "slower", "faster", "subtitles", "link", "full"]
    wanted += ["teach", "chapter", "beats", "chapter", "beats", *["reading"] * 3, "line"]
    assert [name for name in names if name in wanted][: len(wanted)] == wanted
    assert {ring for name, ring in reached if name in wanted} <= {"solid", "auto"}


# For everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [cases.DESK, cases.PHONE], ids=["desk", "phone"])
def test_it_is_accessible(visits, path, scheme, viewport):
    page = visits.open(path, color_scheme=scheme, viewport=viewport)
    assert cases.violations(page) == []
    page.get_by_role("button", name="Beats of The beginning").click()
    cases.seek(page, 5.9)
    assert cases.violations(page) == []
    assert cases.small_targets(page) == []
    press(page, "?")
    assert cases.violations(page) == []
    press(page, "Escape", "t", "c")
    assert cases.violations(page) == []
    assert cases.small_targets(page) == []


def test_light_and_dark_are_the_systems_wish(visits, path):
    colours = [
        visits.open(path, color_scheme=scheme).evaluate(
            "() => getComputedStyle(document.documentElement).backgroundColor"
        )
        for scheme in ("dark", "light")
    ]
    assert colours == ["rgb(14, 17, 22)", "rgb(247, 247, 244)"]


def test_nothing_is_wider_than_the_window(page):
    page.get_by_role("button", name="Beats of The beginning").click()
    for width in (320, 360, 700, 1100):
        page.set_viewport_size({"width": width, "height": 740})
        for seconds in (0.5, 5.9, 8.5):
            cases.seek(page, seconds)
            assert not cases.scrolls_sideways(page), (width, seconds)
    page.set_viewport_size(cases.PHONE)
    press(page, "t")
    assert not cases.scrolls_sideways(page)
    press(page, "?")
    assert not cases.scrolls_sideways(page)


def test_nothing_moves_by_itself_for_who_wants_it_still(visits, path):
    page = visits.open(path, reduced_motion="reduce", viewport={"width": 1440, "height": 640})
    page.locator("#transcript").evaluate("box => { box.style.maxHeight = '5rem'; }")
    asked = page.evaluate(
        """async () => {
            const asked = [];
            Element.prototype.scrollTo = (options) => asked.push(options.behavior);
            document.getElementById("video").currentTime = 11;
            await new Promise((done) => setTimeout(done, 300));
            return asked;
        }"""
    )
    assert asked
    assert set(asked) == {"instant"}
    assert page.locator(".disc").evaluate("one => getComputedStyle(one).transitionDuration") == "0s"


# When things are not as they should be


def test_a_missing_film_is_said_in_one_line(visits, tmp_path):
    page = visits.open_anyhow(cases.write_page(tmp_path, MANIFEST))
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert MANIFEST["film"] in alert.inner_text()
    assert "same folder" in alert.inner_text()
    assert not page.locator("#cover").is_visible()
    press(page, "k", "t", "ArrowRight")
    assert len(visits.faults) == 1, "only what the browser itself writes"
    assert "ERR_FILE_NOT_FOUND" in visits.faults.pop()


def test_a_browser_without_the_films_format_says_so(visits, path, tmp_path):
    broken = cases.write_page(tmp_path, MANIFEST)
    (tmp_path / MANIFEST["film"]).write_bytes(b"no film")
    page = visits.open_anyhow(broken)
    page.add_init_script("HTMLMediaElement.prototype.canPlayType = () => '';")
    page.reload()
    page.get_by_role("alert").wait_for()
    assert "cannot play" in page.get_by_role("alert").inner_text()
    assert "H.264" in page.get_by_role("alert").inner_text()


def test_without_a_script_there_is_the_film_and_its_words(visits, path):
    page = visits.open_anyhow(path, java_script_enabled=False)
    page.locator("video").wait_for()
    assert page.locator("video").get_attribute("controls") is not None
    assert page.get_by_text("That is all there is to it.").is_visible()
    assert page.get_by_role("link", name="First step").is_visible()


HOSTILE = """</script><script>window.hacked = 1</script><img src=x onerror="hacked=1">&amp;'"<!--"""


def test_hostile_text_stays_text(visits, path, tmp_path):
    manifest = cases.make_manifest() | {"title": HOSTILE}
    chapter = manifest["chapters"][0]
    chapter |= {"title": HOSTILE, "question": HOSTILE, "recipe": HOSTILE, "trace": HOSTILE}
    beat = chapter["beats"][0]
    beat["narration"] = HOSTILE
    beat["subtitles"] = [{"start": 0.0, "end": 2.0, "text": HOSTILE}]
    chapter["readings"][0] |= {
        "source": HOSTILE,
        "text": HOSTILE,
        "value": HOSTILE,
        "python": HOSTILE,
    }
    manifest["versions"] = {HOSTILE: HOSTILE}
    (tmp_path / manifest["film"]).hardlink_to(path.with_name(manifest["film"]))
    page = visits.open(cases.write_page(tmp_path, manifest))
    cases.seek(page, 1.5)

    assert page.title() == HOSTILE
    assert page.locator("h1").inner_text() == HOSTILE
    assert cases.subtitle(page) == HOSTILE
    assert page.locator(".line span").first.inner_text() == HOSTILE
    assert page.locator(".question").first.inner_text() == HOSTILE
    assert cases.current_readings(page) == cases.expected_readings(manifest, 1.5)
    assert HOSTILE in page.locator("footer").last.inner_text()
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    assert popup.value.locator("[data-tell=narration]").inner_text() == HOSTILE
    assert page.evaluate("() => window.hacked") is None
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 2


def test_a_script_from_elsewhere_is_refused(visits, path):
    page = visits.open(path)
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
        }"""
    )
    assert page.evaluate("() => window.hacked") is None
    assert "Content Security Policy" in visits.faults.pop()


def test_the_page_alone_needs_nothing_but_the_film():
    text = render_page(MANIFEST)
    assert re.findall(r"(?:src|href)=\"(?!#|data:)([^\"]*)", text) == ["small%20film-%C3%A9.mp4"]
    assert not re.search(r"https?:|url\(|@import", text)


# Words made in Python


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("delta2[3]", "blame, neuron 3 of layer 2"),
        ("x[14,9]", "pixel, row 14, column 9"),
        ("x[401]", "pixel, number 401"),
        ("y[5]", "right answer, output 5"),
        ("W2[3,7]", "weight, to neuron 3 of layer 2 from neuron 7"),
        ("W2_after[3,7]", "weight, to neuron 3 of layer 2 from neuron 7, after the step"),
        ("W1[3,14,9]", "weight, to neuron 3 of layer 1 from row 14, column 9 of the picture"),
        ("dW1[3,401]", "gradient of the weight, to neuron 3 of layer 1 from pixel 401"),
        ("db1[3]", "gradient of the bias, neuron 3 of layer 1"),
        ("learning_rate", "learning rate"),
        ("error", "mean squared error"),
        ("mean_error(trace, 1)", "computed"),
        ("a2", "activation, layer 2"),
        ("W1[13]", "weight, to neuron 13 of layer 1"),
        ("x", "pixel"),
        ('trace.see(("test", 7))["a2"]', "activation, layer 2, test image 7, after training"),
    ],
)
def test_a_reading_is_explained_in_words(source, words):
    assert explain(source) == words


def test_times_are_written_as_players_write_them():
    assert [in_minutes(time) for time in (1, 45.2, 453.2, 3900)] == [
        *("1 second", "45 seconds", "8 minutes", "1 h 5 min"),
    ]


def test_the_manifest_stays_as_it_is():
    manifest = cases.make_manifest()
    assert render_page(manifest) == render_page(MANIFEST)
    assert manifest == cases.make_manifest()


def test_without_a_chromium_the_tests_fail_and_say_how_to_install_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", "/nowhere")
    with pytest.raises(RuntimeError, match=r"setup\.sh tests brings one"), cases.start_chromium():
        pass
