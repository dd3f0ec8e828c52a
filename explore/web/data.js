// What Python packed into the page: arrays as base64, under names such as rbm.500.W.

/** The value of every float16, by its 16 bits; (65536,) */
function halves() {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1, exponent = (bits >> 10) & 31, fraction = bits & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** One packed array {type, shape, base64} -> Uint8Array, or Float32Array of what was float16. */
export function unpack({ type, base64 }, table) {
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  if (type === "uint8") return bytes;
  const bits = new Uint16Array(bytes.buffer), numbers = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) numbers[i] = table[bits[i]];
  return numbers;
}

/**
 * {facts, arrays} -> the facts, and every array under its name's parts: arrays["gan.G.0.W"] becomes
 * models.gan.G[0].W. Layers are {W, b}; where all the names beside one another are 0, 1, ... the
 * layers make a list. A model is unpacked when it is first asked for.
 */
export function unpacked({ facts, arrays }) {
  const table = halves(), models = { ...facts };
  const tree = {};
  for (const [name, array] of Object.entries(arrays)) {
    const parts = name.split("."), last = parts.pop();
    const branch = parts.reduce((at, part) => (at[part] ??= {}), tree);
    branch[last] = array;
  }
  const grown = (branch) => {
    if ("base64" in branch) return unpack(branch, table);
    const names = Object.keys(branch);
    const made = names.every((name, i) => name === String(i)) ? [] : {};
    for (const name of names) lazily(made, name, () => grown(branch[name]));
    return made;
  };
  for (const name of Object.keys(tree)) lazily(models, name, () => grown(tree[name]));
  return models;
}

/** A property that is computed when it is first read. */
function lazily(object, name, compute) {
  const keep = () => {
    const value = compute();
    Object.defineProperty(object, name, { value, enumerable: true });
    return value;
  };
  Object.defineProperty(object, name, { get: keep, enumerable: true, configurable: true });
}

/** Image number n of bytes (N, D) as numbers in [0, 1]: (D,) */
export function image(bytes, n, D) {
  return Float32Array.from(bytes.subarray(n * D, (n + 1) * D), (byte) => byte / 255);
}

/** What the images are called: "digit" where the classes have the names of digits, else "image". */
export const noun = ({ classes }) => (classes.length && classes.every((name) => /^\d$/.test(name)) ? "digit" : "image");
