// The bias of CD-k: where chains are after k sweeps, and what that does to every entry of the gradient.

import { contrastiveDivergence, largest, secondEigenvalue, states } from "./cd_bias.js";
import { chapter, el, slider } from "./controls.js";
import { BIAS, formula } from "./formulas.js";
import { columns, figure, legend, part, reading, stack } from "./layout.js";
import { dot, fixed, frame, line, tidy } from "./svg.js";

// The machine of rbm/DERIVATION_LEARNING.md, rounded: four pixels, three hidden units; and its data.
const MACHINE = {
  W: [2.0409, -2.5557, 0.4181, -0.5678, -0.4526, -0.2156, -2.02, -0.2319, -0.8652, 3.323, 0.2258, -0.3526],
  b: [-0.1969, -0.4676, -0.7386, -0.2736],
  c: [0.3374, -0.167, 0.6704],
};
const D = 4, N = 2 ** D, MOST = 20, DATA = [2, 3, 4, 7, 12], TALL = 96; // pixels of the longest bar

const WORDS = "A machine of four pixels and three hidden units, all of its 16 images written down. Chains start at " +
  "the data and forget them sweep by sweep: what is left of the data after k sweeps is the bias. Raise k; then " +
  "raise the weights, and see how many sweeps the same error takes. Click an image to make it data, or no longer. The gradient has an entry " +
  "for each weight W between a pixel and a hidden unit, each bias b of a pixel and each bias c of a hidden unit.";

const LAST = "That is the only image of the data, and CD needs data: make another one data first.";

/** The machine with its weights times a factor; the biases stay. */
export const scaled = (factor) => ({ ...MACHINE, W: MACHINE.W.map((w) => factor * w) });

/** Even shares of some of the images: (N,) */
export const shares = (data) => Float64Array.from({ length: N }, (_, n) => (data.has(n) ? 1 / data.size : 0));

/** Which images are data, k and the size of the weights; three pictures: an element. */
export function mountBias(models) {
  const state = { k: 1, factor: 1, data: new Set(DATA) };
  const change = (part) => render(Object.assign(state, part));
  const click = (n) => {
    const data = toggled(state.data, n), last = data === state.data;
    change({ data });
    if (last) said.say(`${LAST} ${said.output.textContent}`);
  };
  const k = slider({ label: "Sweeps k", min: 0, max: MOST, value: state.k,
    onInput: (value) => change({ k: value }) });
  const factor = slider({ label: "Weights times", min: 0.25, max: 3, step: 0.05, value: 1, format: fixed,
    onInput: (value) => change({ factor: value }) });
  const columnsOfImages = Array.from({ length: N }, (_, n) => column(n, () => click(n)));
  const entries = el("div", { class: "figure" }), decay = el("div", { class: "figure" });
  const said = reading(), scale = el("figcaption");
  const render = (now) => {
    const machine = scaled(now.factor), q = shares(now.data);
    const found = contrastiveDivergence(machine, q, MOST), lambda = secondEigenvalue(machine);
    const bias = found.expected.map((g) => largest(g, found.exact));
    const most = 1.08 * Math.max(0.25, ...q, ...found.p, ...found.ends[now.k]);
    columnsOfImages.forEach(({ show }, n) => show(q[n], found.ends[now.k][n], found.p[n], most));
    scale.textContent = `Height: share of the images; the line at the top is ${fixed(most)}.`;
    drawEntries(entries, found.exact, found.expected[now.k]);
    drawDecay(decay, bias, now.k, lambda);
    said.say(sentence(now.k, bias, Math.max(...found.exact.map(Math.abs)), lambda));
  };
  render(state);
  const about = { class: "states", role: "group", "aria-label": "The 16 images; pressed: data" };
  const images = el("div", about, ...columnsOfImages.map(({ element }) => element));
  const all = figure(images, legend({ orange: "data", blue: "chains after k sweeps", level: "model" }));
  all.append(scale);
  all.classList.add("all");
  return part("The bias of CD-k", WORDS, formula(BIAS),
    columns("bias", stack(k.element, factor.element), all,
      figure(entries, legend({ level: "gradient", blue: "mean of CD-k" })),
      figure(decay, "Largest bias of any entry against k. Dashed: the law of the second eigenvalue.")),
    said.element, chapter(models, "rbm/DERIVATION_LEARNING.md", "Contrastive divergence, and its bias"));
}

