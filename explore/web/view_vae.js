// The view of the VAE: a digit's density of codes, beside an autoencoder's code, and what each pays.

import { bernoulliNll } from "./arrays.js";
import { button, chapter, el, lead, slider, tick } from "./controls.js";
import { image } from "./data.js";
import { frames } from "./frames.js";
import { COST, formula } from "./formulas.js";
import { census, nearest, shareWithin } from "./neighbours.js";
import { pad } from "./pad.js";
import { codes } from "./part_codes.js";
import { terms } from "./part_terms.js";
import { legend } from "./part_kl.js";
import { picker } from "./picker.js";
import { generator, normals } from "./random.js";
import { fixed } from "./svg.js";
import { between, decode, encode } from "./vae.js";
import { side } from "./vae_side.js";

const SAMPLES = 12, STEPS = 8, PAIRS = 4, NEAR = 20; // pictures from N(0, I), on a walk; pairs of noise; test images

export function mount(root, models) {
  const vae = models.vae[2], plain = models.vae.autoencoder, D = models.size[0] * models.size[1];
  const digit = (n) => image(models.digits.images, n, D), rng = generator(7);
  const half = normals(generator(3), 2 * PAIRS);
  // Noise in pairs of opposite sign, always the same: bars then move with q alone.
  const eps = Float64Array.from([...half, ...half.map((e) => -e)]);
  const state = { x: digit(0), width: 1, to: digit(1), walk: 0 };

  const one = (net, codes, title, onMove) =>
    side({ models, net, codes, title, samples: SAMPLES, steps: STEPS, onMove });
  const left = one(vae, models.planes.vae, "VAE", (mu) => change({ mu }));
  const right = one(plain, models.planes.autoencoder, "autoencoder", (za) => change({ za }));
  const bars = terms((width) => change({ width })), more = codes(models);

  const nameOf = (label) => models.classes[label] ?? label;
  const said = el("output", { class: "outcome around" }), found = el("output", { class: "outcome" });
  /** Where a code is and what lies there, in words. */
  const around = (name, codes, z) => {
    const { label, agree, distance } = nearest(codes, models.planes.labels, z, NEAR);
    return `${name}: code (${fixed(z[0])}, ${fixed(z[1])}); of the ${NEAR} test images encoded nearest, ${agree} are of ` +
      `${nameOf(label)}, and the nearest is ${fixed(distance)} away.`;
  };
  const percent = (codes) => `${Math.round(100 * shareWithin(codes, 2, 2))} %`;

  let asked = 0;
  const change = (part) => {
    Object.assign(state, part);
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      render();
    });
  };
  /** The encoder's answers to the digit, and to the walk's end. */
  const answers = () => {
    const own = encode(state.x, vae), ownPlain = encode(state.x, plain).mu;
    const ends = [own.mu, encode(state.to, vae).mu], endsPlain = [ownPlain, encode(state.to, plain).mu];
    Object.assign(state, { own, ownPlain, mu: own.mu, za: ownPlain, width: 1, ends, endsPlain, walk: 0 });
    left.showWalk(between(...ends, STEPS));
    right.showWalk(between(...endsPlain, STEPS));
    walkSlider.set(0);
  };
  const take = (x) => {
    state.x = x;
    answers();
    more.show(x);
    change({});
  };
  const draw = () => {
    state.samples = normals(rng, 2 * SAMPLES);
    left.showDrawn(state.samples);
    right.showDrawn(state.samples);
    const near = (codes) => census(codes, models.planes.labels, state.samples, 2, nameOf);
    found.textContent = `Nearest to the twelve crosses lie, for the VAE, ${near(models.planes.vae)}; for the autoencoder, ${near(models.planes.autoencoder)}.`;
    change({});
  };
  const walkTo = (walk) => {
    const on = ([a, b]) => Float64Array.from(a, (ai, i) => ai + walk * (b[i] - ai));
    change({ walk, mu: on(state.ends), za: on(state.endsPlain) });
  };
  const render = () => {
    const { x, own, mu, za, width, samples, ends, endsPlain } = state;
    const sd = own.logvar.map((s) => width * Math.exp(0.5 * s));
    left.show({ z: mu, ellipse: { mu, sd }, samples, ends });
    right.show({ z: za, ellipse: null, samples, ends: endsPlain });
    const nll = bernoulliNll(decode(za, plain), x, D)[0];
    said.textContent = around("VAE", models.planes.vae, mu) + " " + around("Autoencoder", models.planes.autoencoder, za);
    bars.show({ x, net: vae, mu, logvar: own.logvar, own, width, eps, plain: nll });
  };

  const drawing = pad({ size: models.size, label: "Your digit", tools: [["ink", "ink"], ["paper", "rubber"]],
    onChange: ({ pixels }) => take(Float32Array.from(pixels)) });
  const pick = (x) => {
    drawing.set(x);
    take(x);
  };
  const clear = button("Clear", () => pick(new Float32Array(D)));
  const back = button("The encoder’s own answer", () => change({ mu: state.own.mu, za: state.ownPlain, width: 1 }));
  const everywhere = tick({ label: "Show what each decoder draws everywhere", value: false,
    onChange: (on) => { left.everywhere(on); right.everywhere(on); change({}); } });
  const walkSlider = slider({ label: "Along the walk", min: 0, max: 1, step: 0.01, value: 0,
    format: (t) => `${Math.round(100 * t)} %`, onInput: walkTo });
  const stroll = frames((seconds) => {
    const walk = Math.min(1, state.walk + seconds / 3);
    walkSlider.set(walk);
    walkTo(walk);
    if (walk === 1) stroll.stop();
  });
  const go = button("Walk", () => { walkTo(0); stroll.start(); });

  root.append(
    lead("The variational autoencoder",
      "Draw a digit or pick one. The VAE’s encoder answers with a density of codes, the ellipse; the autoencoder beside " +
      "it, of the same layers, with a point. Drag either one and watch the decoder’s picture. " +
      "Which of the two planes could you draw a new digit from?"),
    el("div", { class: "columns sides" },
      el("div", { class: "controls" }, drawing.element, picker(models, pick),
        el("div", { class: "buttons" }, clear, back), everywhere.element),
      left.element, right.element), said,
    part("Codes that nobody encoded",
      "To make a new digit one has to choose a code. Twelve were drawn from N(0, I): the crosses in both planes. The VAE pays " +
      "for codes that stray from N(0, I), by its KL, and keeps " + percent(models.planes.vae) + " of the test codes within the outer " +
      "circle, two standard deviations. The autoencoder pays nothing: only " + percent(models.planes.autoencoder) + " of its codes are " +
      "there, and the same crosses fall on one small spot, and give only the digits that happen to lie on it.",
      el("div", { class: "controls" }, found, el("div", { class: "buttons" }, button("Draw other codes", draw))), drawnBy("VAE", left.drawn), drawnBy("autoencoder", right.drawn)),
    part("A walk from one digit to another",
      "On a straight line between two codes the VAE passes through other digits, as its codes leave no gaps. The autoencoder’s line " +
      "crosses places where no digit was encoded: its decoder never learned what to draw there. Pick another end.",
      el("div", { class: "controls" }, picker(models, (x) => { state.to = x; answers(); change({}); }, "Test digits to walk to"),
        walkSlider.element, el("div", { class: "buttons" }, go)), drawnBy("VAE", left.walk), drawnBy("autoencoder", right.walk)),
    part("What the KL costs, and what it buys",
      ["Training makes the sum of two terms small. You are the encoder now: drag the ellipse away from the middle, and the KL grows with " +
      "the square of the distance; make it narrow, and the KL grows, though the reconstruction gains little. So the ellipses stay " +
      "near the middle and wide enough to touch. Without the KL a width of 0 would be best: that is the autoencoder.", formula(COST)],
      el("div", { class: "controls" }, bars.width, bars.said),
      el("figure", {}, bars.bars, legend({ blue: "reconstruction", orange: "KL" })),
      el("figure", {}, bars.curves, legend({ blue: "reconstruction", orange: "KL", sum: "both" }))),
    el("section", { class: "part" }, el("h3", {}, "More codes"),
      el("p", {}, "Networks of 8 and of 16 codes. The sliders start at the mean of the digit’s q(z|x); one that costs almost no KL " +
        "carries nothing, and moving it changes nothing."), more.element),
    chapter(models, "vae/DERIVATION.md", "The variational autoencoder"));
  drawing.set(state.x);
  take(state.x);
  draw();
  return { start() {}, stop: stroll.stop };
}

const drawnBy = (name, pictures) => el("figure", {}, el("figcaption", { class: "title" }, name), pictures);

/** A heading, a paragraph, and three things beside one another. */
function part(title, words, ...columns) {
  return el("section", { class: "part" }, el("h3", {}, title), el("p", {}, ...[words].flat()),
    el("div", { class: "columns sides" }, ...columns));
}
