// The Boltzmann machine: erase part of a digit and watch chains restore it, or let it dream.

import { button, chapter, choice, el, lead, slider } from "./controls.js";
import { image, noun } from "./data.js";
import { lineChart } from "./chart.js";
import { imageCanvas } from "./draw.js";
import { frames } from "./frames.js";
import { pad } from "./pad.js";
import { picker } from "./picker.js";
import {
  advance, begin, CHAINS, energyCurves, inkCurve, marks, restored, unrelated,
} from "./rbm_run.js";
import { unitsPanel } from "./view_units.js";

const MODES = [["clamped", "clamped"], ["free", "free"], ["dream", "dreaming"]];
const BUDGET = 12; // milliseconds of a frame
const UNSEEN = 100; // sweeps before a picture is shown where motion is not wanted
const RATES = [1, 2, 5, 10, 30, 60, 120, 300]; // sweeps a second
const saidOf = (one) => ({
  clamped: "After every sweep the given pixels are put back, so each chain draws the missing ones from what the " +
    `machine knows of ${one}s that have the given ones.`,
  free: "The given pixels only start the chains. Each sweep draws all pixels anew from the hidden units, and these anew " +
    `from the pixels: nothing brings back what a sweep has lost, so in the end a chain draws any ${one}. ` +
    "Few hidden units lose much in the first sweep, since they cannot hold more; many lose it sweep by sweep.",
  dream: `Nothing is given. Twelve chains start from coin flips and wander among what the machine takes for ${one}s. ` +
    "Shown is each pixel’s probability of ink, hence the grey.",
});
const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** How far the chains are, and how much of the given ink is left. */
function progress({ sweeps, mode, history, known, ink }, level) {
  const so = `Sweep ${sweeps}`;
  if (mode !== "dream" && !known.some(Boolean)) return `${so}. Nothing is given: draw, and the machine adds the rest.`;
  if (mode === "clamped" && known.every(Boolean)) return `${so}. Nothing is missing: erase a part.`;
  if (mode !== "free" || !ink.some(Boolean)) return so;
  const { agree } = history.at(-1);
  const forgotten = agree < level + 0.01 ? ", no more than an unrelated image has" : "";
  return `${so}: ${percent(agree)} of the given ink is left${forgotten}.`;
}

