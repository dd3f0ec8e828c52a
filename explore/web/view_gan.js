// The view of the GAN: a plane of noise, a walk on it, and what the discriminator thinks.

import { sigmoidOf } from "./arrays.js";
import { button, chapter, el, lead, slider } from "./controls.js";
import { image } from "./data.js";
import { imageCanvas, onTheme } from "./draw.js";
import { frames } from "./frames.js";
import { drawNoise, generate, logits, onPlane } from "./gan.js";
import { columns, figure, part, reading, row, stack, strip, titled } from "./layout.js";
import { nearest, scaled } from "./neighbours.js";
import { pad } from "./pad.js";
import { picker } from "./picker.js";
import { circles, layered, paintTiles } from "./plane.js";
import { generator } from "./random.js";
import { dot, fixed, frame } from "./svg.js";

const REACH = 1.6, STEPS = 8, RUG = 200, TURN = 8; // seconds once around the circle
const NOISES = [["A", 1, 0], ["B", 0, 1], ["−A", -1, 0], ["−B", 0, -1]];
const NEAR = 0.7; // between pictures scaled to length 1: about as near as test digits to one another
const REACHES = [2, 4, 8, 16, 32]; // of logits

const WORDS = (Z) =>
  `The generator turns ${Z} numbers of noise into a picture; it has never seen a digit, only what the discriminator ` +
  "thinks of its pictures. Behind the plane lies what it makes of every noise there. Drag the dot along the circle, " +
  "then into the middle, where the noise is shorter than any in training.";
const PLANE = "A and B are two noises as training draws them. On the circle the noise is about as long as those; in " +
  "the middle it is 0.";
const OPINION = (tests, made) => "Its logit is above 0 where it would rather call a picture real; at 0 it cannot tell. By " +
  `now ${tests} of the test digits and ${made} of the generator’s pictures have logits above 0, but most are so near to 0 ` +
  "that it is sure of neither. Draw a digit, then see whether a stray dot changes its mind: it learned only to tell " +
  "digits from the generator’s pictures, and is a weak judge of what it never met, such as a dot or an empty pad.";

