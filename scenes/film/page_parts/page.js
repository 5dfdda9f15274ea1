/* The page at work. `data` lists chapters, beats, lines and readings in the order of the film, and of
   the elements that show them. All is counted in whole frames: what is on screen depends on the
   frame that the viewer sees, not on the clock. `update` brings the page to a frame, and touches only
   what that frame changes. */

const data = JSON.parse(get("data").textContent);
const video = get("video");
const stage = get("part-film");
const help = get("help");
const rate = data.frameRate;

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const ARROW = 5; // seconds
const NEAR = 2; // seconds after its start in which "back" means the beat before

for (const list of [data.chapters, data.beats, data.lines, data.readings, data.pictures]) {
  for (const item of list) {
    item.first = Math.round(item.start * rate);
    item.last = Math.round(item.end * rate) - 1;
  }
}
const { beats, chapters, lines, readings, pictures } = data;

let frame = -1; // that is seen now
let teaching = false;
let stop = null; // the beat at whose end the film will wait
let subtitles = true;
let notes = null; // the second window
let following = true; // whether the transcript follows

// Helpers

/** Whatever a selector finds on the stage and in the notes window. */
const everywhere = (selector) => {
  const open = notes && !notes.closed;
  return all(selector, stage).concat(open ? all(selector, notes.document) : []);
};

/** Words for whoever needs them: elements with a data-tell. */
const tell = (words) => {
  for (const [name, text] of Object.entries(words)) {
    for (const element of everywhere(`[data-tell=${name}]`)) setText(element, text);
  }
};

let silence;
/** A message that shows for some seconds, and that screen readers speak. */
const say = (text) => {
  clearTimeout(silence);
  setText(get("toast"), text);
  silence = setTimeout(() => setText(get("toast"), ""), 4000 + 30 * text.length);
};

const copy = async (text, done) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from disk may have no clipboard; what is selected can still be copied.
    const [area, focused] = [document.createElement("textarea"), document.activeElement];
    area.value = text;
    area.className = "unseen";
    document.body.append(area);
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    focused?.focus({ preventScroll: true });
    if (!copied) return say(`This browser does not let the page copy. The text is: ${text}`);
  }
  return say(`${done} ${text}`);
};

// Going through the film

/** To a frame: into its middle, so that no rounding shows its neighbour. */
const seekFrame = (number) => seek((number + 0.5) / rate);

const seek = (time) => {
  if (!video.readyState) {
    video.addEventListener("loadedmetadata", () => seek(time), { once: true });
    return;
  }
  video.currentTime = time;
  // Not only when the browser tells of it: the next key may come sooner.
  updateFromClock();
  planStop();
};

// It is refused when the film cannot be played, which the page says elsewhere.
const play = () => video.play().catch(() => {});

const chapterAt = (at) => Math.max(0, indexAt(chapters, at));
const beatNow = () => Math.max(0, indexAt(beats, frame));

/** The beat before, or the same one again when it has been seen for a while. */
const beatBack = () => {
  const now = beatNow();
  return frame - beats[now].first < NEAR * rate ? Math.max(0, now - 1) : now;
};

const planStop = () => {
  stop = teaching ? beats.find((beat) => beat.last > frame) ?? null : null;
};

/** Stand still on the last picture of a beat. */
const halt = (beat) => {
  video.pause();
  seekFrame(beat.last);
};

/** Where the browser skips frames it may never show the last one: stop those few earlier. */
const skipped = () => Math.max(0, Math.ceil((rate * video.playbackRate) / 60) - 1);

const update = (now) => {
  frame = Math.max(0, Math.min(now, Math.round(data.duration * rate) - 1));
  if (stop && !video.paused && !video.seeking && frame + skipped() >= stop.last) {
    frame = stop.last;
    halt(stop);
  }
  const time = (frame + 0.5) / rate;
  showSecond(Math.floor(Math.min(video.currentTime, data.duration) + 1e-6));
  showChapter(chapterAt(frame));
  showBeat(indexAt(beats, frame));
  const line = indexAt(lines, frame);
  showLine(line);
  // Between two beats nothing is said, but the transcript stays where it is.
  setText(get("subtitle"), lines[line]?.last >= frame ? lines[line].text : "");
  numbers.show(frame);
  if (!scrubbing) get("seek").value = time;
  get("scrubber").style.setProperty("--at", time / data.duration);
  showProgress();
  showState();
};

