// One network of two codes: its plane, and what it draws at a code, from N(0, I) and on a walk.

import { el, slider } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { codePlane } from "./plane.js";
import { dot, fixed, path } from "./svg.js";
import { pixels } from "./vae.js";

/** Pictures in rows of so many: {element, show(pixels (n, D))} */
export function strip(size, count, across, label) {
  const D = size[0] * size[1];
  const canvases = Array.from({ length: count }, () => imageCanvas(size, "", { "aria-hidden": "true" }));
  const element = el("div", { class: "strip", style: `--across: ${across}`, role: "img", "aria-label": label }, ...canvases.map((c) => c.element));
  const show = (x) => canvases.forEach((c, n) => c.show(x.subarray(n * D, (n + 1) * D)));
  return { element, show };
}

/**
 * {plane, at, drawn, walk, show(now), everywhere(boolean)}: elements, and how to draw them.
 *
 * now is {z, ellipse {mu, sd} or null, samples (n, 2), ends {from, to} or null}; onMove(z) follows
 * a drag and the sliders.
 */
export function side({ models, net, codes, title, samples, steps, onMove }) {
  const { size, classes } = models;
  const view = codePlane({ codes, labels: models.planes.labels, classes, size, onDrag: (...z) => onMove(z) });
  let z = [0, 0];
  const axes = ["z₁", "z₂"].map((name, axis) => {
    const [min, max] = view.range[axis], step = (max - min) / 400;
    return slider({ label: `Code ${name}, ${title}`, min, max, step, value: (min + max) / 2, format: fixed,
      onInput: (value) => onMove(z.map((old, i) => (i === axis ? value : old))) });
  });
  const picture = imageCanvas(size, `What the decoder draws at the code, ${title}`);
  const drawn = strip(size, samples, 6, `Pictures from codes of N(0, I), ${title}`);
  const walk = strip(size, steps, steps, `Pictures on the way, ${title}`);
  const at = el("div", { class: "at" }, picture.element, el("div", { class: "controls" }, ...axes.map((a) => a.element)));

  const show = (now) => {
    z = now.z;
    axes.forEach((axis, i) => axis.set(z[i]));
    picture.show(pixels(z, net));
    view.show(`Plane of codes, ${title}: the code is (${fixed(z[0])}, ${fixed(z[1])})`, (f) => marks(f, now));
  };
  return {
    element: el("figure", {}, el("figcaption", { class: "title" }, title), view.element, at), drawn: drawn.element, walk: walk.element, show,
    showDrawn: (z) => drawn.show(pixels(z, net)), showWalk: (z) => walk.show(pixels(z, net)),
    everywhere: (on) => view.tiles(on ? (z) => pixels(z, net) : null),
  };
}

/** Over the dots: codes from N(0, I), the way of a walk, the ellipse of q, the code. */
function marks(f, { z, ellipse, samples, ends }) {
  let d = "";
  for (let n = 0; n < samples.length; n += 2) {
    d += `M${f.X(samples[n]) - 4} ${f.Y(samples[n + 1])}h8m-4 -4v8`;
  }
  const way = ends ? path(f, [ends[0][0], ends[1][0]], [ends[0][1], ends[1][1]]) : "";
  const oval = ellipse
    ? `<ellipse class="q" cx="${f.X(ellipse.mu[0])}" cy="${f.Y(ellipse.mu[1])}" rx="${f.X(2 * ellipse.sd[0]) - f.X(0)}" ry="${f.Y(0) - f.Y(2 * ellipse.sd[1])}"/>`
    : "";
  return `<path class="way" d="${way}"/><path class="drawn halo" d="${d}"/><path class="drawn" d="${d}"/>${oval}` +
    dot(f, z[0], z[1], "handle", ellipse ? 4 : 7);
}
