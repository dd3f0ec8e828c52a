// The restricted Boltzmann machine: rbm/model.py, rbm/gibbs.py and rbm/inpaint.py once more.
//
// v (B, D) pixels, h (B, H) hidden units, W (D, H), b (D,) visible biases, c (H,) hidden biases.

import { affine, affineTransposed, dot, sigmoid, softplus, sumRows } from "./arrays.js";
import { bernoulli } from "./random.js";

/** Free energy: v (B, D) -> (B,) nats; p(v) is proportional to exp(-F). */
export function freeEnergy(v, W, b, c) {
  const D = b.length, soft = sumRows(softplus(affine(v, W, c)), c.length);
  return soft.map((s, n) => -dot(v.subarray(n * D, (n + 1) * D), b) - s); // (rbm.4)
}

/** P(h = 1 | v): v (B, D) -> (B, H) */
export const probH = (v, W, c) => sigmoid(affine(v, W, c)); // (rbm.5)

/** P(v = 1 | h): h (B, H) -> (B, D) */
export const probV = (h, W, b) => sigmoid(affineTransposed(h, W, b)); // (rbm.6)

/**
 * One sweep v -> h -> v of every chain: v (B, D) -> {v, h, probs}, probs (B, D) being P(v = 1 | h).
 *
 * Where known (B, D) is true, a pixel keeps the value it has in given; null: nothing is clamped.
 */
export function sweep(rng, v, { W, b, c }, known = null, given = v) {
  const h = bernoulli(rng, probH(v, W, c));
  const probs = probV(h, W, b);
  const next = bernoulli(rng, probs); // (rbm.8)
  return { v: known ? clamped(next, known, given) : next, h, probs };
}

/** The given values where they are known, v elsewhere: three times (B, D) -> (B, D) */
export const clamped = (v, known, given) => v.map((vi, i) => (known[i] ? given[i] : vi)); // (rbm.46)

/** Pixels where a start is drawn: the given ones, and coin flips for the others. (D,) */
export const start = (rng, given, known) => given.map((vi, i) => (known[i] ? vi : rng.uniform() < 0.5 ? 1 : 0));

/** The fraction of the known pixels in which v and given are equal: three times (D,) -> a number */
export function agreement(v, given, known) {
  let same = 0, all = 0;
  for (let i = 0; i < v.length; i++) if (known[i]) all++, (same += v[i] === given[i] ? 1 : 0);
  return all ? same / all : 1;
}