const updateFromClock = () => update(Math.floor(video.currentTime * rate));

/** The picture itself tells of every frame, where the browser can, and while it draws any. */
const pictureTells = () => "requestVideoFrameCallback" in video && !document.hidden;

/** The clock may be behind the picture, so it counts only where the picture tells nothing. */
const followClock = () => {
  if (video.seeking || !pictureTells()) updateFromClock();
};

/** The frame that the picture told of while the film was still being sent elsewhere. */
let toldEarly = null;

const toldOf = (frame) => {
  if (video.seeking) toldEarly = frame;
  else update(frame);
};

/**
 * A busy browser may tell of the new picture before it says that it has arrived, and then never
 * again. Of another frame far away it is the old picture that was told of: the new one follows.
 */
const arrive = () => {
  followClock();
  if (video.seeking) return;
  const near = Math.abs(toldEarly - video.currentTime * rate) <= 1;
  if (toldEarly !== null && near && pictureTells()) update(toldEarly);
  toldEarly = null;
};

/** Draw a line around a part of the picture, wherever that stands in its element; none for null. */
const outline = (box) => {
  const line = get("outline");
  line.hidden = !box;
  if (!box) return;
  const { clientWidth, clientHeight, videoWidth, videoHeight, offsetLeft, offsetTop } = video;
  const size = Math.min(clientWidth / videoWidth, clientHeight / videoHeight) || 0;
  const [width, height] = [videoWidth * size, videoHeight * size];
  const [left, top] = [offsetLeft + (clientWidth - width) / 2, offsetTop + (clientHeight - height) / 2];
  const place = [left + box[0] * width, top + box[1] * height, box[2] * width, box[3] * height];
  ["left", "top", "width", "height"].forEach((side, k) => {
    line.style.setProperty(side, `${place[k]}px`);
  });
};

const numbers = makeNumbers([...readings, ...pictures], rate, seekFrame, copy, outline);

// Where the film is: time, chapter, beat

const showSecond = onChange((second) => {
  setText(get("now"), clock(second));
  get("seek").setAttribute("aria-valuetext", `${clock(second)} of ${clock(data.duration)}`);
});

const chapterLinks = all("#chapters .chapter");
const beatLinks = all("#chapters .beat");

const mark = (elements, now, before) => {
  elements[before]?.removeAttribute("aria-current");
  elements[now]?.setAttribute("aria-current", "true");
};

const showChapter = onChange((now, before) => {
  mark(chapterLinks, now, before);
  if (chapterLinks[now]) centre(get("chapters"), chapterLinks[now]);
  showTicks(now);
  showSegments(now);
});

const showBeat = onChange((now, before) => {
  mark(beatLinks, now, before);
  tellBeat();
});

const tellBeat = () => {
  const now = beatNow();
  const beat = beats[now];
  if (!beat) return;
  const siblings = beats.filter((other) => other.chapter === beat.chapter);
  const { title, question } = chapters[beat.chapter];
  const next = beats[now + 1];
  tell({
    here: `${title} · ${beat.title}`,
    chapter: title,
    question,
    beat: beat.title,
    place: `beat ${siblings.indexOf(beat) + 1} of ${siblings.length}`,
    narration: beat.narration || "Nothing is said here.",
    next: next ? firstWords(next) : "This is the last beat.",
  });
};

const firstWords = (beat) => {
  const words = beat.narration.split(" ");
  const shown = words.slice(0, 12).join(" ");
  return words.length > 12 ? `${shown} …` : shown || beat.title;
};

/** Marks on the scrubber: where chapters begin, and the beats of this one. */
const showTicks = (now) => {
  const ticks = [...chapters.slice(1), ...beats.filter((beat) => beat.chapter === now)];
  get("ticks").replaceChildren(...ticks.map((item) => {
    const tick = document.createElement("span");
    tick.className = item.chapter === undefined ? "border" : "";
    tick.style.setProperty("--place", item.start / data.duration);
    return tick;
  }));
};

/** The beats of a chapter as a bar in pieces, on the stage and in the notes. */
const showSegments = (now) => {
  for (const bar of everywhere(".progress")) {
    bar.replaceChildren(...beats.filter((beat) => beat.chapter === now).map((beat) => {
      const segment = document.createElement("li");
      segment.style.flexGrow = beat.last - beat.first + 1;
      return segment;
    }));
  }
};

