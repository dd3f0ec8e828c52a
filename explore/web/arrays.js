// Operations on plain arrays, row by row: those of autograd_lite/ops.py and losses.py.
//
// A matrix (B, D) is an array of B * D numbers; the widths follow from those of the parameters. Sums
// are taken in double precision, so that free energies of a thousand nats keep their decimals.

/** x (B, I), W (I, O), b (O,) -> (B, O). Zeros of x cost nothing: pixels are mostly that. */
export function affine(x, W, b) {
  const O = b.length, I = W.length / O, B = x.length / I;
  const y = new Float64Array(B * O);
  for (let n = 0; n < B; n++) {
    const row = y.subarray(n * O, (n + 1) * O);
    row.set(b);
    for (let i = 0; i < I; i++) {
      const xi = x[n * I + i];
      if (xi === 0) continue;
      for (let o = 0, at = i * O; o < O; o++) row[o] += xi * W[at + o];
    }
  }
  return y; // (ad.2)
}

/** The same with W transposed: y (B, O), W (I, O), b (I,) -> (B, I). Again, zeros cost nothing. */
export function affineTransposed(y, W, b) {
  const I = b.length, O = W.length / I, B = y.length / O;
  const x = new Float64Array(B * I), on = new Int32Array(O);
  for (let n = 0; n < B; n++) {
    const row = y.subarray(n * O, (n + 1) * O);
    let count = 0;
    for (let o = 0; o < O; o++) if (row[o] !== 0) on[count++] = o;
    for (let i = 0; i < I; i++) {
      let sum = b[i];
      for (let k = 0, at = i * O; k < count; k++) sum += row[on[k]] * W[at + on[k]];
      x[n * I + i] = sum;
    }
  }
  return x; // (ad.2), of the transpose
}

/** f of every number: any shape -> the same shape. */
export const each = (f) => (x) => {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = f(x[i]);
  return y;
};

/** The same functions of one number. */
export const sigmoidOf = (x) => 0.5 * (1 + Math.tanh(0.5 * x));
export const softplusOf = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const relu = each((x) => Math.max(x, 0)); // (ad.5)
export const leakyRelu = each((x) => Math.max(x, 0.2 * x)); // (ad.7)
export const sigmoid = each(sigmoidOf); // (ad.9)
export const tanh = each(Math.tanh); // (ad.11)
export const softplus = each(softplusOf); // (ad.15)

/** Sums over the last axis: (B, D), and its width D -> (B,) */
export function sumRows(x, D) {
  const sums = new Float64Array(x.length / D);
  for (let i = 0; i < x.length; i++) sums[Math.floor(i / D)] += x[i];
  return sums;
}

/** -log p(x) of independent Bernoulli pixels: logits (B, D), x (B, D), D -> (B,) nats */
export function bernoulliNll(logits, x, D) {
  return sumRows(softplus(logits).map((s, i) => s - x[i] * logits[i]), D); // (ad.18)
}

/** Sum of the products: two arrays of one shape -> a number. */
export function dot(x, y) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