/** The data with image n added or taken away; the last one stays. */
function toggled(data, n) {
  const next = new Set(data);
  if (!next.delete(n)) next.add(n);
  return next.size ? next : data;
}

/** One image as a button, three marks above it: {element, show(data, chains, model, most)}. */
function column(n, onClick) {
  const v = states(D).subarray(n * D, (n + 1) * D);
  const marks = ["orange", "blue", "grey"].map((kind) => el("i", { class: `mark ${kind}` }));
  const tiles = Array.from(v, (on) => el("i", { class: on ? "on" : "" }));
  const bars = el("span", { class: "marks", style: `height: ${TALL}px` }, ...marks);
  const element = el("button", { type: "button", click: onClick }, bars, el("span", { class: "tiles" }, ...tiles));
  const show = (data, chains, model, most) => {
    [data, chains, model].forEach((share, i) => (marks[i].style.height = `${(TALL * share) / most}px`));
    element.setAttribute("aria-pressed", data > 0);
    element.setAttribute("aria-label",
      `Image ${v.join("")}: data ${fixed(data)}, chains ${fixed(chains)}, model ${fixed(model)}`);
  };
  return { element, show };
}

function drawEntries(element, exact, expected) {
  const H = MACHINE.c.length, all = exact.length;
  const reach = 1.05 * Math.max(0.5, ...exact.map(Math.abs), ...expected.map(Math.abs));
  const x = [-0.5, all - 0.5], y = [-reach, reach];
  const f = frame({ width: 420, height: 240, x, y, xTicks: [], yName: "gradient" });
  const group = (from, to, name) =>
    `<text class="note" x="${f.X((from + to - 1) / 2)}" y="${f.height - 20}" text-anchor="middle">${name}</text>` +
    (from ? `<path class="zero" d="M${f.X(from - 0.5)} ${f.margin.top}V${f.height - f.margin.bottom}"/>` : "");
  const pairs = Array.from(exact, (g, i) =>
    `<path class="gap" d="M${f.X(i)} ${f.Y(g)}V${f.Y(expected[i])}"/>` +
    `<path class="level" d="M${f.X(i) - 7} ${f.Y(g)}h14"/>` +
    dot(f, i, expected[i], "dot blue", 3.5));
  element.innerHTML = f.draw(`All ${all} entries of the gradient beside the mean of CD-k`,
    `<path class="zero" d="M${f.X(-0.5)} ${f.Y(0)}H${f.X(all)}"/>` + pairs.join(""),
    group(0, D * H, "weights W") + group(D * H, D * H + D, "b") + group(D * H + D, all, "c"));
}

function drawDecay(element, bias, k, lambda) {
  const ks = bias.map((_, n) => n), law = ks.map((n) => bias[k] * lambda ** (n - k));
  const names = { xName: "sweeps k", yName: "largest bias", margin: { left: 60 } };
  const f = frame({ width: 420, height: 240, x: [0, MOST], y: [1e-8, 1], logY: true, ...names });
  element.innerHTML = f.draw(`Largest bias by k: ${tidy(bias[1])} for k = 1, ${tidy(bias[MOST])} for k = ${MOST}`,
    line(f, ks, law, "dashed") + line(f, ks, bias, "blue"), dot(f, k, Math.max(bias[k], 1e-8), "end blue", 5));
}

/** What one sees, in words. */
function sentence(k, bias, most, lambda) {
  const much = (x) => (x >= 0.001 ? fixed(x, 3) : "less than 0.001");
  const start = k === 0 ? "Without a sweep the chains are still at the data and CD says 0"
    : `CD-${k} is off by ${much(bias[k])} at most`;
  return `${start}; the largest entry of the gradient is ${much(most)}. In the end each sweep multiplies the bias ` +
    `by the second eigenvalue of a sweep, ${fixed(lambda, 4)}` +
    (k < MOST && bias[k] > 0 ? `; the next one multiplies it by ${fixed(bias[k + 1] / bias[k], 4)}.` : ".");
}