const showProgress = () => {
  if (!teaching && !notes) return;
  const chapter = chapterAt(frame);
  const shares = beats.filter((beat) => beat.chapter === chapter).map(({ first, last }) =>
    Math.max(0, Math.min(1, (frame - first + 1) / (last - first + 1))));
  for (const bar of everywhere(".progress")) {
    shares.forEach((share, number) => bar.children[number]?.style.setProperty("--done", share));
  }
};

const atLastPicture = () => beats.some((beat) => beat.last === frame);

const showState = () => {
  let state = video.paused ? "Paused" : "Playing";
  if (teaching && video.paused && atLastPicture()) {
    state = frame >= (beats.at(-1)?.last ?? 0) ? "The end of the film" : "Waiting: space goes on";
  }
  tellState(state);
};
const tellState = onChange((state) => tell({ state }));

// Subtitles and transcript

// The words stand below the picture, where they hide nothing. A phone whose full screen shows
// nothing but the video takes them from this track.
const track = video.addTextTrack("subtitles", "English", "en");
track.mode = "hidden";
for (const { start, end, text } of lines) track.addCue(new VTTCue(start, end, text));
video.addEventListener("webkitbeginfullscreen", () => { if (subtitles) track.mode = "showing"; });
video.addEventListener("webkitendfullscreen", () => { track.mode = "hidden"; });

const transcript = get("transcript");
const lineButtons = all(".line", transcript);
const showLine = onChange((now, before) => {
  mark(lineButtons, now, before);
  const button = lineButtons[now];
  if (!button) return;
  if (!transcript.contains(document.activeElement)) setRover(transcript, button);
  if (following) centre(transcript, button);
});

const setFollowing = (value) => {
  following = value;
  get("follow").hidden = value;
  const button = lineButtons[Math.max(0, indexAt(lines, frame))];
  if (value && button) centre(transcript, button);
};

const startTranscript = () => {
  for (const button of lineButtons) button.tabIndex = -1;
  setRover(transcript, lineButtons[0]);
  rove(transcript, ".line");
  transcript.addEventListener("click", (event) => {
    const button = event.target.closest(".line");
    if (!button) return;
    setRover(transcript, button);
    seekFrame(lines[lineButtons.indexOf(button)].first);
    setFollowing(true);
  });
  const away = () => {
    if (following && transcript.scrollHeight > transcript.clientHeight) setFollowing(false);
  };
  transcript.addEventListener("wheel", away, { passive: true });
  transcript.addEventListener("touchmove", away, { passive: true });
  transcript.addEventListener("keydown", (event) => {
    if (/^(Arrow(Up|Down)|Page|Home|End)/.test(event.key)) away();
  });
  // Its scroll bar is a part of the box itself.
  transcript.addEventListener("pointerdown", (event) => {
    if (event.target === transcript) away();
  });
  addEventListener("resize", () => setFollowing(following));
};

// Teaching

const setPressed = (action, pressed) => {
  for (const button of all(`[data-do=${action}][aria-pressed]`)) {
    button.setAttribute("aria-pressed", String(pressed));
  }
};

const setSubtitles = (shown) => {
  subtitles = shown;
  get("subtitle").hidden = !shown;
  setPressed("subtitles", shown);
};

let subtitlesBefore = true;
const setTeaching = (on) => {
  teaching = on;
  document.documentElement.classList.toggle("teaching", on);
  for (const element of all("[data-aside]")) element.inert = on;
  if (on) subtitlesBefore = subtitles;
  setSubtitles(on ? false : subtitlesBefore); // whoever teaches, speaks
  planStop();
  showProgress();
  showState();
  stage.focus({ preventScroll: true });
  if (on) setFull(true);
  else if (document.fullscreenElement) document.exitFullscreen();
};

const setFull = (on) => {
  if (!on) document.exitFullscreen();
  else if (stage.requestFullscreen) {
    // Refused when asked from the notes window; the stage fills this window all the same.
    stage.requestFullscreen().catch(() => {
      if (!teaching) say("The browser does not allow full screen now.");
    });
  } else video.webkitEnterFullscreen?.();
};

const goOn = () => {
  if (frame >= (beats.at(-1)?.last ?? Infinity)) say("That was the last beat.");
  else play();
};

// The notes window

