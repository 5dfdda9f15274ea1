/* The proof panel: the numbers and pictures of the moment, each with the line of Python that reads it
   again; where a picture is, is outlined in the film.
   Between two changes nothing of it is touched, however many rows there are. */

/** The panel, whose `show(frame)` lists what is on screen and what is said at a frame.
    `seekFrame` takes the film to a frame, `copy` takes a text and what to say when it is done,
    `outline` a box (left, top, width, height, as shares of the frame) or null. */
const makeNumbers = (readings, rate, seekFrame, copy, outline) => {
  const MANY = 12; // from which on a filter helps
  const lists = { screen: get("on-screen"), narration: get("said"), picture: get("shown") };
  const filter = get("filter");
  // Between two of these frames the readings are the same.
  const changes = [...new Set([0, ...readings.flatMap(({ first, last }) => [first, last + 1])])]
    .sort((a, b) => a - b);
  const rows = new Map(); // all that were ever shown, by what tells them apart

  const makeRow = (reading) => {
    const row = get("reading").content.firstElementChild.cloneNode(true);
    const fill = (name, text) => setText(row.querySelector(`.${name}`), text);
    for (const name of ["text", "value", "source", "what", "step"]) fill(name, reading[name]);
    fill("trace", reading.trace.split(/[\\/]/).at(-1));
    row.querySelector(".trace").title = reading.trace;
    row.dataset.colour = reading.colour;
    row.words = [reading.source, reading.text, reading.value, reading.what].join(" ").toLowerCase();
    const button = row.firstElementChild;
    button.title = reading.python;
    button.tabIndex = -1;
    button.addEventListener("click", () => {
      setRover(row.parentElement, button);
      copy(reading.python, "Copied:");
    });
    if (reading.box) {
      for (const event of ["mouseenter", "focus"]) {
        button.addEventListener(event, () => outline(reading.box));
      }
      for (const event of ["mouseleave", "blur"]) {
        button.addEventListener(event, () => outline(null));
      }
    }
    return row;
  };

  const rowOf = (reading) => {
    const { place, trace, step, source, text, value, box } = reading;
    const key = [place, trace, step, source, text, value, box].join("\n");
    if (!rows.has(key)) rows.set(key, makeRow(reading));
    return rows.get(key);
  };

  /** Make a list hold these rows, leaving those that stay where they are. */
  const fillList = (list, wanted) => {
    const focused = list.contains(document.activeElement);
    for (const row of [...list.children]) {
      if (wanted.has(row)) continue;
      if (list === lists.picture && row.matches(":hover, :focus-within")) outline(null);
      row.remove();
    }
    let place = list.firstElementChild;
    for (const row of wanted) {
      if (row === place) place = place.nextElementSibling;
      else list.insertBefore(row, place);
    }
    // The row that had the focus is gone: keep the place for the keyboard.
    if (focused && !list.contains(document.activeElement)) list.focus({ preventScroll: true });
  };

  const applyFilter = () => {
    const query = filter.value.trim().toLowerCase();
    const [[seen, total], [seenSaid, said], [drawn]] = Object.values(lists).map((list) => {
      const inside = [...list.children];
      for (const row of inside) row.hidden = !row.words.includes(query);
      const visible = inside.filter((row) => !row.hidden);
      if (!visible.includes(rovers.get(list)?.parentElement)) {
        setRover(list, visible[0]?.firstElementChild);
      }
      return [visible.length, inside.length];
    });
    get("heading-said").hidden = !seenSaid;
    get("heading-shown").hidden = !drawn;
    // Not taken away under somebody's fingers.
    get("filter-box").hidden = total + said <= MANY && !query && document.activeElement !== filter;
    setText(get("count"), seen < total ? `${seen} of ${total}` : total || "");
    get("none").hidden = seen > 0;
    setText(get("none-text"), total ? `None of the ${total} numbers on screen fits the filter.`
      : "No recorded number is on screen at this moment.");
    get("next-number").hidden = total > 0 || next === Infinity;
    setText(get("next-number"), `Go to the next, at ${clock(next / rate)}`);
  };

  let next = Infinity; // frame at which another number comes on screen
  const showSince = onChange((since) => {
    const now = readings.filter(({ first, last }) => first <= since && since <= last);
    for (const [place, list] of Object.entries(lists)) {
      fillList(list, new Set(now.filter((reading) => reading.place === place).map(rowOf)));
    }
    next = Math.min(...readings.filter(({ place, first }) => place === "screen" && first > since)
      .map(({ first }) => first));
    applyFilter();
  });

  for (const list of Object.values(lists)) rove(list, ".reading");
  filter.addEventListener("input", applyFilter);
  filter.addEventListener("blur", applyFilter);
  get("next-number").addEventListener("click", () => seekFrame(next));
  return { show: (frame) => showSince(changes.findLast((change) => change <= frame)) };
};
