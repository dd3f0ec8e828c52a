// Random numbers that can be had again: everything shown follows from a seed.

/** A generator: uniform() in [0, 1), normal() of mean 0 and variance 1. Generator: sfc32. */
export function generator(seed) {
  let a = 0x9e3779b9, b = 0x243f6a88, c = seed >>> 0, count = 1, spare = null;
  const next = () => {
    const sum = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 15; i++) next(); // until the seed has reached every bit
  const uniform = () => next() / 4294967296;
  const normal = () => {
    if (spare !== null) {
      const kept = spare;
      spare = null;
      return kept;
    }
    // Box and Muller: a point in the plane, its distance from 0 and its angle independent.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())), angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  return { uniform, normal };
}

/** Independent draws of 0 or 1 with P(1) = probs, in the shape of probs. */
export function bernoulli(rng, probs) {
  const v = new Float32Array(probs.length);
  for (let i = 0; i < v.length; i++) v[i] = rng.uniform() < probs[i] ? 1 : 0; // (rbm.7)
  return v;
}

/** Standard normal noise, (size,) */
export const normals = (rng, size) => Float64Array.from({ length: size }, rng.normal);
