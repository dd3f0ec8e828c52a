// How views put their parts together.

import { el } from "./controls.js";
import { imageCanvas } from "./draw.js";

/** Things beside one another where there is room, in the columns that views.css gives this kind. */
export const columns = (kind, ...parts) => el("div", { class: `columns ${kind}` }, ...parts);

/** Things below one another. */
export const stack = (...parts) => el("div", { class: "controls" }, ...parts);

/** Buttons in a row. */
export const row = (...buttons) => el("div", { class: "buttons" }, ...buttons);

/** A picture and its caption: words, or names of its lines. */
export const figure = (picture, caption) =>
  el("figure", {}, picture, typeof caption === "string" ? el("figcaption", {}, caption) : caption);

/** The same with its name above it. */
export const titled = (title, ...pictures) =>
  el("figure", {}, el("figcaption", { class: "title" }, title), ...pictures);

/** Names of the lines of a chart, by their class in views.css. */
export const legend = (names) => {
  const entry = ([kind, name]) => el("span", {}, el("i", { class: `swatch ${kind}` }), name);
  return el("figcaption", { class: "legend" }, ...Object.entries(names).map(entry));
};

/** Pictures in rows of so many: {element, show(pixels (n, D)), mark(number of the one to frame)} */
export function strip(size, count, across, label) {
  const D = size[0] * size[1];
  const canvases = Array.from({ length: count }, () => imageCanvas(size, "", { "aria-hidden": "true" }));
  const about = { class: "strip", style: `--across: ${across}`, role: "img", "aria-label": label };
  const element = el("div", about, ...canvases.map((c) => c.element));
  const show = (x) => canvases.forEach((c, n) => c.show(x.subarray(n * D, (n + 1) * D)));
  const mark = (at) => canvases.forEach((c, n) => c.element.classList.toggle("here", n === at));
  return { element, show, mark };
}

/** A part of a view: a heading, a paragraph, and what it is about. */
export const part = (title, words, ...content) =>
  el("section", { class: "part" }, el("h3", {}, title), el("p", {}, words), ...content);

/** The same, folded: of all parts of one name one is open. */
export const folded = (name, open, title, words, ...content) =>
  el("details", { class: "part", name, open }, el("summary", {}, el("h3", {}, title)), el("p", {}, words), ...content);

/** A sentence with numbers, which is read out when it changes: {element, say(words)} */
export function reading() {
  const output = el("output", { class: "outcome" });
  return { element: el("p", { class: "reading" }, output), output, say: (words) => (output.textContent = words) };
}
