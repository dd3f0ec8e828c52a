// The plane of two codes: a dot for every test image, and over them what a view puts there.

import { el } from "./controls.js";
import { colour, onTheme } from "./draw.js";
import { dragging, escaped, frame } from "./svg.js";

// Of classes, as in figures/style.py: digits that look alike have colours that do not.
const TEN = "#870f96 #3cb487 #785a78 #c36900 #a50f2d #4be1ff #e1d278 #5aa5ff #005af0 #b4e10f".split(" ");
const MOST = 440, TILES = 15;
const median = (values) => Float64Array.from(values).sort()[Math.floor(values.length / 2)];

/** A square, as [[low, high], [low, high]], that holds all but a hundredth of the codes (N, 2). */
export function square(codes) {
  const ends = [0, 1].map((axis) => {
    const sorted = codes.filter((_, i) => i % 2 === axis).sort(), n = sorted.length;
    return [sorted[Math.floor(0.005 * n)], sorted[Math.floor(0.995 * n)]];
  });
  const half = 0.54 * Math.max(...ends.map(([low, high]) => high - low));
  return ends.map(([low, high]) => [(low + high) / 2 - half, (low + high) / 2 + half]);
}

/**
 * A canvas under a frame of SVG, for pictures that are drawn seldom under marks that move:
 * {element, canvas, over, f}; onDrag(x, y) follows the pointer, inside the frame.
 */
export function layered({ range: [x, y], xName, yName, onDrag }) {
  const margin = { left: 42, right: 8, top: 8, bottom: 40 };
  const f = frame({ width: MOST, height: MOST, x, y, xName, yName, margin });
  const canvas = el("canvas", { "aria-hidden": "true" }), over = el("div", { class: "over" });
  const element = el("div", { class: "figure plane drag" }, canvas, over);
  const share = (part) => `${(100 * part) / f.width}%`;
  canvas.style.cssText = `left: ${share(margin.left)}; top: ${share(margin.top)};
    width: ${share(f.across)}; height: ${share(f.down)}`;
  dragging(element, () => f, (a, b) => onDrag(within(a, x), within(b, y)));
  return { element, canvas, over, f };
}

/**
 * {element, range, show(label, inside), tiles(decode)}: codes (N, 2) and labels (N,) in their plane.
 *
 * show draws inside(f), SVG text by the frame f, over the dots; onDrag(z1, z2) follows the pointer.
 * tiles shows pictures decode((n, 2)) -> (n, D) everywhere instead of dots; null: dots again.
 */
export function codePlane({ codes, labels, classes, size, onDrag }) {
  const range = square(codes);
  const { element, canvas, over, f } = layered({ range, xName: "code z₁", yName: "code z₂", onDrag });
  let decode = null;
  const paint = () => (decode ? paintTiles(canvas, range, decode, size) : paintDots(canvas, f, codes, labels));
  onTheme(paint);
  paint();
  const middles = medians(codes, labels), at = apart(middles.map(([x, y]) => [f.X(x), f.Y(y)]), 18);
  const names = middles.map(([, , label], n) => {
    const [x, y] = at[n], name = escaped(classes[label] ?? label);
    return `<circle class="class" cx="${x}" cy="${y}" r="8" stroke="${TEN[label % 10]}"/>` +
      `<text class="class-name" x="${x}" y="${y}">${name}</text>`;
  });
  const show = (label, inside) => {
    over.innerHTML = f.draw(label, (decode ? "" : names.join("")) + circles(f, [1, 2]) + inside(f));
  };
  const tiles = (decoder) => {
    decode = decoder;
    paint();
  };
  return { element, range, show, tiles };
}

/** v, or the nearest end of [low, high]. */
export const within = (v, [low, high]) => Math.min(high, Math.max(low, v));

/** Dashed circles around 0, such as 1 and 2 standard deviations of N(0, I). */
export const circles = (f, radii) =>
  radii.map((r) => `<circle class="prior" cx="${f.X(0)}" cy="${f.Y(0)}" r="${f.X(r) - f.X(0)}"/>`).join("");

/** The median code of every class: [[z1, z2, label], ...] */
function medians(codes, labels) {
  return [...new Set(labels)].map((label) => {
    const own = [...labels.keys()].filter((n) => labels[n] === label);
    return [median(own.map((n) => codes[2 * n])), median(own.map((n) => codes[2 * n + 1])), label];
  });
}

/** Places pushed from one another until all are so far apart, or nearly: [[x, y], ...] -> the same */
function apart(places, least) {
  const moved = places.map((place) => [...place]);
  for (let round = 0; round < 60; round++) {
    for (const a of moved) for (const b of moved) {
      const across = b[0] - a[0], down = b[1] - a[1], far = Math.hypot(across, down);
      if (a === b || far >= least) continue;
      const push = (least - far) / 4 / (far || 1);
      a[0] -= push * across; a[1] -= push * down;
      b[0] += push * across; b[1] += push * down;
    }
  }
  return moved;
}

function paintDots(canvas, f, codes, labels) {
  const fine = 2, context = canvas.getContext("2d");
  Object.assign(canvas, { width: fine * f.across, height: fine * f.down });
  const white = colour("paper")[0] < 128 ? 30 : 0; // per cent, on a dark page
  const colours = TEN.map((one) => `color-mix(in srgb, ${one}, white ${white}%)`);
  for (let n = 0; n < labels.length; n++) {
    context.fillStyle = colours[labels[n] % 10];
    const x = f.X(codes[2 * n]) - f.margin.left, y = f.Y(codes[2 * n + 1]) - f.margin.top;
    context.fillRect(fine * x - 1.6, fine * y - 1.6, 3.2, 3.2);
  }
}

/** Pictures decode((n, 2)) -> (n, D) at the places of a square grid, side by side on a canvas. */
export function paintTiles(canvas, range, decode, [height, width]) {
  const at = ([low, high], i) => low + ((high - low) * (i + 0.5)) / TILES;
  const z = Float64Array.from({ length: 2 * TILES * TILES }, (_, i) => {
    const n = i >> 1;
    return i % 2 ? at(range[1], TILES - 1 - Math.floor(n / TILES)) : at(range[0], n % TILES);
  });
  const x = decode(z), context = canvas.getContext("2d");
  Object.assign(canvas, { width: TILES * width, height: TILES * height });
  const data = context.createImageData(canvas.width, canvas.height), ink = colour("ink"), paper = colour("paper");
  for (let i = 0; i < x.length; i++) {
    const n = Math.floor(i / (height * width)), row = Math.floor(i / width) % height;
    const to = (Math.floor(n / TILES) * height + row) * canvas.width + (n % TILES) * width + (i % width);
    for (let k = 0; k < 3; k++) data.data[4 * to + k] = paper[k] + x[i] * (ink[k] - paper[k]);
    data.data[4 * to + 3] = 255;
  }
  context.putImageData(data, 0, 0);
}
