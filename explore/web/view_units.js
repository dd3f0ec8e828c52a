// The hidden units that this image turns on more than others do, as their filters: framed while on.

import { button, el, roving } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { probH } from "./rbm.js";

const SHOWN = 48;
const EVERY = 60; // sweeps after which they are looked up again; at first at 1 and at 10

/** The filter of hidden unit j, a column of W (D, H): (D,) */
export const filter = (W, H, j) => Float32Array.from({ length: W.length / H }, (_, i) => W[i * H + j]);

/** Mean P(h = 1 | v) of every unit over images (N, D): (H,) */
export function usual(images, { W, c }) {
  const probs = probH(images, W, c), H = c.length, N = probs.length / H, mean = new Float64Array(H);
  probs.forEach((p, at) => (mean[at % H] += p / N));
  return mean;
}

/** The units that exceed their usual activity the most, both (H,): at most SHOWN, largest first. */
export const mostActive = (activity, usually) =>
  [...activity.keys()].sort((i, j) => activity[j] - usually[j] - activity[i] + usually[i]).slice(0, SHOWN);

/** {element, render(run)}: run as in rbm_run.js, digits (N, D) what is usual. */
export function unitsPanel(models, digits) {
  const large = imageCanvas(models.size, "The filter of a hidden unit, large");
  const about = el("p", { class: "about", "aria-live": "polite" });
  const cells = Array.from({ length: SHOWN }, () => {
    const canvas = imageCanvas(models.size, "", { "aria-hidden": "true" });
    return { canvas, unit: 0, cell: button("", () => {}, { class: "unit" }) };
  });
  const row = el("div", { class: "units", role: "group", "aria-label": "Most active hidden units" });
  for (const one of cells) {
    one.cell.append(one.canvas.element);
    for (const event of ["focus", "pointerenter"]) one.cell.addEventListener(event, () => choose(one.unit));
  }
  let shown = { params: null, sweeps: 0, usually: null, run: null };

  const choose = (unit) => {
    const { W, c } = shown.params, weights = filter(W, c.length, unit);
    const strength = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
    large.signed(weights, strength);
    const [now, usually] = [shown.run.activity, shown.usually].map((of) => `${Math.round(100 * of[unit])}\u00a0%`);
    const bias = c[unit].toFixed(1).replace("-", "−");
    about.textContent = `Unit ${unit + 1}: on in ${now} of the last sweeps, for test digits in ${usually}; ` +
      `bias ${bias}, largest weight ${strength.toFixed(1)}.`;
  };
  const rank = (run) => {
    const { W, c } = run.params, first = shown.params !== run.params;
    const usually = first ? usual(digits, run.params) : shown.usually;
    shown = { params: run.params, sweeps: run.sweeps, usually, run };
    const units = mostActive(run.activity, usually);
    row.replaceChildren(...units.map((unit, at) => {
      const one = cells[at], weights = filter(W, c.length, unit);
      if (first || one.unit !== unit) one.canvas.signed(weights, Math.max(...weights.map(Math.abs)));
      one.unit = unit;
      one.cell.setAttribute("aria-label", `Hidden unit ${unit + 1}`);
      return one.cell;
    }));
    roving(row);
    choose(units[0]);
  };
  const render = (run) => {
    shown.run = run;
    const since = run.sweeps - shown.sweeps, other = shown.params !== run.params;
    const due = since < 0 || since >= EVERY || (shown.sweeps < 10 && run.sweeps >= 10);
    const watched = row.contains(document.activeElement) || row.matches(":hover");
    if (run.sweeps && (other || (due && !watched))) rank(run);
    for (const { unit, cell } of cells) cell.classList.toggle("on", run.h !== null && run.h[unit] === 1);
  };
  const words = el("p", {}, "Each hidden unit looks for its filter: ", el("b", { class: "plus" }, "ink here"),
    " speaks for it, ", el("b", { class: "minus" }, "ink there"), " against it. Shown are those that ",
    "are on more often now than for most digits, framed while they are on in chain 1.");
  const element = el("section", { class: "hidden-units" }, el("h3", {}, "Hidden units"), words,
    el("div", { class: "units-and-one" }, row, el("div", { class: "one" }, large.element, about)));
  return { element, render };
}