export function mount(root, models) {
  const { size } = models, { G, D } = models.gan, Z = G[0].W.length / G[0].b.length, area = size[0] * size[1];
  const rng = generator(22), state = { angle: 30, radius: 1, drawing: image(models.digits.images, 3, area) };
  const noises = (rng, n) => Array.from({ length: n }, () => drawNoise(rng, Z));
  const joined = (rows) => Float64Array.from(rows.flatMap((row) => [...row]));
  const tests = Float64Array.from(models.digits.images, (byte) => byte / 255), alike = scaled(tests, area);
  const rug = { test: logits(tests, D), generated: logits(generate(joined(noises(generator(5), RUG)), G), D) };

  /** Pictures at places of the plane: (n, 2) -> (n, D) */
  const decode = (places) => {
    const rows = [];
    for (let n = 0; n < places.length; n += 2)
      rows.push(onPlane(places[n], places[n + 1], state.z1, state.z2));
    return generate(joined(rows), G);
  };
  const at = (degrees, radius) => {
    const t = (degrees * Math.PI) / 180;
    return [radius * Math.cos(t), radius * Math.sin(t)];
  };

  const onDrag = (x, y) =>
    move({ angle: (Math.atan2(y, x) * 180) / Math.PI, radius: Math.min(REACH, Math.hypot(x, y)) });
  const range = [[-REACH, REACH], [-REACH, REACH]];
  const plane = layered({ range, xName: "share of noise A", yName: "share of noise B", onDrag });
  const angle = slider({ label: "Direction on the plane", min: -180, max: 180, value: state.angle,
    format: (a) => `${Math.round(a)}°`, onInput: (a) => move({ angle: a }) });
  const radius = slider({ label: "Length of the noise", min: 0, max: REACH, step: 0.02, value: 1, format: fixed,
    onInput: (r) => move({ radius: r }) });
  const picture = imageCanvas(size, "The generator’s picture");
  const walk = strip(size, STEPS, 4, "Pictures on the way from A to B");
  const opinion = el("div", { class: "figure" }), said = reading();

  const likeness = (x) => nearest(alike, models.digits.labels, scaled(x, area), 1);
  const render = () => {
    const place = at(state.angle, state.radius), made = decode(place);
    angle.set(state.angle);
    radius.set(state.radius);
    picture.show(made);
    plane.over.innerHTML = drawPlane(plane.f, state, place);
    const [fake] = logits(made, D), [yours] = logits(state.drawing, D);
    drawOpinion(opinion, rug, fake, yours);
    const { label, distance } = likeness(made);
    const like = distance < NEAR ? `near to a test image of ${models.classes[label] ?? label}`
      : "not near to any of the page’s test images";
    said.say(`The generator’s picture, ${like}: logit ${fixed(fake)}, so the discriminator takes ` +
      `it for real with probability ${fixed(sigmoidOf(fake))}. ` +
      `Your drawing: logit ${fixed(yours)}, probability ${fixed(sigmoidOf(yours))}.`);
  };
  const move = (part) => render(Object.assign(state, part));
  const paint = () => paintTiles(plane.canvas, range, decode, size);
  const another = () => {
    [state.z1, state.z2] = noises(rng, 2);
    paint();
    const way = Array.from({ length: STEPS }, (_, n) => at((90 * n) / (STEPS - 1), 1));
    walk.show(decode(way.flat()));
    render();
  };
  onTheme(() => state.z1 && paint());

  const round = frames((seconds) => {
    const next = state.angle + (360 * seconds) / TURN;
    move({ angle: next > 180 ? next - 360 : next });
  });
  const turning = (on) => {
    on ? round.start() : round.stop();
    go.textContent = on ? "Stop" : "Walk around the circle";
    said.output.setAttribute("aria-live", on ? "off" : "polite"); // not every frame is read out
  };
  const go = button("Walk around the circle", () => turning(!round.running()));
  const drawing = pad({ size, label: "Your drawing", tools: [["ink", "ink"], ["paper", "rubber"]],
    onChange: ({ pixels }) => move({ drawing: pixels }) });
  const pick = (x) => {
    drawing.set(x);
    move({ drawing: x });
  };

  const strokes = `Strokes: ${rug.test.length} test digits above, ${RUG} pictures of the generator below.`;
  root.append(
    lead("It learned from opinions alone", WORDS(Z)),
    columns("noise",
      stack(picture.element, angle.element, radius.element, row(go, button("Another plane", another))),
      figure(plane.element, PLANE), titled("From A to B, on the circle", walk.element)),
    part("The discriminator’s opinion", OPINION(above(rug.test), above(rug.generated)),
      columns("opinion",
        stack(drawing.element, picker(models, pick), row(button("Clear", () => pick(new Float32Array(area))))),
        el("div", {}, figure(opinion, strokes), said.element))),
    chapter(models, "gan/DERIVATION.md", "The generative adversarial network"));
  drawing.set(state.drawing);
  another();
  const angles = Array.from({ length: 36 }, (_, n) => 10 * n - 180);
  const far = angles.map((degrees) => likeness(decode(at(degrees, 1))).distance);
  move({ angle: angles[far.indexOf(Math.min(...far))] }); // a clear digit to begin with
  return { start() {}, stop: () => turning(false) };
}

function drawPlane(f, { angle, radius }, [x, y]) {
  const names = NOISES.map(([name, a, b]) => dot(f, a, b, "corner", 11) +
    `<text class="corner-name" x="${f.X(a)}" y="${f.Y(b)}">${name}</text>`);
  const label = `Plane of noise: direction ${Math.round(angle)} degrees, length ${fixed(radius)}`;
  return f.draw(label, circles(f, [1]) + names.join("") + dot(f, x, y, "handle", 8));
}

/** How many logits are above 0: "82 %" */
const above = (logits) => `${Math.round((100 * logits.filter((a) => a > 0).length) / logits.length)} %`;

/** Logits on one axis: test digits, the generator's pictures, the two at hand. */
function drawOpinion(element, { test, generated }, fake, yours) {
  const most = Math.max(...[...test, ...generated, fake, yours].map(Math.abs));
  const reach = REACHES.find((r) => r > most) ?? most;
  const f = frame({ width: 480, height: 200, x: [-reach, reach], y: [0, 1], yTicks: [],
    xName: "logit: below 0 generated, above 0 real", margin: { left: 20, right: 20 } });
  const stroke = (y) => (a) => `M${f.X(a)} ${f.Y(y)}v-14`;
  const strokes = (values, y) => `<path class="rug" d="${Array.from(values, stroke(y)).join("")}"/>`;
  const marker = (a, y, name, kind) => dot(f, a, y, `dot ${kind}`, 6) +
    `<text class="note" x="${f.X(a)}" y="${f.Y(y) - 12}" text-anchor="middle">${name} ${fixed(a)}</text>`;
  element.innerHTML = f.draw(`Logit of the generator’s picture ${fixed(fake)}, of your drawing ${fixed(yours)}`,
    `<path class="zero" d="M${f.X(0)} ${f.Y(0)}V${f.Y(1)}"/>`,
    strokes(test, 0.55) + strokes(generated, 0.02) + marker(yours, 0.72, "your drawing", "blue") +
      marker(fake, 0.22, "the generator’s", "orange"));
}
