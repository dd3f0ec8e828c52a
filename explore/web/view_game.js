// The view of the smallest game: an orbit, the distance from the goal, and where steps come nearer.

import { button, choice, chapter, el, lead, slider } from "./controls.js";
import { frames } from "./frames.js";
import { comesNearer, distances, gradients, largestStep, orbit, seenFactor, spectralRadius } from "./game.js";
import { columns, figure, row, reading, stack } from "./layout.js";
import { dot, dragging, fixed, frame, line, path, text } from "./svg.js";

const STEPS = 300, SPEED = 90; // steps shown a second
const REACHES = [1.5, 3, 6]; // of the plane
const ETA = [0.02, 4], PENALTY = [0, 2];
const EXAMPLES = {
  "At once": { eta: 0.2, momentum: 0, penalty: 0, turns: false },
  "In turns": { eta: 0.2, momentum: 0, penalty: 0, turns: true },
  "A penalty": { eta: 0.2, momentum: 0, penalty: 0.05, turns: true },
  "A penalty, undone by momentum": { eta: 0.1, momentum: 0.5, penalty: 0.05, turns: true },
};

const WORDS = "The real image is one pixel, 0. The generator always makes the pixel θ, and the discriminator’s logit of " +
  "a pixel x is ψx. Both go downhill, and they circle around the goal in the middle. Try to bring them there: " +
  "make the steps smaller, let them take turns, and add a penalty on the discriminator’s slope.";

export function mount(root, models) {
  const state = { ...EXAMPLES["At once"], psi: 0, theta: 1, shown: STEPS };
  const change = (part) => render(Object.assign(state, { shown: STEPS }, part));

  const eta = slider({ label: "Step size η", min: Math.log(ETA[0]), max: Math.log(ETA[1]), step: 0.001,
    value: Math.log(state.eta), format: (t) => Math.exp(t).toPrecision(2),
    onInput: (t) => change({ eta: Math.exp(t) }) });
  const momentum = slider({ label: "Momentum β", min: -0.5, max: 0.95, step: 0.05, value: 0,
    format: fixed, onInput: (beta) => change({ momentum: beta }) });
  const penalty = slider({ label: "Penalty γ", min: PENALTY[0], max: PENALTY[1], step: 0.01, value: 0,
    format: fixed, onInput: (gamma) => change({ penalty: gamma }) });
  const order = choice({ label: "Who moves", value: false, onChange: (turns) => change({ turns }),
    options: [[false, "both at once"], [true, "in turns"]] });
  const psi = slider({ label: "Start: discriminator ψ", min: -2, max: 2, step: 0.05, value: 0,
    format: fixed, onInput: (x) => change({ psi: x }) });
  const theta = slider({ label: "Start: generator θ", min: -2, max: 2, step: 0.05, value: 1,
    format: fixed, onInput: (x) => change({ theta: x }) });
  const settle = () => {
    eta.set(Math.log(state.eta));
    momentum.set(state.momentum);
    penalty.set(state.penalty);
    order.set(state.turns);
    psi.set(state.psi);
    theta.set(state.theta);
  };
  const examples = Object.entries(EXAMPLES).map(([name, game]) =>
    button(name, () => { change(game); settle(); }));

  const plane = el("div", { class: "figure drag" }), far = el("div", { class: "figure" });
  const map = el("div", { class: "figure drag" }), said = reading();
  const play = frames((seconds) => {
    state.shown = Math.min(STEPS, state.shown + SPEED * seconds);
    if (state.shown === STEPS) play.stop();
    render(state);
  });
  const playing = button("Play the steps", () => { state.shown = 0; play.start(); });

  let drawn = {}; // the frames of the last rendering, to find places in
  const render = (now) => {
    const path = orbit(now.psi, now.theta, now, STEPS), dist = distances(path);
    drawn = { plane: drawPlane(plane, now, path), map: drawMap(map, now) };
    drawDistance(far, now, dist);
    said.say(sentence(now, dist));
  };
  dragging(plane, () => drawn.plane, (x, y) => {
    const within = (v) => Math.min(2, Math.max(-2, Math.round(20 * v) / 20));
    change({ psi: within(x), theta: within(y) });
    settle();
  });
  dragging(map, () => drawn.map, (x, y) => {
    const within = (v, [low, high]) => Math.min(high, Math.max(low, v));
    change({ penalty: Math.round(100 * within(x, PENALTY)) / 100, eta: within(y, ETA) });
    settle();
  });

  const examplesRow = row(...examples);
  examplesRow.setAttribute("role", "group");
  examplesRow.setAttribute("aria-label", "Examples");
  root.append(
    lead("Two players who circle", WORDS),
    columns("game",
      stack(examplesRow, order.element, eta.element, momentum.element, penalty.element, psi.element, theta.element,
        playing),
      el("div", {}, figure(plane, "Where the two players go. Drag the open circle, the start."), said.element),
      el("div", {}, figure(far, "Their distance from the goal; dashed: what the formula says of steps near it."),
        figure(map, "In the shaded region steps near the goal come nearer. Drag the circle."))),
    chapter(models, "gan/DERIVATION_PENALTY.md", "Circles, and the gradient penalty"));
  render(state);
  return { start() {}, stop: play.stop };
}