const openNotes = () => {
  if (notes && !notes.closed) {
    notes.focus();
    return;
  }
  notes = window.open("", "_blank", "popup,width=760,height=680");
  if (!notes) {
    say("The browser blocked the notes window. Allow pop-ups for this page, then press n again.");
    return;
  }
  const page = notes.document;
  page.title = `Notes: ${document.title}`;
  page.documentElement.lang = document.documentElement.lang;
  page.documentElement.className = "notes";
  page.head.append(page.importNode(document.querySelector("style"), true));
  page.body.append(page.importNode(get("notes").content, true));
  listen(page);
  restart();
  notes.setInterval(tellTime, 500);
  tellState("");
  tellBeat();
  showSegments(chapterAt(frame));
  showProgress();
  showState();
  notes.focus();
};

let begun = 0;
const restart = () => {
  begun = Date.now();
  tellTime();
};
const tellTime = () => tell({
  clock: new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }),
  elapsed: clock((Date.now() - begun) / 1000),
});

// Its words stay, but they follow nothing any more.
addEventListener("pagehide", () => {
  tell({ state: "The film's page was closed. Open it again and press n there for new notes." });
});

// Links into the film

const goTo = (hash) => {
  let address;
  try {
    address = decodeURIComponent(hash.slice(1));
  } catch {
    address = hash.slice(1);
  }
  if (!address || address === stage.id) return;
  const time = /^t=(\d+(?:\.\d*)?)$/.exec(address);
  const [chapterName, beatName] = address.split("/");
  const number = chapters.findIndex(({ name }) => name === chapterName);
  const beat = beats.find(({ chapter, name }) => chapter === number && name === beatName);
  if (time) seek(Number(time[1]));
  else if (beat) seekFrame(beat.first);
  else if (chapters[number] && beatName === undefined) seekFrame(chapters[number].first);
  else say(`This link leads to no place in the film: ${hash}`);
};

// Actions, by the names that buttons have in data-do, and their keys

const changeSpeed = (speed) => {
  if (speed) video.playbackRate = speed;
  say(`Speed ${video.playbackRate}×`);
};

/** One beat on or back; while teaching, from last picture to last picture. */
const leap = (by) => {
  const now = beatNow();
  if (!teaching) seekFrame(beats[by > 0 ? Math.min(now + 1, beats.length - 1) : beatBack()].first);
  else {
    const to = by > 0 && frame < beats[now].last ? now : now + by;
    halt(beats[Math.max(0, Math.min(to, beats.length - 1))]);
  }
};

const actions = {
  start: play,
  play: () => { if (!video.paused) video.pause(); else if (teaching) goOn(); else play(); },
  on: () => { if (stop && !video.paused) halt(stop); else goOn(); },
  back: () => {
    seekFrame(beats[beatBack()].first);
    play();
  },
  left: () => { if (teaching) actions.back(); else seek(video.currentTime - ARROW); },
  right: () => { if (teaching) actions.on(); else seek(video.currentTime + ARROW); },
  leapBack: () => leap(-1),
  leapOn: () => leap(1),
  slower: () => changeSpeed(SPEEDS.findLast((speed) => speed < video.playbackRate)),
  faster: () => changeSpeed(SPEEDS.find((speed) => speed > video.playbackRate)),
  subtitles: () => {
    setSubtitles(!subtitles);
    say(subtitles ? "Subtitles on" : "Subtitles off");
  },
  link: () => {
    const time = ((frame + 0.5) / rate).toFixed(2);
    copy(`${location.href.split("#")[0]}#t=${time}`, "Copied a link to this moment:");
  },
  full: () => setFull(!document.fullscreenElement),
  teach: () => setTeaching(!teaching),
  notes: openNotes,
  help: () => { if (help.open) help.close(); else help.showModal(); },
  leave: () => { if (teaching) setTeaching(false); },
  follow: () => setFollowing(true),
  restart,
  beats: (button) => {
    const list = get(button.getAttribute("aria-controls"));
    list.hidden = !list.hidden;
    button.setAttribute("aria-expanded", String(!list.hidden));
  },
};

const keys = {
  " ": "play", k: "play", ArrowLeft: "left", ArrowRight: "right", "<": "slower", ">": "faster",
  c: "subtitles", f: "full", l: "link", t: "teach", n: "notes", "?": "help", Escape: "leave",
  "Shift+ArrowLeft": "leapBack", "Shift+ArrowRight": "leapOn",
};
const remote = { PageUp: "back", PageDown: "on" };

