// What lies around a place: which images were encoded near a code, which digit a picture is nearest.

/** Squared distances of the rows of x (N, D) from y (D,): (N,) */
export function squaredDistances(x, y) {
  const D = y.length, found = new Float64Array(x.length / D);
  for (let i = 0; i < x.length; i++) found[Math.floor(i / D)] += (x[i] - y[i % D]) ** 2;
  return found;
}

/** Rows of x (N, D) scaled to the length 1: near one another then means alike, however much ink there is. */
export function scaled(x, D) {
  const lengths = squaredDistances(x, new Float64Array(D)).map(Math.sqrt);
  return Float64Array.from(x, (xi, i) => xi / (lengths[Math.floor(i / D)] || 1));
}

/** Of the `count` rows of x (N, D) nearest to y the commonest label, how many have it, and how far the nearest is. */
export function nearest(x, labels, y, count) {
  const squares = squaredDistances(x, y), sorted = squares.slice().sort(), votes = new Map();
  for (let n = 0; n < squares.length; n++) {
    if (squares[n] <= sorted[count - 1]) votes.set(labels[n], (votes.get(labels[n]) ?? 0) + 1);
  }
  const [label, agree] = [...votes].reduce((best, one) => (one[1] > best[1] ? one : best));
  return { label, agree, distance: Math.sqrt(sorted[0]) };
}

/** How often each label is that of the row of x (N, D) nearest to a row of y (B, D): "2 (4), 3 (7), 8 (1)" */
export function census(x, labels, y, D, name) {
  const counts = new Map();
  for (let i = 0; i < y.length; i += D) {
    const { label } = nearest(x, labels, y.slice(i, i + D), 1);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a - b).map(([label, count]) => `${name(label)} (${count})`).join(", ");
}

/** The share of the rows of codes (N, Z) within so much of 0. */
export function shareWithin(codes, Z, radius) {
  const squares = squaredDistances(codes, new Float64Array(Z));
  return squares.filter((s) => s <= radius * radius).length / squares.length;
}
