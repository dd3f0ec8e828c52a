// The bias of CD-k, exactly, on a machine so small that all of its images can be written down.
//
// A machine is {W (D, H), b (D,), c (H,)}. N = 2^D images, M = 2^H hidden states, numbered like
// binary numbers, the first unit the highest digit. q (N,) are shares of the images.

import { sumRows } from "./arrays.js";
import { freeEnergy, probH, probV } from "./rbm.js";

/** All binary states of so many units, (2^units, units) */
export function states(units) {
  const bit = (i) => (Math.floor(i / units) >> (units - 1 - (i % units))) & 1;
  return Float64Array.from({ length: 2 ** units * units }, (_, i) => bit(i));
}

/** p(v) of every image: (N,) */
export function imageProbabilities({ W, b, c }) {
  const F = freeEnergy(states(b.length), W, b, c), least = Math.min(...F);
  const weights = F.map((f) => Math.exp(least - f)), Z = weights.reduce((x, y) => x + y);
  return weights.map((w) => w / Z); // (rbm.3)
}

/** The probability of every state given rows of probabilities: (rows, units) -> (rows, 2^units) */
function ofStates(probs, units) {
  const all = states(units), count = 2 ** units, found = new Float64Array((probs.length / units) * count);
  for (let i = 0; i < found.length; i++) {
    const row = Math.floor(i / count) * units, state = (i % count) * units;
    found[i] = 1;
    for (let u = 0; u < units; u++) found[i] *= all[state + u] ? probs[row + u] : 1 - probs[row + u];
  }
  return found;
}

/** x (R, I) times y (I, O) -> (R, O) */
function matrixProduct(x, y, I) {
  const O = y.length / I, z = new Float64Array((x.length / I) * O);
  for (let i = 0; i < x.length; i++)
    for (let o = 0; o < O; o++) z[Math.floor(i / I) * O + o] += x[i] * y[(i % I) * O + o];
  return z;
}

/** The probability of every image after one sweep v -> h -> v from every image: (N, N) */
export function sweepKernel({ W, b, c }) {
  const toH = ofStates(probH(states(b.length), W, c), c.length);
  const toV = ofStates(probV(states(c.length), W, b), b.length);
  return matrixProduct(toH, toV, 2 ** c.length); // (rbm.9)
}

/** Means of v h^T, v and h, h at its probability given v, over images of shares q: (D H + D + H,) */
export function statistics(q, { W, b, c }) {
  const D = b.length, H = c.length, V = states(D), h = probH(V, W, c);
  const mean = new Float64Array(D * H + D + H);
  for (let n = 0; n < q.length; n++) {
    for (let i = 0; i < D; i++) {
      for (let j = 0; j < H; j++) mean[i * H + j] += q[n] * V[n * D + i] * h[n * H + j];
      mean[D * H + i] += q[n] * V[n * D + i];
    }
    for (let j = 0; j < H; j++) mean[D * H + D + j] += q[n] * h[n * H + j];
  }
  return mean; // (rbm.13)
}

/**
 * The gradient of the mean -log p of data of shares q, and what CD-k is in the mean over all draws,
 * for k = 0 ... most: {p (N,), ends [(N,)], exact (D H + D + H,), expected [(D H + D + H,)]}.
 */
export function contrastiveDivergence(machine, q, most) {
  const T = sweepKernel(machine), p = imageProbabilities(machine), data = statistics(q, machine);
  const gradient = (ends) => statistics(ends, machine).map((s, i) => s - data[i]);
  const ends = [q];
  for (let k = 0; k < most; k++) ends.push(matrixProduct(ends[k], T, q.length)); // q T^k
  return { p, ends, exact: gradient(p), expected: ends.map(gradient) }; // (rbm.15) and (rbm.17)
}

/** The largest entry of |x - y| */
export const largest = (x, y) => Math.max(...x.map((xi, i) => Math.abs(xi - y[i])));

/**
 * The second eigenvalue of the kernel: what a sweep multiplies the bias by, in the end (rbm.10).
 *
 * With roots of p as weights the kernel is symmetric, and roots of p are its eigenvector to 1: the
 * power method, kept at a right angle to it, finds the next.
 */
export function secondEigenvalue(machine) {
  const T = sweepKernel(machine), root = imageProbabilities(machine).map(Math.sqrt), N = root.length;
  const S = T.map((t, i) => (t * root[Math.floor(i / N)]) / root[i % N]);
  let x = root.map((_, n) => Math.cos(1 + 3 * n)), length = 0;
  for (let round = 0; round < 300; round++) {
    const along = sumRows(x.map((xi, n) => xi * root[n]), N)[0];
    x = matrixProduct(x.map((xi, n) => xi - along * root[n]), S, N);
    length = Math.hypot(...x);
    x = x.map((xi) => xi / (length || 1));
  }
  return length;
}
