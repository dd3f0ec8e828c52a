// An experiment with a machine: several Gibbs chains side by side, and what is kept of their past.
//
// Modes: "clamped", the given pixels are held at every sweep; "free", they only start the chains;
// "dream", nothing is given. N chains, D pixels, H hidden units.

import { agreement, freeEnergy, start, sweep } from "./rbm.js";
import { generator } from "./random.js";

export const CHAINS = { clamped: 4, free: 4, dream: 12 };
export const MEMORY = 100; // sweeps of which the running mean is made
const KEPT = 400; // points of a curve: of more, every second is dropped

/** Chains at their start: given, known (D,) of the drawn image; params {W, b, c} of a machine. */
export function begin(params, mode, given, known, seed) {
  const rng = generator(seed), N = CHAINS[mode], D = params.b.length;
  const held = mode === "dream" ? new Uint8Array(D) : known;
  const v = new Float32Array(N * D);
  for (let n = 0; n < N; n++) v.set(start(rng, given, held), n * D);
  const ink = held.map((k, i) => k && given[i]); // the known paper is much, and alike everywhere
  const run = {
    params, mode, rng, given, known: held, ink, v, probs: Float64Array.from(v), h: null, sweeps: 0,
    mean: Float64Array.from(v.subarray(0, D)), activity: new Float64Array(params.c.length),
    all: { known: repeated(held, N), given: repeated(given, N), ink: repeated(ink, N) }, every: 1, history: [],
  };
  return { ...run, history: [point(run)] };
}

const repeated = (x, N) => Float32Array.from({ length: N * x.length }, (_, i) => x[i % x.length]);

/** The run one sweep later. */
export function advance(run) {
  const { params, all, mode } = run, D = params.b.length;
  const { v, h, probs } = sweep(run.rng, run.v, params, mode === "clamped" ? all.known : null, all.given);
  const sweeps = run.sweeps + 1, share = 1 / Math.min(sweeps, MEMORY);
  const mean = run.mean.map((m, i) => m + share * (average(probs, D, i) - m));
  const activity = run.activity.map((a, j) => a + share * (h[j] - a)); // of the first chain
  const next = { ...run, v, h, probs, sweeps, mean, activity };
  return sweeps % run.every ? next : { ...next, ...extended(next) };
}

/** The mean over the chains of number i of each: x (N, width) -> a number */
function average(x, width, i) {
  let sum = 0;
  for (let at = i; at < x.length; at += width) sum += x[at];
  return (sum * width) / x.length;
}

function extended(run) {
  const history = [...run.history, point(run)];
  if (history.length <= KEPT) return { history };
  return { history: history.filter((_, i) => i % 2 === 0), every: 2 * run.every };
}

/** What is kept of a moment: the sweep, how much of the given ink is there, each chain's free energy. */
function point({ sweeps, v, all, params: { W, b, c } }) {
  const agree = agreement(v, all.given, all.ink);
  return { sweep: sweeps, agree, energies: freeEnergy(v, W, b, c) };
}

/** The fraction of the given ink (D,) that other images (N, D) have as well, on average. */
export function unrelated(digits, ink) {
  const D = ink.length, N = digits.length / D;
  let sum = 0;
  for (let n = 0; n < N; n++) sum += agreement(digits.subarray(n * D, (n + 1) * D), ink, ink);
  return sum / N;
}

/** The colours of chain n's pixels: "ink" given, "accent" drawn, "minus" ink on given paper, "lost" given ink. (D,) */
export function marks({ v, known, given, mode }, n) {
  const from = n * known.length;
  const against = (i) => mode === "free" && v[from + i] !== given[i];
  const kept = (i) => (!against(i) ? "ink" : given[i] ? "lost" : "minus");
  return Array.from(known, (k, i) => (k ? kept(i) : "accent"));
}

/** The running mean as it is shown: clamped chains have the given pixels as they are, (rbm.46). (D,) */
export const restored = ({ mean, known, given, mode }) =>
  mode === "clamped" ? mean.map((m, i) => (known[i] ? given[i] : m)) : mean;

/** The curve of the given ink that is left, with the level of an unrelated image, for lineChart. */
export function inkCurve({ history, sweeps }, level) {
  const values = history.map(({ sweep, agree }) => [sweep, agree]);
  return { series: [{ values, kind: "one" }], x: [0, Math.max(50, sweeps)], y: [0, 1], levels: [[level, "an unrelated image"]] };
}

/** The curves of all chains' free energies, the first one in front; the start is above all others. */
export function energyCurves({ history, sweeps }) {
  const past = history.filter(({ sweep }) => sweep > 0 || sweeps === 0);
  const every = past.flatMap(({ energies }) => [...energies]);
  const y = [Math.floor(Math.min(...every) / 50) * 50, Math.ceil(Math.max(...every) / 50) * 50];
  const of = (n) => past.map(({ sweep, energies }) => [sweep, energies[n]]);
  const series = Array.from(past[0].energies, (_, n) => ({ values: of(n), kind: n ? "three" : "one" }));
  return { series: series.reverse(), x: [0, Math.max(50, sweeps)], y };
}
