// The dense VAE of vae/mlp.py and both terms of its bound.
//
// A network is {encoder, mu, logvar, decoder}: layers {W (I, O), b (O,)}, lists of them for encoder
// and decoder. x (B, D) images in [0, 1], z and eps (B, Z) codes and their noise.

import { affine, bernoulliNll, relu, sigmoid } from "./arrays.js";

const through = (x, layers) => layers.reduce((h, { W, b }) => relu(affine(h, W, b)), x);

/** Mean and log-variance of q(z|x): (B, D) -> {mu, logvar}, (B, Z) each */
export function encode(x, { encoder, mu, logvar }) {
  const h = through(x, encoder);
  return { mu: affine(h, mu.W, mu.b), logvar: affine(h, logvar.W, logvar.b) };
}

/** Logits of the pixels: (B, Z) -> (B, D) */
export function decode(z, { decoder }) {
  const { W, b } = decoder.at(-1);
  return affine(through(z, decoder.slice(0, -1)), W, b);
}

/** Means of the pixels given codes: (B, Z) -> (B, D) */
export const pixels = (z, net) => sigmoid(decode(z, net));

/** KL( N(mu, exp(logvar)) || N(0, 1) ) of every code unit, in nats: same shapes */
export function klUnits(mu, logvar) {
  return mu.map((m, j) => 0.5 * (m * m + Math.exp(logvar[j]) - 1 - logvar[j])); // (vae.8)
}

/** Samples of q(z|x) as a function of noise, for one image: (Z,), (Z,), (K, Z) -> (K, Z) */
export function reparameterise(mu, logvar, eps) {
  const Z = mu.length;
  return eps.map((e, i) => mu[i % Z] + Math.exp(0.5 * logvar[i % Z]) * e); // (vae.14)
}

/**
 * Minus the bound on log p(x) for one image (D,), q = N(mu, exp(logvar)) and noise eps (K, Z), and
 * its two terms: {nll, kl, negElbo}, nats an image.
 */
export function negElbo(x, mu, logvar, eps, net) {
  const logits = decode(reparameterise(mu, logvar, eps), net), D = x.length, K = logits.length / D;
  const repeated = logits.map((_, i) => x[i % D]);
  const nll = bernoulliNll(logits, repeated, D).reduce((a, b) => a + b) / K;
  const kl = klUnits(mu, logvar).reduce((a, b) => a + b);
  return { nll, kl, negElbo: nll + kl }; // (vae.5)
}

/** Codes on the straight line from a to b (Z,), both ends among them: (n, Z) */
export function between(a, b, n) {
  const Z = a.length, share = (i) => Math.floor(i / Z) / (n - 1);
  return Float64Array.from({ length: n * Z }, (_, i) => a[i % Z] + share(i) * (b[i % Z] - a[i % Z]));
}
