// The hidden units that this image turns on more than others do, as their filters: framed while on.

import { button, el, roving } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { probH } from "./rbm.js";
import { MEMORY } from "./rbm_run.js";

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
  const about = el("p", { class: "about" }), words = el("p");
  const cells = Array.from({ length: SHOWN }, () => {
    const canvas = imageCanvas(models.size, "", { "aria-hidden": "true" });
    return { canvas, unit: 0, cell: button("", () => {}, { class: "unit" }) };
  });
  const row = el("div", { class: "units", role: "group", "aria-label": "Most active hidden units" });
  for (const one of cells) {
    one.cell.append(one.canvas.element);
    for (const event of ["focus", "pointerenter"]) one.cell.addEventListener(event, () => choose(one.unit));
  }
  const stopAt = roving(row);
  let shown = { params: null, sweeps: 0, usually: null, run: null, chosen: 0 };

  const choose = (unit) => {
    const { W, c } = shown.params, weights = filter(W, c.length, unit);
    const largest = weights.reduce((most, w) => (Math.abs(w) > Math.abs(most) ? w : most), 0);
    large.signed(weights, Math.abs(largest));
    const signed = (x) => `${x < 0 ? "−" : "+"}${Math.abs(x).toFixed(1)}`;
    shown.chosen = unit;
    shown.facts = `bias ${signed(c[unit])}, largest weight ${signed(largest)}.`;
    tell();
  };
  const tell = () => {
    const { run: { activity, sweeps }, usually, chosen, facts } = shown;
    const percent = (of) => `${Math.round(100 * of[chosen])}\u00a0%`;
    const now = sweeps ? `in ${percent(activity)} of the last ${Math.min(sweeps, MEMORY)} sweeps and ` : "";
    about.textContent = `Unit ${chosen + 1}: on ${now}for ${percent(usually)} of the test images; ${facts}`;
  };
  const rank = (run) => {
    const { W, c } = run.params, first = shown.params !== run.params;
    const usually = first ? usual(digits, run.params) : shown.usually;
    shown = { ...shown, params: run.params, sweeps: run.sweeps, usually, run };
    const which = c.length > SHOWN ? `Of ${c.length} units these ${SHOWN}` : `These ${c.length} units`;
    words.replaceChildren("Each hidden unit looks for its filter: ", el("b", { class: "plus" }, "ink here"),
      " speaks for it, ", el("b", { class: "minus" }, "ink there"), ` against it. ${which} are shown, those first that are `,
      "on more often now than for most test images; framed while they are on in chain 1.");
    const units = mostActive(run.activity, usually);
    row.replaceChildren(...units.map((unit, at) => {
      const one = cells[at], weights = filter(W, c.length, unit);
      if (first || one.unit !== unit) one.canvas.signed(weights, Math.max(...weights.map(Math.abs)));
      one.unit = unit;
      one.cell.setAttribute("aria-label", `Hidden unit ${unit + 1}`);
      return one.cell;
    }));
    stopAt(cells[0].cell);
    choose(units[0]);
  };
  const render = (run) => {
    shown.run = run;
    const since = run.sweeps - shown.sweeps, other = shown.params !== run.params;
    const due = since < 0 || since >= EVERY || !shown.sweeps || (shown.sweeps < 10 && run.sweeps >= 10);
    const watched = row.contains(document.activeElement) || row.matches(":hover");
    if (other || (run.sweeps && due && !watched)) rank(run);
    tell();
    for (const { unit, cell } of cells) cell.classList.toggle("on", run.h !== null && run.h[unit] === 1);
  };
  const element = el("section", { class: "hidden-units" }, el("h3", {}, "Hidden units"), words,
    el("div", { class: "units-and-one" }, row, el("div", { class: "one" }, large.element, about)));
  return { element, render };
}
