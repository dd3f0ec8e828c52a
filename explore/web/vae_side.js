// One network of two codes: its plane, and what it draws at a code, from N(0, I) and on a walk.

import { el, slider } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { stack, strip, titled } from "./layout.js";
import { codePlane } from "./plane.js";
import { dot, fixed, path } from "./svg.js";
import { pixels } from "./vae.js";

/**
 * {element, drawn, walk}, three elements; show(now), showDrawn(codes), showWalk(codes) and
 * everywhere(boolean) draw in them.
 *
 * now is {z, ellipse {mu, sd} or null, samples (n, 2), ends [from, to], others [{mu, sd}, ...], walk in
 * [0, 1]}; onMove(z) follows a drag and the sliders.
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
  const at = el("div", { class: "at" }, picture.element, stack(...axes.map((a) => a.element)));

  const show = (now) => {
    z = now.z;
    axes.forEach((axis, i) => {
      const input = axis.element.querySelector("input"); // its range follows codes beyond the plane
      [input.min, input.max] = [Math.min(view.range[i][0], z[i]), Math.max(view.range[i][1], z[i])];
      axis.set(z[i]);
    });
    walk.mark(Math.round(now.walk * (steps - 1)));
    picture.show(pixels(z, net));
    view.show(`Plane of codes, ${title}: the code is (${fixed(z[0])}, ${fixed(z[1])})`, (f) => marks(f, now));
  };
  return {
    element: titled(title, view.element, at),
    drawn: titled(title, drawn.element), walk: titled(title, walk.element), show,
    showDrawn: (z) => drawn.show(pixels(z, net)), showWalk: (z) => walk.show(pixels(z, net)),
    everywhere: (on) => view.tiles(on ? (z) => pixels(z, net) : null),
  };
}

/** Over the dots: other codes, those from N(0, I), the way of a walk, the ellipse of q, the code. */
function marks(f, { z, ellipse, samples, ends, others }) {
  let d = "";
  for (let n = 0; n < samples.length; n += 2) {
    d += `M${f.X(samples[n]) - 4} ${f.Y(samples[n + 1])}h8m-4 -4v8`;
  }
  const way = path(f, ends.map((end) => end[0]), ends.map((end) => end[1]));
  const drawn = `<path class="drawn halo" d="${d}"/><path class="drawn" d="${d}"/>`;
  const code = ellipse ? oval(f, ellipse, "q halo") + oval(f, ellipse, "q") : dot(f, z[0], z[1], "halo", 6);
  return others.map((one) => oval(f, one, "other")).join("") + `<path class="way" d="${way}"/>${drawn}${code}` +
    dot(f, z[0], z[1], "end", ellipse ? 2 : 4.5);
}

/** A normal density, at two standard deviations; a dot where it has none. */
function oval(f, { mu, sd }, name) {
  const across = Math.max(1.5, f.X(2 * sd[0]) - f.X(0)), down = Math.max(1.5, f.Y(0) - f.Y(2 * sd[1])), size = `rx="${across}" ry="${down}"`;
  return `<ellipse class="${name}" cx="${f.X(mu[0])}" cy="${f.Y(mu[1])}" ${size}/>`;
}
