/* Small tools of the page's script: finding and changing elements, whole frames, lists for the
   keyboard. The parts of the script are put into one function, so nothing is global. */

const get = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

const clock = (seconds) => {
  const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
    .map((part) => Math.floor(part + 1e-6));
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

/** The index of the last item that has begun, -1 before the first. */
const indexAt = (list, at) => {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].first <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** A function that calls `change(new, old)` only when it is called with something new. */
const onChange = (change) => {
  let old;
  return (value) => {
    if (value === old) return;
    const before = old;
    old = value;
    change(value, before);
  };
};

const setText = (element, text) => {
  if (element.textContent !== String(text)) element.textContent = text;
};

/** Scroll a box, and nothing around it, so that an element stands in its middle. */
const centre = (box, element) => {
  const [outer, inner] = [box.getBoundingClientRect(), element.getBoundingClientRect()];
  const top = box.scrollTop + inner.top - outer.top - (box.clientHeight - inner.height) / 2;
  box.scrollTo({ top, behavior: calm.matches ? "instant" : "smooth" });
};

const rovers = new Map(); // of each list, the one line that Tab comes to

const setRover = (list, button) => {
  const old = rovers.get(list);
  if (old) old.tabIndex = -1;
  if (button) button.tabIndex = 0;
  rovers.set(list, button);
};

/** The arrow keys go from line to line; Tab passes by the others. */
const rove = (list, selector) => list.addEventListener("keydown", (event) => {
  const buttons = all(selector, list).filter((button) => button.offsetParent);
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const button = buttons[Math.max(0, Math.min(to, buttons.length - 1))];
  setRover(list, button);
  button.focus();
});
