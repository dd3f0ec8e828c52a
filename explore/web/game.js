// The smallest game of gan/DERIVATION_PENALTY.md: the real image is the pixel 0, the generator makes
// the pixel theta, the discriminator's logit of a pixel x is psi x.
//
// A game is {eta, momentum, penalty, turns}: step size, momentum beta, weight gamma of the penalty,
// and whether theta already sees the new psi.

import { sigmoidOf } from "./arrays.js";

/** Gradients of both players' losses, the saturating one for theta: -> [by psi, by theta] */
export function gradients(psi, theta, penalty) {
  const p = sigmoidOf(psi * theta);
  return [p * theta + penalty * psi, -p * psi]; // (gan.6), (gan.29) and (gan.10)
}

/** A step of both players by descent with momentum: [psi, theta, last dpsi, last dtheta] -> new */
export function step([psi, theta, dpsi, dtheta], { eta, momentum, penalty, turns }) {
  const [byPsi, byTheta] = gradients(psi, theta, penalty);
  const first = momentum * dpsi - eta * byPsi; // (ad.25)
  const seen = turns ? gradients(psi + first, theta, penalty)[1] : byTheta;
  const second = momentum * dtheta - eta * seen;
  return [psi + first, theta + second, first, second];
}

export const AWAY = 1e3; // farther from the goal than this, players have run away

/** Where the players go from rest at (psi, theta), until they run away: (n, 2), n <= steps + 1 */
export function orbit(psi, theta, game, steps) {
  const path = [];
  let state = [psi, theta, 0, 0];
  for (let n = 0; n <= steps; n++) {
    path.push(state[0], state[1]);
    if (!(Math.hypot(state[0], state[1]) <= AWAY)) break;
    state = step(state, game);
  }
  return Float64Array.from(path);
}

/** Distance from the goal at every point of a path (n, 2): (n,) */
export const distances = (path) =>
  Float64Array.from({ length: path.length / 2 }, (_, n) => Math.hypot(path[2 * n], path[2 * n + 1]));

/**
 * The polynomial whose roots are the eigenvalues mu of a linear step near the goal, from mu^0 up.
 *
 * Where a step multiplies everything by mu, the players' steps near the goal say
 *   (mu^2 - (1 + beta - eta gamma) mu + beta) psi   = -eta/2 mu theta,
 *   (mu^2 - (1 + beta) mu + beta)             theta =  eta/2 mu psi, in turns eta/2 mu^2 psi.
 * Their product has psi theta on both sides. It is (gan.26) without momentum and penalty.
 */
export function characteristic({ eta, momentum, penalty, turns }) {
  const first = [momentum, eta * penalty - 1 - momentum, 1], second = [momentum, -1 - momentum, 1];
  const product = [0, 0, 0, 0, 0];
  first.forEach((a, i) => second.forEach((b, j) => (product[i + j] += a * b)));
  product[turns ? 3 : 2] += (eta * eta) / 4;
  return product;
}

/** Whether all roots of a polynomial are below 1 in size, by the test of Schur and Cohn. */
function allInside(a) {
  if (a.length === 1) return true;
  const top = a.length - 1, k = a[0] / a[top];
  return Math.abs(k) < 1 && allInside(a.slice(1).map((x, i) => x - k * a[top - 1 - i]));
}

/** Whether steps near the goal come nearer in the long run, by more than rounding. */
export const comesNearer = (game) => allInside(characteristic(game).map((x, i) => x * (1 - 1e-8) ** i));

/** The largest |mu|, by halving: by how much a step multiplies the distance near the goal, in the long run. */
export function spectralRadius(game) {
  const a = characteristic(game);
  let low = 0, high = 1 + Math.max(...a.map(Math.abs)); // Cauchy's bound of the roots
  while (high - low > 1e-13 * high) {
    const r = (low + high) / 2;
    if (allInside(a.map((x, i) => x * r ** i))) high = r;
    else low = r;
  }
  return high;
}

/** The step size up to which the players come nearer; null where the chapter has no formula, 0: none is. */
export function largestStep({ momentum: beta, penalty: gamma, turns }) {
  if (beta === 0 && gamma === 0) return 0;
  if (turns) return beta === 0 ? 4 / (gamma + Math.sqrt(gamma * gamma + 1)) : null;
  if (gamma >= 1) return (4 * (1 + beta)) / (gamma + Math.sqrt(gamma * gamma - 1));
  const flat = (1 - beta) ** 2, out = (1 + beta) ** 2, square = gamma * gamma;
  return (4 * gamma * (1 + beta) * flat) / (square * flat + (1 - square) * out); // (gan.28)
}

/**
 * By how much a step multiplied the distances (n,) over the last half: of two quarters the means of
 * the logarithms are compared, so that an ellipse does not look like a spiral.
 */
export function seenFactor(far) {
  const quarter = Math.floor(far.length / 4), logs = Array.from(far, Math.log);
  const mean = (from) => logs.slice(from, from + quarter).reduce((a, b) => a + b) / quarter;
  return Math.exp((mean(far.length - quarter) - mean(far.length - 2 * quarter)) / quarter);
}
