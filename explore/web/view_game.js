// The view of the smallest game: an orbit, the distance from the goal, and where steps come nearer.

import { button, choice, chapter, el, lead, slider } from "./controls.js";
import { frames } from "./frames.js";
import { AWAY, comesNearer, distances, gradients, largestStep, orbit, seenFactor, spectralRadius } from "./game.js";
import { columns, figure, reading, stack } from "./layout.js";
import { within } from "./plane.js";
import { area, dot, dragging, fixed, frame, line, path, text } from "./svg.js";

const STEPS = 300, SPEED = 90; // steps shown a second
const LEAST = 40; // steps from which the rate along the path is told
const REACHES = [1.5, 3, 6, 12]; // of the plane
const ETA = [0.02, 4], PENALTY = [0, 2], START = [-2, 2];
// What each sets; the step size and the start stay.
const EXAMPLES = {
  "At once": { turns: false, penalty: 0, momentum: 0 },
  "In turns": { turns: true, penalty: 0, momentum: 0 },
  "In turns, with a penalty": { turns: true, penalty: 0.05, momentum: 0 },
  "In turns, with a penalty and momentum": { turns: true, penalty: 0.05, momentum: 0.5 },
};

const WORDS = "The real image is one pixel, 0. The generator always makes the pixel θ, and the discriminator’s logit of " +
  "a pixel x is ψx. Both go downhill, and they circle around the goal, ψ = θ = 0. Try to bring them there: " +
  "make the steps smaller, let them take turns, and add a penalty on the discriminator’s slope.";

export function mount(root, models) {
  const state = { ...EXAMPLES["At once"], eta: 0.2, psi: 0, theta: 1, shown: STEPS };
  const change = (part) => {
    playing(false);
    render(Object.assign(state, { shown: STEPS }, part));
  };

  const eta = slider({ label: "Step size η", min: Math.log(ETA[0]), max: Math.log(ETA[1]), step: 0.001,
    value: Math.log(state.eta), format: (t) => Math.exp(t).toPrecision(2),
    onInput: (t) => change({ eta: Math.exp(t) }) });
  const one = (name, label, [min, max], step) => slider({ label, min, max, step, value: state[name], format: fixed,
    onInput: (value) => change({ [name]: value }) });
  const sliders = {
    momentum: one("momentum", "Momentum β", [-0.5, 0.95], 0.05),
    penalty: one("penalty", "Penalty γ", PENALTY, 0.01),
    psi: one("psi", "Start: discriminator ψ", START, 0.05),
    theta: one("theta", "Start: generator θ", START, 0.05),
  };
  const order = choice({ label: "Who moves", value: false, onChange: (turns) => change({ turns }),
    options: [[false, "both at once"], [true, "in turns"]] });
  const examples = Object.entries(EXAMPLES).map(([name, game]) => [game, button(name, () => change(game))]);

  const plane = el("div", { class: "figure drag" }), far = el("div", { class: "figure" });
  const map = el("div", { class: "figure drag" }), said = reading();
  const play = frames((seconds) => {
    state.shown = Math.min(drawn.last, state.shown + SPEED * seconds);
    if (state.shown === drawn.last) playing(false);
    render(state);
  });
  const playing = (on) => {
    on ? play.start() : play.stop();
    go.textContent = on ? "Stop" : "Play the steps";
    said.output.setAttribute("aria-live", on ? "off" : "polite"); // not every frame is read out
  };
  const go = button("Play the steps", () => {
    if (!play.running()) state.shown = 0;
    playing(!play.running());
  });

  let drawn = {}; // the frames of the last rendering, to find places in, and its last step
  const render = (now) => {
    const path = orbit(now.psi, now.theta, now, STEPS), dist = distances(path), last = dist.length - 1;
    now.shown = Math.min(now.shown, last);
    drawn = { plane: drawPlane(plane, now, path), map: drawMap(map, now), last };
    drawDistance(far, now, dist);
    said.say(sentence(now, dist));
    eta.set(Math.log(now.eta));
    order.set(now.turns);
    for (const [name, { set }] of Object.entries(sliders)) set(now[name]);
    for (const [game, one] of examples)
      one.setAttribute("aria-pressed", Object.keys(game).every((name) => game[name] === now[name]));
  };
  dragging(plane, () => drawn.plane, (x, y) => {
    change({ psi: within(x, START), theta: within(y, START) });
  });
  dragging(map, () => drawn.map, (x, y) => {
    change({ penalty: within(x, PENALTY), eta: within(y, ETA) });
  });

  root.append(
    lead("Two players who circle", WORDS),
    columns("game",
      stack(el("div", { class: "buttons", role: "group", "aria-label": "Examples" },
        ...examples.map(([, one]) => one)), order.element,
        eta.element, ...Object.values(sliders).map((one) => one.element), go),
      el("div", {}, figure(plane, "Where the two players go. Drag the open circle, the start."), said.element),
      el("div", {}, figure(far, "Their distance from the goal; dashed: what the formula says of steps near it."),
        figure(map, "In the shaded region steps near the goal come nearer. Drag the circle."))),
    chapter(models, "gan/DERIVATION_PENALTY.md", "Circles, and the gradient penalty"));
  render(state);
  return { start() {}, stop: () => playing(false) };
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
  const steps = Array.from({ length: STEPS + 1 }, (_, n) => n), law = steps.map((n) => dist[0] * radius ** n);
  const names = { xName: "steps", yName: "distance", margin: { left: 56 } };
  const y = [1e-3, Math.max(...dist) > 10 ? AWAY : 10];
  const f = frame({ height: 200, x: [0, STEPS], y, logY: true, ...names });
  const beside = law[240] > 0.3 ? Math.min(law[240], y[1]) / 8 : Math.max(2e-3, 3 * law[240]);
  element.innerHTML = f.draw(
    `Distance from the goal: ${much(dist[0])} at the start, ${much(dist[count - 1])} after ${count - 1} steps`,
    line(f, steps, law, "dashed") + line(f, steps.slice(0, count), dist, "blue") +
      text(f, STEPS * 0.97, beside, `${radius.toFixed(4)} a step`, "", "end"));
}

