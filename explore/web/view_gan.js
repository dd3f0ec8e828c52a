// The view of the GAN: a plane of noise, a walk on it, and what the discriminator thinks.

import { sigmoidOf } from "./arrays.js";
import { button, chapter, el, lead, slider, tick } from "./controls.js";
import { image } from "./data.js";
import { imageCanvas, onTheme } from "./draw.js";
import { frames } from "./frames.js";
import { drawNoise, generate, logits, onPlane } from "./gan.js";
import { nearest, scaled } from "./neighbours.js";
import { pad } from "./pad.js";
import { picker } from "./picker.js";
import { circles, layered, paintTiles } from "./plane.js";
import { generator } from "./random.js";
import { dot, escaped, fixed, frame } from "./svg.js";
import { strip } from "./vae_side.js";

const REACH = 1.6, STEPS = 8, RUG = 200, TURN = 8; // seconds once around the circle
const CORNERS = [["A", 1, 0], ["B", 0, 1], ["−A", -1, 0], ["−B", 0, -1]];
const radians = (degrees) => (degrees * Math.PI) / 180;

export function mount(root, models) {
  const { G, D } = models.gan, Z = G[0].W.length / G[0].b.length, pixelCount = models.size[0] * models.size[1];
  const rng = generator(22), state = { angle: 30, radius: 1, drawing: image(models.digits.images, 3, pixelCount) };
  const noises = (rng, n) => Array.from({ length: n }, () => drawNoise(rng, Z));
  const joined = (rows) => Float64Array.from(rows.flatMap((row) => [...row]));
  const tests = Float32Array.from(models.digits.images, (byte) => byte / 255);
  const unit = scaled(tests, pixelCount);
  const rug = { generated: logits(generate(joined(noises(generator(5), RUG)), G), D), test: logits(tests, D) };

  const at = ({ angle, radius }) => [radius * Math.cos(radians(angle)), radius * Math.sin(radians(angle))];
  const made = (x, y) => generate(onPlane(x, y, state.z1, state.z2), G);
  const decode = (places) => {
    const rows = [];
    for (let n = 0; n < places.length; n += 2) rows.push(onPlane(places[n], places[n + 1], state.z1, state.z2));
    return generate(joined(rows), G);
  };

  const range = [[-REACH, REACH], [-REACH, REACH]];
  const plane = layered({ range, xName: "share of noise A", yName: "share of noise B",
    onDrag: (x, y) => move({ angle: (Math.atan2(y, x) * 180) / Math.PI, radius: Math.min(REACH, Math.hypot(x, y)) }) });
  const angle = slider({ label: "Direction on the plane", min: -180, max: 180, step: 1, value: state.angle,
    format: (a) => `${Math.round(a)}°`, onInput: (a) => move({ angle: a }) });
  const radius = slider({ label: "Length of the noise", min: 0, max: REACH, step: 0.02, value: 1, format: fixed,
    onInput: (r) => move({ radius: r }) });
  const picture = imageCanvas(models.size, "The generator’s picture"), walk = strip(models.size, STEPS, 4, "Pictures on the way from A to B");
  const opinion = el("div", { class: "figure" }), said = el("output", { class: "outcome" });

  const render = () => {
    const [x, y] = at(state), image = made(x, y);
    angle.set(state.angle);
    radius.set(state.radius);
    picture.show(image);
    plane.over.innerHTML = plane.f.draw(`Plane of noise: direction ${Math.round(state.angle)} degrees, length ${fixed(state.radius)}`,
      circles(plane.f, [1]) + CORNERS.map(([name, a, b]) => dot(plane.f, a, b, "corner", 11) +
        `<text class="corner-name" x="${plane.f.X(a)}" y="${plane.f.Y(b)}">${name}</text>`).join("") + dot(plane.f, x, y, "handle", 8));
    const [generated] = logits(image, D), [yours] = logits(state.drawing, D);
    drawOpinion(opinion, rug, generated, yours);
    const { label } = nearest(unit, models.digits.labels, scaled(image, pixelCount), 1);
    said.textContent = `The generator’s picture, most like a test image of ${models.classes[label] ?? label}: logit ${fixed(generated)}, so the discriminator takes it for real with ` +
      `probability ${fixed(sigmoidOf(generated))}. Your drawing: logit ${fixed(yours)}, probability ${fixed(sigmoidOf(yours))}.`;
  };
  const move = (part) => render(Object.assign(state, part));
  const paint = () => paintTiles(plane.canvas, range, decode, models.size);
  const another = () => {
    [state.z1, state.z2] = noises(rng, 2);
    paint();
    walk.show(decode(Float64Array.from({ length: 2 * STEPS }, (_, i) => {
      const t = radians((90 * Math.floor(i / 2)) / (STEPS - 1));
      return i % 2 ? Math.sin(t) : Math.cos(t);
    })));
    render();
  };
  onTheme(() => state.z1 && paint());

  const round = frames((seconds) => {
    const next = state.angle + (360 * seconds) / TURN;
    move({ angle: next > 180 ? next - 360 : next });
  });
  const go = button("Walk around the circle", () => {
    round.running() ? round.stop() : round.start();
    go.textContent = round.running() ? "Stop" : "Walk around the circle";
  });
  const drawing = pad({ size: models.size, label: "Your drawing", tools: [["ink", "ink"], ["paper", "rubber"]],
    onChange: ({ pixels }) => move({ drawing: pixels }) });
  const pick = (x) => {
    drawing.set(x);
    move({ drawing: x });
  };

  root.append(
    lead("The generative adversarial network",
      `The generator turns ${Z} numbers of noise into a picture; it has never seen a digit, only what the discriminator ` +
      "thinks of its pictures. Behind the plane lies what it makes of every noise there. Drag the dot along the circle, " +
      "then into the middle, where the noise is shorter than any in training."),
    el("div", { class: "columns noise" },
      el("div", { class: "controls" }, picture.element, angle.element, radius.element,
        el("div", { class: "buttons" }, go, button("Another plane", another))),
      el("figure", {}, plane.element, el("figcaption", {},
        "A and B are two noises as training draws them. On the circle the noise is about as long as those; in the middle it is 0.")),
      el("figure", {}, el("figcaption", { class: "title" }, "From A to B, on the circle"), walk.element)),
    el("section", { class: "part" }, el("h3", {}, "The discriminator’s opinion"),
      el("p", {}, "Its logit is above 0 where it would rather call a picture real. Draw a digit, and see whether it looks more real " +
        "than the generator’s; then spoil it with one stray dot."),
      el("div", { class: "columns opinion" }, el("div", { class: "controls" }, drawing.element, picker(models, pick),
        el("div", { class: "buttons" }, button("Clear", () => pick(new Float32Array(pixelCount))))),
        el("div", {}, el("figure", {}, opinion, el("figcaption", {}, `Strokes: ${rug.test.length} test digits above, ${RUG} pictures of the generator below.`)),
          el("p", { class: "reading" }, said)))),
    chapter(models, "gan/DERIVATION.md", "The generative adversarial network"));
  drawing.set(state.drawing);
  another();
  return { start() {}, stop: () => { round.stop(); go.textContent = "Walk around the circle"; } };
}