function drawPlane(element, now, orbit) {
  const count = Math.floor(now.shown) + 1, xs = [], ys = [];
  for (let n = 0; n < count; n++) xs.push(orbit[2 * n]) && ys.push(orbit[2 * n + 1]);
  const most = Math.max(...orbit.map(Math.abs));
  const reach = REACHES.find((r) => r >= most * 1.05) ?? REACHES.at(-1);
  const f = frame({ width: 420, height: 420, x: [-reach, reach], y: [-reach, reach],
    xName: "discriminator ψ", yName: "generator θ", margin: { top: 8, right: 8 } });
  const end = count - 1;
  element.innerHTML = f.draw(
    `The players' path, ${end} steps from ${pair(now.psi, now.theta)} to ${pair(xs[end], ys[end])}`,
    arrows(f, reach, now.penalty) +
      `<path class="goal" d="M${f.X(0) - 7} ${f.Y(0)}h14M${f.X(0)} ${f.Y(0) - 7}v14"/>` +
      line(f, xs, ys, "blue thin") + dot(f, xs[end], ys[end], "end", 5) + dot(f, now.psi, now.theta, "handle", 8));
  return f;
}

const pair = (x, y) => `(${fixed(x)}, ${fixed(y)})`;

/** Which way both players are pulled, as short strokes on a grid, a dot where each begins. */
function arrows(f, reach, penalty) {
  let d = "";
  for (let i = -5; i <= 5; i++)
    for (let j = -5; j <= 5; j++) {
      const x = (i * reach) / 5.5, y = (j * reach) / 5.5, [a, b] = gradients(x, y, penalty);
      const scale = (0.6 * reach) / 5.5 / Math.max(0.4, Math.hypot(a, b));
      d += path(f, [x, x - a * scale], [y, y - b * scale]);
    }
  return `<path class="field" d="${d}"/>`;
}

function drawDistance(element, now, dist) {
  const radius = spectralRadius(now), count = Math.floor(now.shown) + 1;
  const steps = Array.from(dist, (_, n) => n), law = steps.map((n) => dist[0] * radius ** n);
  const names = { xName: "steps", yName: "distance", margin: { left: 56 } };
  const f = frame({ height: 200, x: [0, STEPS], y: [1e-3, 10], logY: true, ...names });
  const beside = law[240] > 0.3 ? law[240] / 8 : Math.max(2e-3, 3 * law[240]);
  element.innerHTML = f.draw(
    `Distance from the goal: ${much(dist[0])} at the start, ${much(dist[STEPS])} after ${STEPS} steps`,
    line(f, steps, law, "dashed") + line(f, steps.slice(0, count), dist, "blue") +
      text(f, STEPS * 0.97, beside, `${radius.toFixed(4)} a step`, "", "end"));
}

function drawMap(element, now) {
  const names = { xName: "penalty γ", yName: "step size η", margin: { left: 56 } };
  const f = frame({ height: 220, x: PENALTY, y: ETA, logY: true, ...names }), etaAt = (t) => ETA[0] * (ETA[1] / ETA[0]) ** t;
  const columns = 110, rows = 150, wide = f.across / columns;
  let d = "";
  for (let i = 0; i < columns; i++) {
    const penalty = PENALTY[0] + ((i + 0.5) / columns) * (PENALTY[1] - PENALTY[0]);
    for (let j = 0, from = null; j <= rows; j++) {
      const low = etaAt(j / rows), middle = etaAt((j + 0.5) / rows);
      const inside = j < rows && comesNearer({ ...now, penalty, eta: middle });
      if (inside && from === null) from = low;
      if (!inside && from !== null) {
        d += `M${f.margin.left + i * wide} ${f.Y(from)}v${f.Y(low) - f.Y(from)}h${wide + 0.3}V${f.Y(from)}z`;
        from = null;
      }
    }
  }
  const words = comesNearer(now) ? "nearer" : "away";
  element.innerHTML = f.draw(
    `Penalty ${fixed(now.penalty)} and step size ${now.eta.toPrecision(2)}: steps near the goal lead ${words}`,
    `<path class="nearer" d="${d}"/>`, dot(f, now.penalty, now.eta, "handle", 7));
  return f;
}

const much = (d) => (d >= 0.001 ? d.toPrecision(3) : "less than 0.001");

/** What one sees, in words. */
function sentence(now, dist) {
  const radius = spectralRadius(now), seen = seenFactor(dist), bound = largestStep(now);
  const way = Math.abs(radius - 1) < 1e-6 ? "stay at the same distance" : radius < 1 ? "come nearer" : "move away";
  const limit = bound === null ? "" : bound > 0
    ? ` With this penalty and momentum, steps up to ${bound.toFixed(4)} come nearer.`
    : " Without a penalty no step is small enough to come nearer.";
  return `After ${STEPS} steps the distance from the goal is ${much(dist[STEPS])}. Near the goal a step ` +
    `multiplies it by |μ| = ${closedForm(now)}${radius.toFixed(4)}, so the players ${way}; along the last ` +
    `${STEPS / 2} steps of this path a step multiplied it by ${seen.toFixed(4)}.${limit}`;
}

/** What the chapter says |μ| is, where it has a short formula. */
function closedForm({ eta, momentum, penalty, turns }) {
  if (momentum !== 0) return "";
  if (turns) return penalty < 1 - eta / 4 ? "√(1 − ηγ) = " : "";
  return penalty < 1 ? "√(1 − ηγ + η²/4) = " : "";
}