export function mount(root, models) {
  const [height, width] = models.size, D = height * width;
  const machines = models.rbm, one = noun(models), words = saidOf(one);
  const digits = models.digits.images.map((byte) => byte > 127);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const state = {
    hidden: 500, mode: "clamped", rate: 4, running: !still, settling: false, seed: 1, due: 0, level: 0, run: null,
    blank: false, read: 0, pace: {},
  };

  const chains = Array.from({ length: CHAINS.dream }, (_, n) =>
    imageCanvas(models.size, `Chain ${n + 1}, its present state`));
  const mean = imageCanvas(models.size, "Running mean of the chains");
  const agree = lineChart({ label: "Given ink that is left, by sweep", format: percent, xText: "sweeps" });
  const energy = lineChart({ label: "Free energy of every chain, by sweep", xText: "sweeps" });
  const units = unitsPanel(models, digits), said = el("p", { class: "said" });
  const count = el("p", { class: "count" }), result = el("p", { class: "unseen", "aria-live": "polite" });

  const restart = (settle = still) => {
    const first = !state.run;
    const { pixels, unknown } = drawing.get(), known = unknown.map((u) => 1 - u);
    const given = pixels.map(Math.round);
    state.run = begin(machines[state.hidden], state.mode, given, known, state.seed++);
    state.level = unrelated(digits, state.run.ink);
    state.settling = settle && !state.running;
    if (first || !state.settling) render();
    if (state.settling) loop.start();
    timed();
  };

  /** Begins to measure how many sweeps a second are made; `made` were before. */
  function timed(made = Infinity) {
    state.pace = { made, since: performance.now(), sweeps: state.run.sweeps };
    rate.set(state.rate);
  }

  /** Shows the run; all that is seen follows from `state`. */
  function render() {
    const { run, mode } = state;
    chains.forEach(({ element, marked, show }, n) => {
      element.hidden = n >= CHAINS[mode];
      if (element.hidden) return;
      if (mode === "dream") show(run.probs.subarray(n * D, (n + 1) * D));
      else marked(run.v.subarray(n * D, (n + 1) * D), marks(run, n));
    });
    mean.marked(restored(run), Array.from(run.known, (k) => (k && mode === "clamped" ? "ink" : "accent")));
    root.dataset.mode = mode;
    said.textContent = words[mode];
    count.textContent = progress(run, state.level);
    if (mode === "free") agree.show(inkCurve(run, state.level));
    energy.show(energyCurves(run));
    units.render(run);
    const length = String(run.sweeps).length; // read out are sweeps 10, 100, ..., and those made by hand
    if (state.running && length === state.read) return;
    state.read = length;
    const energies = run.history.at(-1).energies, nats = energies.reduce((sum, F) => sum + F) / energies.length;
    result.textContent = `${count.textContent} The chains’ mean free energy is ${nats.toFixed(0)} nats.`;
  }

  const loop = frames((seconds) => {
    const { running, run: { sweeps: before } } = state, now = performance.now();
    state.due = running ? state.due + seconds * RATES[state.rate] : UNSEEN - before;
    for (; state.due >= 1 && performance.now() < now + BUDGET; state.due--) state.run = advance(state.run);
    state.due = Math.min(state.due, 1); // a slow computer makes fewer sweeps, and no fewer frames
    const { pace, run: { sweeps } } = state, passed = (now - pace.since) / 1000;
    if (passed > 2) timed((before - pace.sweeps) / passed);
    if (!running && sweeps < UNSEEN) return;
    if (!running) run(false);
    if (sweeps > before) render();
  });
  const run = (running) => {
    Object.assign(state, { running, settling: false });
    timed();
    play.textContent = running ? "Pause" : "Run";
    loop[running ? "start" : "stop"]();
  };
  const play = button(still ? "Run" : "Pause", () => run(!state.running), { class: "play" });
  const once = button("One sweep", () => {
    run(false);
    state.run = advance(state.run);
    render();
  });
  const changed = (name) => (value) => {
    state[name] = value;
    restart();
  };
  const give = (pixels, unknown, blank = false) => {
    drawing.set(pixels.map(Math.round), unknown);
    state.blank = blank;
    hint.hidden = !blank;
    restart();
  };
  const missing = (where) => Uint8Array.from({ length: D }, (_, i) => where(Math.floor(i / width), i % width));
  const lower = missing((row) => row >= height / 2);
  const erase = (name, unknown) => button(name, () => give(drawing.get().pixels, unknown));
  const pick = (pixels) => {
    if (state.blank) drawing.choose("unknown");
    give(pixels, state.blank ? lower : drawing.get().unknown);
  };
  const clear = () => {
    drawing.choose("ink");
    give(new Float32Array(D), missing(() => true), true);
  };

  const hint = el("p", { class: "said" }, "All that you do not draw is missing; “Nothing” makes it paper.");
  const masks = el("fieldset", { class: "choice" }, el("legend", {}, "Missing"), el("div", { class: "buttons" },
    erase("Right half", missing((_, column) => column >= width / 2)), erase("Lower half", lower),
    erase("Nothing", missing(() => false)), button("Clear, to draw", clear)));
  const drawing = pad({
    size: models.size, label: "The given image", radius: 1.5, binary: true, onChange: () => restart(),
    tools: [["unknown", "erase"], ["ink", "ink"], ["paper", "paper"]], more: [masks, hint],
  });
  const ink = (kind, text) => el("span", { class: kind }, el("i", {}), text);
  const key = el("p", { class: "key" }, ink("of-ink", "given"), ink("of-accent", "drawn by the machine"),
    ink("of-lost", "given, now paper"), ink("of-minus", "ink on given paper"));
  const mode = choice({ label: "The chains are", options: MODES, value: state.mode, onChange: changed("mode") });
  const sizes = [20, 100, 500].map((units) => [units, String(units)]);
  const size = choice({ label: "Hidden units", options: sizes, value: state.hidden, onChange: changed("hidden") });
  const behind = (at) => (state.pace.made < 0.8 * RATES[at] && at > 2 ? `, here ${state.pace.made.toFixed(0)}` : "");
  const rate = slider({ label: "Speed", min: 0, max: RATES.length - 1, value: state.rate,
    format: (at) => `${RATES[at]} sweeps a second${behind(at)}`,
    onInput: (at) => ((state.rate = at), timed()) });
  root.append(
    lead("It fills in what is missing", `Pick a ${one} or draw one, erase a part of it, and watch chains of the machine `,
      "complete it. Then let the chains run ",
      el("i", {}, "free"), " and find out what becomes of the pixels that you gave."),
    el("div", { class: "mode" }, mode.element, said),
    picker(models, pick),
    el("div", { class: "bench" },
      el("section", { class: "setting" }, size.element, rate.element,
        el("div", { class: "buttons" }, play, once, button("Start again", () => restart(false))),
        el("p", { class: "said", hidden: !still }, "Your system asks for less motion: the chains stand still after ",
          `${UNSEEN} sweeps, and Run moves them.`)),
      el("h3", { class: "given" }, "Given"), drawing.element,
      el("section", { class: "now" }, el("h3", {}, "Chains, now"),
        el("div", { class: "chains" }, ...chains.map((one) => one.element))),
      el("section", { class: "mean" }, el("h3", {}, "Running mean"), mean.element),
      key,
      el("section", { class: "curves" }, count, result,
        el("div", { class: "agree" }, el("h3", {}, "Given ink that is left"), agree.element),
        el("div", {}, el("h3", {}, "Free energy ",
          el("small", {}, "in nats; lower: more probable to the machine")), energy.element))),
    units.element,
    chapter(models, "rbm/DERIVATION_INPAINTING.md", "The derivation: filling in missing pixels"),
  );
  const first = Math.min(48, models.digits.labels.length - 1); // of MNIST, an 8 that is easy to complete
  give(image(models.digits.images, first, D), lower);
  return { start: () => (state.running || state.settling) && loop.start(), stop: loop.stop };
}
