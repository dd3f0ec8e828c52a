// The view of the VAE: a digit's density of codes, beside an autoencoder's code, and what each pays.

import { bernoulliNll } from "./arrays.js";
import { button, chapter, el, lead, slider, tick } from "./controls.js";
import { image } from "./data.js";
import { COST, formula } from "./formulas.js";
import { frames } from "./frames.js";
import { columns, figure, folded, legend, row, stack } from "./layout.js";
import { nearest, shareWithin } from "./neighbours.js";
import { pad } from "./pad.js";
import { codes } from "./part_codes.js";
import { terms } from "./part_terms.js";
import { variety } from "./part_variety.js";
import { picker } from "./picker.js";
import { generator, normals } from "./random.js";
import { fixed } from "./svg.js";
import { between, decode, encode, pixels } from "./vae.js";
import { side } from "./vae_side.js";

const SAMPLES = 12, STEPS = 8; // pictures from N(0, I), and on a walk
const FINE = 40, INK = [0.5, 1.5]; // steps in which change is measured; ink, times that of test digits
const PAIRS = 4, NEAR = 20; // pairs of noise for the bound; test images that are asked
const SECONDS = 3; // of a walk

const WORDS = "Draw a digit or pick one. The VAE’s encoder answers with a density of codes, q(z|x), the ellipse; " +
  "the autoencoder beside it, of the same layers, answers with a point. Drag either one and watch the decoder’s " +
  "picture. Which of the two planes could you draw a new digit from?";
const UNSEEN = (vae, plain) =>
  "To make a new digit one has to choose a code. Twelve were drawn from N(0, I): the crosses in both planes. The VAE " +
  `pays for codes that stray from N(0, I), by its KL, and keeps ${vae} of the test codes within the outer circle, two ` +
  "standard deviations; where they are dense, the ellipses of test images touch. The autoencoder pays nothing: only " +
  `${plain} of its codes are there, and the crosses fall on one small spot. Its pictures are of few digits.`;
const WALK = "On a straight line between two codes the decoders’ pictures are about as crisp as one another, and both may pass " +
  "through other digits. What differs is how evenly the picture changes. Pick another end.";
const PRICE = "Training makes the sum of two terms small. You are the encoder now: move q away from 0, and the KL grows " +
  "with the square of the distance; make it narrow, and the KL grows, though the reconstruction gains little. So the " +
  "ellipses stay near 0 and wide enough to touch. Without the KL a width of 0 would be best: that is the autoencoder.";
const MORE = "Networks of 8 and of 16 codes. The sliders start at the mean of the digit’s q(z|x); beside each stands what " +
  "a q around it pays of KL.";
const STRANGE = "This picture is unlike any digit the networks were trained on; they answer all the same. ";

