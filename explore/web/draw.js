// Images as canvases: one number a pixel, ink on paper, in the colours of the page's theme.

import { el } from "./controls.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();
let colours = {};

dark.addEventListener("change", () => {
  colours = {};
  for (const listener of listeners) listener();
});

/** Calls listener() whenever the page turns dark or light. */
export const onTheme = (listener) => listeners.add(listener);

/** A colour of the theme by its name in style.css, such as "ink": [red, green, blue] */
export function colour(name) {
  return (colours[name] ??= read(name));
}

function read(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/**
 * A canvas with one image of size [height, width]: {element, show(pixels, unknown), signed(weights,
 * scale), marked(pixels, marks)}.
 *
 * `show` takes pixels (D,) in [0, 1] and, if given, unknown (D,), true where a pixel is not known.
 * `signed` shows positive and negative numbers in two colours, at full strength from `scale` on.
 * `marked` gives every pixel the ink that marks[i] names: ["ink", "accent", ...] (D,); "lost" all of it.
 */
export function imageCanvas(size, label, attributes = {}) {
  const [height, width] = size;
  const more = { role: "img", "aria-label": label, class: "image", ...attributes };
  const element = el("canvas", { height, width, ...more });
  const context = element.getContext("2d"), data = context.createImageData(width, height);
  let last = null;

  const paint = (colourOf) => {
    last = () => paint(colourOf);
    for (let i = 0; i < height * width; i++) {
      const [from, to, share] = colourOf(i);
      for (let k = 0; k < 3; k++) data.data[4 * i + k] = from[k] + share * (to[k] - from[k]);
      data.data[4 * i + 3] = 255;
    }
    context.putImageData(data, 0, 0);
  };
  const paper = () => colour("paper"), ink = (i, pixels) => [paper(), colour("ink"), pixels[i]];
  const blank = () => [colour("unknown"), paper(), 0];
  const show = (pixels, unknown = null) => paint((i) => (unknown?.[i] ? blank() : ink(i, pixels)));
  const marked = (pixels, marks) => paint((i) => [paper(), colour(marks[i]), marks[i] === "lost" ? 1 : pixels[i]]);
  const signed = (weights, scale) => paint((i) => [
    paper(), colour(weights[i] > 0 ? "plus" : "minus"), Math.min(1, Math.abs(weights[i]) / scale),
  ]);
  onTheme(() => last());
  show(new Float32Array(height * width));
  return { element, show, marked, signed };
}
