// A small line chart, as SVG: it is crisp at every size and takes its colours from style.css.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 260, LEFT = 40, RIGHT = 8, TOP = 10, BOTTOM = 18; // in the units of its viewBox

function shape(tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const whole = (y) => y.toFixed(0).replace("-", "−");

/**
 * {element, show({series, x, y, levels})}: series [{values: [[x, y], ...], kind}], kind a
 * class of style.css ("one", "two", "three"); x, y [least, most]; levels [[y, name], ...] are dashed.
 */
export function lineChart({ label, height = 150, format = whole, xText = "" }) {
  const element = shape("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "chart", role: "img" });
  element.setAttribute("aria-label", label);
  const show = ({ series, x, y, levels = [] }) => {
    const right = (value) => LEFT + ((value - x[0]) / (x[1] - x[0] || 1)) * (WIDTH - LEFT - RIGHT);
    const down = (value) =>
      height - BOTTOM - ((value - y[0]) / (y[1] - y[0] || 1)) * (height - TOP - BOTTOM);
    const parts = [shape("path", { class: "axis", d: `M${LEFT} ${TOP}V${height - BOTTOM}H${WIDTH - RIGHT}` })];
    for (const at of y)
      parts.push(shape("text", { x: LEFT - 6, y: down(at) + 4, "text-anchor": "end" }, format(at)));
    for (const [at] of levels)
      parts.push(shape("path", { class: "level", d: `M${LEFT} ${down(at)}H${WIDTH - RIGHT}` }));
    for (const { values, kind } of series) {
      const points = values.map(([a, b]) => `${right(a).toFixed(1)},${down(b).toFixed(1)}`);
      parts.push(shape("polyline", { class: `line ${kind}`, points: points.join(" ") }));
    }
    for (const [at, name] of levels) // over the curves
      parts.push(shape("text", { x: WIDTH - RIGHT, y: down(at) + 13, class: "name" }, `${name}: ${format(at)}`));
    const ends = { y: height - 4, class: "ends" };
    parts.push(shape("text", { x: LEFT, ...ends }, String(x[0])));
    parts.push(shape("text", { x: WIDTH - RIGHT, "text-anchor": "end", ...ends }, `${x[1]} ${xText}`));
    element.replaceChildren(...parts);
  };
  return { element, show };
}