export function mount(root, models) {
  const { planes, size } = models, vae = models.vae[2], plain = models.vae.autoencoder;
  const D = size[0] * size[1];
  const digit = (n) => image(models.digits.images, n, D), rng = generator(7);
  const half = normals(generator(3), 2 * PAIRS);
  // Noise in pairs of opposite sign, always the same: bars then move with q alone.
  const eps = Float64Array.from([...half, ...half.map((e) => -e)]);
  const state = { x: digit(0), width: 1, to: digit(1), walk: 0, others: [[], []] };
  const ink = (x) => x.reduce((a, b) => a + b) / D, inks = Array.from(models.digits.labels, (_, n) => ink(digit(n)));
  const strange = (x) => ink(x) < INK[0] * Math.min(...inks) || ink(x) > INK[1] * Math.max(...inks);

  const one = (net, codes, title, onMove) =>
    side({ models, net, codes, title, samples: SAMPLES, steps: STEPS, onMove });
  const left = one(vae, planes.vae, "VAE", (mu) => change({ mu }));
  const right = one(plain, planes.autoencoder, "autoencoder", (za) => change({ za }));
  const bars = terms((width) => change({ width }), (ratio) => change({ mu: state.own.mu.map((m) => ratio * m) }));
  const more = codes(models);

  const nameOf = (label) => models.classes[label] ?? label;
  const said = el("output", { class: "outcome around" }), changed = el("output", { class: "outcome" });
  const found = variety(planes, nameOf);
  /** Where a code is and what lies there, in words. */
  const around = (name, codes, z) => {
    const { label, agree, distance } = nearest(codes, planes.labels, z, NEAR);
    return `${name}: code (${fixed(z[0])}, ${fixed(z[1])}); of the ${NEAR} test images encoded nearest, ` +
      `${agree} are of ${nameOf(label)}, and the nearest is ${fixed(distance)} away.`;
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
    const [a, b] = [[ends, vae], [endsPlain, plain]].map(([pair, net]) => steepest(between(...pair, FINE + 1), net, D));
    changed.textContent = `Of ${FINE} equal steps the steepest makes ${a} of the whole change with the VAE, ${b} with ` +
      "the autoencoder.";
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
    change({});
  };
  const walkTo = (walk) => {
    const on = ([a, b]) => Float64Array.from(a, (ai, i) => ai + walk * (b[i] - ai));
    change({ walk, mu: on(state.ends), za: on(state.endsPlain) });
  };
  const render = () => {
    const { x, own, mu, za, width, samples, ends, endsPlain, walk, others } = state;
    const sd = own.logvar.map((s) => width * Math.exp(0.5 * s));
    left.show({ z: mu, ellipse: { mu, sd }, samples, ends, walk, others: others[0] });
    right.show({ z: za, ellipse: null, samples, ends: endsPlain, walk, others: others[1] });
    const nll = bernoulliNll(decode(za, plain), x, D)[0];
    said.textContent = (strange(x) ? STRANGE : "") + `${around("VAE", planes.vae, mu)} ${around("Autoencoder", planes.autoencoder, za)}`;
    bars.show({ x, net: vae, mu, logvar: own.logvar, own, width, eps, plain: nll });
  };

  const drawing = pad({ size, label: "Your digit", tools: [["ink", "ink"], ["paper", "rubber"]],
    onChange: ({ pixels }) => take(Float32Array.from(pixels)) });
  const pick = (x) => {
    drawing.set(x);
    take(x);
  };
  const clear = button("Clear", () => pick(new Float32Array(D)));
  const back = button("The encoder’s own answer", () =>
    change({ mu: state.own.mu, za: state.ownPlain, width: 1 }));
  const fill = (on) => {
    left.everywhere(on);
    right.everywhere(on);
    change({});
  };
  const everywhere = tick({ label: "Show what each decoder draws everywhere", value: false, onChange: fill });
  const dots = spread(planes.autoencoder, planes.logvar.map(() => -Infinity));
  const ellipses = tick({ label: `Show the ellipses of ${planes.logvar.length / 2} test images`, value: false,
    onChange: (on) => change({ others: on ? [spread(planes.vae, planes.logvar), dots] : [[], []] }) });
  const walkSlider = slider({ label: "Along the walk", min: 0, max: 1, step: 0.01, value: 0,
    format: (t) => `${Math.round(100 * t)} %`, onInput: walkTo });
  /** While pictures move by themselves, nothing is read out. */
  const quiet = (live) => [said, bars.said].forEach((one) => one.setAttribute("aria-live", live));
  const stroll = frames((seconds) => {
    const walk = Math.min(1, state.walk + seconds / SECONDS);
    walkSlider.set(walk);
    walkTo(walk);
    if (walk < 1) return;
    stroll.stop();
    quiet("polite");
  });
  const go = button("Walk", () => {
    quiet("off");
    walkTo(0);
    stroll.start();
  });
  const turn = (x) => {
    state.to = x;
    answers();
    change({});
  };

  root.append(
    lead("A plane of codes without gaps", WORDS),
    columns("sides",
      stack(drawing.element, picker(models, pick), row(clear, back), ellipses.element, everywhere.element),
      left.element, right.element, said),
    folded("vae", true, "Codes that nobody encoded", UNSEEN(percent(planes.vae), percent(planes.autoencoder)),
      columns("sides", stack(figure(found.picture, legend({ blue: "VAE", orange: "autoencoder" })),
        row(button("Draw other codes", draw))), left.drawn, right.drawn), el("p", {}, found.sentence)),
    folded("vae", false, "A walk from one digit to another", WALK,
      columns("sides", stack(picker(models, turn, "Test digits to walk to"), walkSlider.element, row(go)),
        left.walk, right.walk), changed),
    folded("vae", false, "What the KL costs, and what it buys", PRICE, formula(COST),
      columns("sides", stack(...bars.sliders, bars.said),
        figure(bars.bars, legend({ blue: "reconstruction", orange: "KL" })),
        figure(bars.curves, legend({ blue: "reconstruction", orange: "KL", sum: "both" })))),
    folded("vae", false, "More codes", MORE, more.element),
    chapter(models, "vae/DERIVATION.md", "The variational autoencoder"));
  drawing.set(state.x);
  take(state.x);
  draw();
  return { start() {}, stop: stroll.stop };
}

/** The densities of the codes of images: codes (N, 2), logvar (n, 2) -> [{mu, sd}, ...], n of them */
const spread = (codes, logvar) => Array.from({ length: logvar.length / 2 }, (_, n) => ({
  mu: codes.subarray(2 * n, 2 * n + 2), sd: logvar.subarray(2 * n, 2 * n + 2).map((s) => Math.exp(0.5 * s)),
}));

/** The autoencoder's codes of the same images, without spread. */
const points = ({ autoencoder, logvar }) => spread(autoencoder, logvar.map(() => -Infinity));

/** The largest change of a picture in one step on a walk of codes z (n, 2), as a share of all: "7 %" */
function steepest(z, net, D) {
  const x = pixels(z, net), changes = new Float64Array(z.length / 2 - 1);
  for (let i = D; i < x.length; i++) changes[Math.floor(i / D) - 1] += Math.abs(x[i] - x[i - D]);
  return `${Math.round((100 * Math.max(...changes)) / (changes.reduce((a, b) => a + b) || 1))} %`;
}
