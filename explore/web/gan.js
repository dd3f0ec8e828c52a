// Both players of the GAN: gan/mlp.py without dropout, gan/players.py.
//
// A player is a list of layers {W (I, O), b (O,)}. Images (B, D) are in [0, 1] on the page and in
// [-1, 1] for the players; z (B, Z) is noise.

import { affine, leakyRelu, tanh } from "./arrays.js";

/** (B, I) -> (B, O) */
function forward(x, layers) {
  const { W, b } = layers.at(-1);
  const h = layers.slice(0, -1).reduce((h, { W, b }) => leakyRelu(affine(h, W, b)), x);
  return affine(h, W, b); // (gan.15)
}

/** Pictures from noise: (B, Z) -> (B, D) in [0, 1] */
export const generate = (z, G) => tanh(forward(z, G)).map((x) => (x + 1) / 2); // (gan.20)

/** Logits that images (B, D) in [0, 1] are real; the sigmoid of one is a probability. -> (B,) */
export const logits = (x, D) => forward(Float64Array.from(x, (pixel) => 2 * pixel - 1), D);

/** Noise as training draws it, every entry uniform in [-1, 1]: (Z,) */
export const drawNoise = (rng, Z) => Float64Array.from({ length: Z }, () => 2 * rng.uniform() - 1);

/** The noise at (x, y) of the plane through 0 and two noises: (Z,), (Z,) -> (Z,) */
export const onPlane = (x, y, z1, z2) => z1.map((z, j) => x * z + y * z2[j]);
