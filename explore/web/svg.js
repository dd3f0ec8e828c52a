// Charts as SVG text, so that the style sheet gives their colours, light and dark. A frame maps
// numbers to places; what is drawn in it are strings. Lengths are CSS pixels.

const MARGIN = { left: 46, right: 12, top: 12, bottom: 40 };
let frames = 0; // for ids of clip paths

/** A frame for x and y, each [low, high]; logX, logY for logarithmic axes; names of the axes. */
export function frame({ width: most = 400, height: tall = 280, x, y, logX, logY, xName = "", yName = "", ...rest }) {
  const width = Math.min(most, room()), height = most === tall ? width : tall;
  const margin = { ...MARGIN, ...rest.margin };
  const across = width - margin.left - margin.right, down = height - margin.top - margin.bottom;
  const [fx, gx] = scale(x, logX), [fy, gy] = scale(y, logY);
  const X = (v) => margin.left + across * fx(v), Y = (v) => margin.top + down * (1 - fy(v));
  const invert = (px, py) => [gx((px - margin.left) / across), gy(1 - (py - margin.top) / down)];
  const xTicks = rest.xTicks ?? ticks(x, logX), yTicks = rest.yTicks ?? ticks(y, logY);
  const clip = `frame-${frames++}`;
  const bottom = height - margin.bottom, middle = margin.top + down / 2;
  const names =
    `<text class="axis-name" x="${margin.left + across / 2}" y="${height - 5}">${xName}</text>` +
    `<text class="axis-name" transform="translate(12 ${middle}) rotate(-90)">${yName}</text>`;
  const atX = (v) =>
    `<path class="tick" d="M${X(v)} ${bottom}v4"/>` +
    `<text class="tick-x" x="${X(v)}" y="${bottom + 17}">${tidy(v)}</text>`;
  const atY = (v) =>
    `<path class="tick" d="M${margin.left} ${Y(v)}h-4"/>` +
    `<text class="tick-y" x="${margin.left - 7}" y="${Y(v)}">${tidy(v)}</text>`;
  const marks = [...xTicks.map(atX), ...yTicks.map(atY)].join("");
  const axes = `M${margin.left} ${margin.top}V${bottom}H${width - margin.right}`;
  // The whole picture: `inside` is cut at the frame, `over` is not; `label` is its text alternative.
  const draw = (label, inside, over = "") =>
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}"><clipPath id="${clip}">` +
    `<rect x="${margin.left}" y="${margin.top}" width="${across}" height="${down}"/></clipPath>` +
    `<g clip-path="url(#${clip})">${inside}</g><path class="axis" d="${axes}"/>` +
    `${marks}${names}${over}</svg>`;
  return { X, Y, invert, draw, width, height, margin, across, down };
}

/** The width of the page's text: a wider chart would be scaled down, and its words with it. */
export const room = () => document.documentElement.clientWidth - 40;

/** The map of [low, high] to [0, 1], and back. */
function scale([low, high], log) {
  if (!log) return [(v) => (v - low) / (high - low), (t) => low + t * (high - low)];
  const [to, back] = scale([Math.log(low), Math.log(high)]);
  return [(v) => to(Math.log(Math.max(v, 1e-300))), (t) => Math.exp(back(t))];
}

/** About five round numbers within [low, high]. */
export function ticks([low, high], log) {
  if (log) {
    const decades = [], few = high / low > 2000;
    for (let d = Math.floor(Math.log10(low)); d <= Math.log10(high); d++) {
      decades.push(...(few ? [1] : [1, 2, 5]).map((m) => m * 10 ** d));
    }
    const every = few ? Math.ceil(decades.length / 6) : 1;
    return decades.filter((v, i) => v >= low * 0.999 && v <= high * 1.001 && i % every === 0);
  }
  const rough = (high - low) / 5, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => (first + i) * step);
}

/** A number as one reads it: minus sign, no rounding dirt. */
export function tidy(v) {
  const rounded = Number(v.toPrecision(6));
  const text = rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential(0) : String(rounded);
  return text.replace("-", "\u2212");
}

/** `digits` decimals, with a real minus sign. */
export const fixed = (v, digits = 2) => v.toFixed(digits).replace(/^-(?=.*[1-9])/, "\u2212").replace(/^-/, "");

/** v as `fixed` shows it, so that numbers shown in a sum add up. */
export const rounded = (v, digits) => Number(v.toFixed(digits));

/** What a path's d says of a line through points. */
export function path(f, xs, ys) {
  let d = "";
  for (let n = 0; n < xs.length; n++) {
    if (Number.isFinite(ys[n])) d += `${d ? "L" : "M"}${f.X(xs[n]).toFixed(1)} ${f.Y(ys[n]).toFixed(1)}`;
  }
  return d;
}

export const line = (f, xs, ys, name) => `<path class="line ${name}" d="${path(f, xs, ys)}"/>`;

/** The area between ys and a level. */
export function area(f, xs, ys, level, name) {
  const at = (n, y) => `${f.X(xs[n]).toFixed(1)} ${f.Y(y).toFixed(1)}`;
  const top = Array.from(xs, (_, n) => at(n, ys[n])).join("L");
  return `<path class="area ${name}" d="M${at(0, level)}L${top}L${at(xs.length - 1, level)}Z"/>`;
}

export const dot = (f, x, y, name, r = 6) => `<circle class="${name}" cx="${f.X(x)}" cy="${f.Y(y)}" r="${r}"/>`;

/** Text at a place in the frame; `anchor` start, middle or end. */
export const text = (f, x, y, words, name = "", anchor = "middle") =>
  `<text class="note ${name}" x="${f.X(x)}" y="${f.Y(y)}" text-anchor="${anchor}">${words}</text>`;

/** Calls onPlace(x, y), in the numbers of frameOf(), while a pointer is down on a figure. */
export function dragging(element, frameOf, onPlace) {
  let down = false;
  const at = (event) => {
    const f = frameOf(), box = element.querySelector("svg").getBoundingClientRect();
    const right = (event.clientX - box.left) / box.width, below = (event.clientY - box.top) / box.height;
    onPlace(...f.invert(right * f.width, below * f.height));
  };
  element.addEventListener("pointerdown", (event) => {
    down = true;
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
    at(event);
  });
  element.addEventListener("pointermove", (event) => down && at(event));
  for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, () => (down = false));
}

/** Text that may stand in SVG, whatever it is. */
export const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