// A button reached by keyboard takes the space bar; one that was only clicked leaves it to the film.
let byKeyboard = false;

const onKey = (event) => {
  if (event.key === "Tab") byKeyboard = true;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const single = event.key.length === 1 && event.key !== " ";
  if (single && !get("letters").checked) return;
  if (event.target.closest("[type=search]") || (help.open && event.key !== "?")) return;
  if (event.key === " " && byKeyboard && event.target.closest("button, a")) return;
  const name = (event.shiftKey && !single ? "Shift+" : "") + (single ? event.key.toLowerCase()
    : event.key);
  const action = keys[name] ?? (teaching ? remote[name] : undefined);
  if (!action) return;
  event.preventDefault();
  if (!event.repeat || ["left", "right"].includes(action) && !teaching) actions[action]();
};

const onClick = (event) => {
  const button = event.target.closest("[data-do]");
  if (button) actions[button.dataset.do](button);
};

const listen = (page) => {
  page.addEventListener("keydown", onKey);
  page.addEventListener("click", onClick);
  page.addEventListener("pointerdown", () => { byKeyboard = false; });
};

// Beginning

let scrubbing = false;

const startPlayer = () => {
  video.controls = false;
  get("cover").hidden = false;
  video.addEventListener("click", () => actions.play());
  for (const event of ["timeupdate", "seeking"]) {
    video.addEventListener(event, followClock);
  }
  video.addEventListener("seeked", arrive);
  video.addEventListener("loadedmetadata", updateFromClock);
  for (const event of ["play", "pause"]) {
    video.addEventListener(event, () => {
      planStop();
      get("play-icon").setAttribute("href", video.paused ? "#icon-play" : "#icon-pause");
      setText(get("play-label"), video.paused ? "Play" : "Pause");
      showState();
    });
  }
  // Browsers may pause a frame further than they told: what is seen is what the page says.
  video.addEventListener("pause", () => {
    if (video.paused && !video.seeking && !video.ended) seekFrame(frame);
  });
  video.addEventListener("seeking", planStop);
  for (const event of ["play", "seeking"]) {
    video.addEventListener(event, () => { get("cover").hidden = true; });
  }
  video.addEventListener("ratechange", () => setText(get("speed"), `${video.playbackRate}×`));
  const showFault = () => {
    const plays = video.canPlayType('video/mp4; codecs="avc1.640028"');
    setText(get("fault"), plays
      ? `The film cannot be opened: ${data.film} must lie in the same folder as this page. `
        + "If it does, this browser cannot play it: try another."
      : "This browser cannot play the film (H.264 video). Try Chrome, Edge, Firefox or Safari.");
    get("fault").hidden = false;
    get("cover").hidden = true;
  };
  video.addEventListener("error", showFault);
  if (video.error) showFault();
  // From what the browser really shows, where it tells; else from the clock, while it runs.
  const watch = () => {
    if (video.requestVideoFrameCallback) {
      video.requestVideoFrameCallback((_, { mediaTime }) => {
        // In microseconds; after a seek Firefox tells where it was sent, not where the frame begins.
        toldOf(Math.floor(mediaTime * rate + 1e-3));
        watch();
      });
    } else {
      requestAnimationFrame(() => {
        if (!video.paused) updateFromClock();
        watch();
      });
    }
  };
  watch();
  const slider = get("seek");
  slider.addEventListener("input", () => {
    scrubbing = true;
    seek(Number(slider.value));
  });
  slider.addEventListener("change", () => { scrubbing = false; });
};

const startLinks = () => {
  for (const button of all("[data-do=beats]")) actions.beats(button);
  get("chapters").addEventListener("click", (event) => {
    // The same link a second time changes no address.
    const link = event.target.closest("a");
    if (link && link.hash === location.hash) goTo(link.hash);
  });
  addEventListener("hashchange", () => goTo(location.hash));
};

listen(document);
document.addEventListener("fullscreenchange", () => {
  setPressed("full", Boolean(document.fullscreenElement));
});
const letters = get("letters");
try {
  letters.checked = localStorage.getItem("glassnet-letters") !== "off";
  letters.addEventListener("change", () => {
    localStorage.setItem("glassnet-letters", letters.checked ? "on" : "off");
  });
} catch {
  // No memory here: the choice lasts as long as the page.
}
startPlayer();
startTranscript();
startLinks();
updateFromClock();
goTo(location.hash);