/** Logits on one axis: test digits, the generator's pictures, the two at hand. */
function drawOpinion(element, { test, generated }, fake, yours) {
  const most = Math.max(...[...test, ...generated, fake, yours].map(Math.abs)), reach = [2, 4, 8, 16, 32].find((r) => r > most) ?? most;
  const f = frame({ width: 480, height: 200, x: [-reach, reach], y: [0, 1], yTicks: [], xName: "logit: below 0 generated, above 0 real", margin: { left: 20, right: 20 } });
  const strokes = (values, y) => `<path class="rug" d="${Array.from(values, (a) => `M${f.X(a)} ${f.Y(y)}v-14`).join("")}"/>`;
  const marker = (a, y, name, kind) => dot(f, a, y, `dot ${kind}`, 6) +
    `<text class="note" x="${f.X(a)}" y="${f.Y(y) - 12}" text-anchor="middle">${name} ${fixed(a)}</text>`;
  element.innerHTML = f.draw(`Logit of the generator’s picture ${fixed(fake)}, of your drawing ${fixed(yours)}`,
    `<path class="zero" d="M${f.X(0)} ${f.Y(0)}V${f.Y(1)}"/>`,
    strokes(test, 0.55) + strokes(generated, 0.02) + marker(yours, 0.72, "your drawing", "blue") + marker(fake, 0.22, "the generator’s", "orange"));
}