function drawMap(element, now) {
  const names = { xName: "penalty γ", yName: "step size η", margin: { left: 56 } };
  const f = frame({ height: 220, x: PENALTY, y: ETA, logY: true, ...names });
  const penalties = Array.from({ length: 101 }, (_, n) => PENALTY[0] + (n / 100) * (PENALTY[1] - PENALTY[0]));
  const bounds = penalties.map((penalty) => halved(ETA, (eta) => comesNearer({ ...now, penalty, eta })));
  const words = comesNearer(now) ? "nearer" : "away";
  element.innerHTML = f.draw(
    `Penalty ${fixed(now.penalty)} and step size ${now.eta.toPrecision(2)}: steps near the goal lead ${words}`,
    area(f, penalties, bounds, ETA[0], "nearer"), dot(f, now.penalty, now.eta, "handle", 7));
  return f;
}

/** The number up to which something holds, found by halving on a logarithmic scale. */
function halved([low, high], holds) {
  if (holds(high)) return high;
  for (let round = 0; round < 20; round++) {
    const middle = Math.sqrt(low * high);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}

const much = (d) => (d >= 0.001 ? d.toPrecision(3) : "less than 0.001");

/** What one sees, in words, of as much as has been played. */
function sentence(now, dist) {
  const radius = spectralRadius(now), n = Math.floor(now.shown), played = dist.slice(0, n + 1);
  if (dist[0] === 0) return "They start at the goal and stay.";
  const way = Math.abs(radius - 1) < 1e-7 ? "neither come nearer nor move away" : radius < 1 ? "come nearer" : "move away";
  const near = `Near the goal a step multiplies the distance by |μ| = ${closedForm(now)}${radius.toFixed(4)}, so the ` +
    `players ${way}`;
  const end = `${near}.${limit(now)}`;
  if (dist[n] > AWAY) return `They ran away after ${n} steps: the distance from the goal is above 1,000. ${end}`;
  const begin = `After ${n} step${n === 1 ? "" : "s"} the distance from the goal is ${much(dist[n])}.`;
  const seen = n < LEAST ? NaN : seenFactor(played);
  if (!Number.isFinite(seen)) return `${begin} ${end}`;
  const far = Math.abs(seen - radius) > 5e-4 && Math.max(...played.slice(n / 2)) > 1
    ? " The two differ: so far from the goal the sigmoid in the slopes is not 1/2, and the formula for near the goal no longer holds."
    : "";
  return `${begin} ${near}; along the last ${n - Math.floor(n / 2)} steps of this path a step multiplied it by ` +
    `${seen.toFixed(4)}.${far}${limit(now)}`;
}

/** Up to which step size the players come nearer, where the chapter has a formula. */
function limit({ penalty, momentum, turns, ...rest }) {
  const bound = largestStep({ penalty, momentum, turns, ...rest });
  if (bound === null) return "";
  if (bound > 0) return ` With this penalty and momentum, steps up to ${bound.toFixed(4)} come nearer.`;
  return penalty ? " With this penalty and momentum, no step is small enough to come nearer."
    : " Without a penalty no step is small enough to come nearer.";
}

/** What the chapter says |μ| is, where it has a short formula. */
function closedForm({ eta, momentum, penalty, turns }) {
  if (momentum !== 0) return "";
  if (turns) return penalty < 1 - eta / 4 ? "√(1 − ηγ) = " : "";
  return penalty < 1 ? "√(1 − ηγ + η²/4) = " : "";
}
