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

/** How often each label is that of the code (N, 2) nearest to a row of y (B, 2): (most label + 1,) */
export function tally(codes, labels, y) {
  const counts = new Array(Math.max(...labels) + 1).fill(0);
  for (let i = 0; i < y.length; i += 2) {
    let least = Infinity, at = 0;
    for (let n = 0; n < labels.length; n++) {
      const square = (codes[2 * n] - y[i]) ** 2 + (codes[2 * n + 1] - y[i + 1]) ** 2;
      if (square < least) [least, at] = [square, n];
    }
    counts[labels[at]]++;
  }
  return counts;
}

/** The share of the rows of codes (N, Z) within so much of 0. */
export function shareWithin(codes, Z, radius) {
  const squares = squaredDistances(codes, new Float64Array(Z));
  return squares.filter((s) => s <= radius * radius).length / squares.length;
}
