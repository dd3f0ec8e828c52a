// The drawing pad: an image of a few hundred pixels, drawn by mouse, finger or keyboard.

import { choice, el, slider } from "./controls.js";
import { imageCanvas } from "./draw.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const HELP = "Drawing pad. Arrow keys move the brush, with Shift they draw, Space draws a dot.";

/** How much of each pixel a stroke from a to b covers; a, b [row, column], radius in pixels. (D,) */
export function stroke([height, width], a, b, radius) {
  const covered = new Float32Array(height * width);
  const along = [b[0] - a[0], b[1] - a[1]], length = along[0] ** 2 + along[1] ** 2;
  for (let i = 0; i < covered.length; i++) {
    const from = [Math.floor(i / width) + 0.5 - a[0], (i % width) + 0.5 - a[1]];
    const projected = length ? (from[0] * along[0] + from[1] * along[1]) / length : 0;
    const t = Math.min(1, Math.max(0, projected));
    const distance = Math.hypot(from[0] - t * along[0], from[1] - t * along[1]);
    covered[i] = Math.min(1, Math.max(0, radius + 0.5 - distance)); // soft at the rim
  }
  return covered;
}

/** The pad's image after a stroke: {pixels, unknown}, both (D,). Tools: ink, paper, unknown. */
export function drawn({ pixels, unknown }, covered, tool) {
  if (tool === "unknown") return { pixels, unknown: unknown.map((u, i) => u || covered[i] > 0.5) };
  const mixed = (p, i) => (tool === "ink" ? Math.max(p, covered[i]) : Math.min(p, 1 - covered[i]));
  // What is drawn on is known again.
  return { pixels: pixels.map(mixed), unknown: unknown.map((u, i) => u && covered[i] <= 0.5) };
}

/**
 * {element, get() -> {pixels, unknown}, set(pixels, unknown), choose(tool)}; onChange({pixels, unknown}) follows
 * every stroke. `tools` are some of [["ink", text], ["paper", text], ["unknown", text]]; with
 * `binary` a pixel is all ink or none. `more` are elements to go under the brush's.
 */
export function pad({ size, label, tools, onChange, radius = 1.5, binary = false, more = [] }) {
  const [height, width] = size, D = height * width;
  const state = { tool: tools[0][0], radius, last: null, cursor: [height / 2, width / 2] };
  let image = { pixels: new Float32Array(D), unknown: new Uint8Array(D) };
  const about = { tabindex: 0, role: "application", "aria-label": `${label}. ${HELP}` };
  const canvas = imageCanvas(size, label, about);
  const cursor = el("span", { class: "cursor", hidden: true });
  const where = el("span", { class: "unseen", "aria-live": "polite" });
  const frame = el("div", { class: "pad" }, canvas.element, cursor, where);

  const render = () => canvas.show(image.pixels, image.unknown);
  const draw = (to) => {
    const covered = stroke(size, state.last ?? to, to, state.radius);
    image = drawn(image, binary ? covered.map(Math.round) : covered, state.tool);
    state.last = to;
    render();
    onChange(image);
  };
  const place = (event) => {
    const box = canvas.element.getBoundingClientRect();
    const down = (event.clientY - box.top) / box.height, right = (event.clientX - box.left) / box.width;
    return [down * height, right * width];
  };
  const showCursor = () => {
    const [row, column] = state.cursor, share = (x, of) => `${(100 * x) / of}%`;
    cursor.hidden = false;
    where.textContent = `row ${Math.ceil(row)}, column ${Math.ceil(column)}`;
    cursor.style.cssText = `top: ${share(row, height)}; left: ${share(column, width)};
      width: ${share(2 * state.radius, width)}; height: ${share(2 * state.radius, height)}`;
  };

  canvas.element.addEventListener("pointerdown", (event) => {
    canvas.element.setPointerCapture(event.pointerId);
    cursor.hidden = true;
    draw(place(event));
    event.preventDefault();
    canvas.element.focus({ preventScroll: true });
  });
  canvas.element.addEventListener("pointermove", (event) => {
    if (state.last) for (const one of event.getCoalescedEvents?.() ?? [event]) draw(place(one));
  });
  for (const end of ["pointerup", "pointercancel"])
    canvas.element.addEventListener(end, () => (state.last = null));
  canvas.element.addEventListener("keydown", (event) => {
    if (event.key === " ") draw([...state.cursor]);
    else if (event.key in MOVES) {
      const [down, right] = MOVES[event.key], [row, column] = state.cursor;
      const inside = (x, most) => Math.min(most - 0.5, Math.max(0.5, x));
      state.cursor = [inside(row + down, height), inside(column + right, width)];
      if (event.shiftKey) {
        state.last = [row, column];
        draw([...state.cursor]);
      }
    } else return;
    state.last = null;
    showCursor();
    event.preventDefault();
  });
  canvas.element.addEventListener("blur", () => (cursor.hidden = true));

  const controls = [];
  const brush = { label: "Brush", options: tools, value: state.tool };
  const chosen = tools.length > 1 && choice({ ...brush, onChange: (tool) => (state.tool = tool) });
  if (chosen) controls.push(chosen.element);
  const format = (r) => `${(2 * r).toFixed(0)} px`;
  const widths = { label: "Width", min: 0.5, max: 5, step: 0.5, value: radius, format };
  controls.push(slider({ ...widths, onInput: (r) => (state.radius = r) }).element);
  const element = el("div", { class: "drawing" }, frame, el("div", { class: "tools" }, ...controls, ...more));
  const set = (pixels, unknown = new Uint8Array(D)) => {
    image = { pixels: Float32Array.from(pixels), unknown: Uint8Array.from(unknown) };
    render();
  };
  const choose = (tool) => chosen.set((state.tool = tool));
  return { element, get: () => image, set, choose };
}
