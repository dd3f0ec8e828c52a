// Images as canvases: one number a pixel, ink on paper, in the colours of the page's theme.

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();
let colours = {};

dark.addEventListener("change", () => {
  colours = {};
  for (const listener of listeners) listener();
});

/** Calls listener() whenever the page turns dark or light. */
export const onTheme = (listener) => listeners.add(listener);

/** A colour of the theme by its name in style.css, such as "ink": [red, green, blue] */
export function colour(name) {
  return (colours[name] ??= read(name));
}

function read(name) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/**
 * A canvas with one image of models.size: {element, show(pixels, unknown), signed(weights, scale)}.
 *
 * `show` takes pixels (D,) in [0, 1] and, if given, unknown (D,), true where a pixel is not known.
 * `signed` shows positive and negative numbers in two colours, at full strength from `scale` on.
 */
export function imageCanvas(size, label, attributes = {}) {
  const [height, width] = size;
  const more = { role: "img", "aria-label": label, class: "image", ...attributes };
  const element = document.createElement("canvas");
  for (const [name, value] of Object.entries(more)) element.setAttribute(name, value);
  Object.assign(element, { height, width });
  const context = element.getContext("2d"), data = context.createImageData(width, height);
  let again = () => show(new Float32Array(height * width));

  const fill = (colourOf) => {
    for (let i = 0; i < height * width; i++) {
      const [from, to, share] = colourOf(i);
      for (let k = 0; k < 3; k++) data.data[4 * i + k] = from[k] + share * (to[k] - from[k]);
      data.data[4 * i + 3] = 255;
    }
    context.putImageData(data, 0, 0);
  };
  const show = (pixels, unknown = null) => {
    again = () => show(pixels, unknown);
    const ink = colour("ink"), paper = colour("paper"), tint = colour("unknown");
    fill((i) => (unknown?.[i] ? [tint, ink, 0] : [paper, ink, pixels[i]]));
  };
  const signed = (weights, scale) => {
    again = () => signed(weights, scale);
    const paper = colour("paper"), plus = colour("plus"), minus = colour("minus");
    fill((i) => [paper, weights[i] > 0 ? plus : minus, Math.min(1, Math.abs(weights[i]) / scale)]);
  };
  onTheme(() => again());
  again();
  return { element, show, signed };
}
