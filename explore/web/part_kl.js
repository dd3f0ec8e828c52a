// KL of two Gaussians: its integrand as an area, and its closed form.

import { button, chapter, el, slider } from "./controls.js";
import { klAreas, klGaussians, klIntegrand, logNormal } from "./equations.js";
import { KL, formula } from "./formulas.js";
import { columns, figure, legend, part, reading, row, stack } from "./layout.js";
import { area, fixed, frame, line, rounded } from "./svg.js";

const REACH = 5, POINTS = 1000, HEIGHTS = [0.55, 1.1, 2.2, 4.4, 8.8, 17];
const WORDS = "Where q lies above p, its logarithm is larger and the area counts as positive; where it lies " +
  "below, as negative. The positive part always prevails. Make q narrow, then wide, and see which costs more.";
/** Decimals for four significant digits of numbers up to so much. */
const places = (most) => Math.max(0, 3 - Math.max(-1, Math.floor(Math.log10(most || 1))));
const logvar = (sd) => 2 * Math.log(sd);

/** Four sliders of two Gaussians and the picture: an element. */
export function mountKl(models) {
  const state = { mu: 1, sd: 0.5, mu2: 0, sd2: 1 };
  const one = (name, label, min, max) => slider({ label, min, max, step: 0.05, value: state[name],
    format: fixed, onInput: (value) => render(Object.assign(state, { [name]: value })) });
  const sliders = {
    mu: one("mu", "Mean of q", -3, 3), sd: one("sd", "Standard deviation of q", 0.1, 3),
    mu2: one("mu2", "Mean of p", -3, 3), sd2: one("sd2", "Standard deviation of p", 0.1, 3),
  };
  const set = (values) => {
    Object.assign(state, values);
    for (const [name, { set }] of Object.entries(sliders)) set(state[name]);
    render(state);
  };
  const swap = button("Swap q and p", () => set({ mu: state.mu2, sd: state.sd2, mu2: state.mu, sd2: state.sd }));
  const equal = button("Make them equal", () => set({ mu: state.mu2, sd: state.sd2 }));
  const picture = el("div", { class: "figure" }), said = reading();
  const render = (now) => {
    const q = [now.mu, logvar(now.sd)], p = [now.mu2, logvar(now.sd2)];
    const flat = draw(picture, q, p);
    const { above, below } = klAreas(...q, ...p), kl = klGaussians(...q, ...p);
    const other = klGaussians(...p, ...q), digits = places(Math.max(above, below));
    const [up, down] = [above, below].map((v) => rounded(v, digits)), told = (v) => fixed(v, digits);
    said.say(`Area above the axis ${told(up)}, below it ${told(down)}: the difference is ${told(up - down)} nats. ` +
      `The closed form says ${told(kl)}. The other way round, KL(p ‖ q), it is ${fixed(other, places(other))}.` +
      (flat ? " The area is so high that the densities look flat beside it." : ""));
  };
  render(state);
  return part("KL divergence of two Gaussians", WORDS, formula(KL),
    columns("equation", stack(...Object.values(sliders).map((s) => s.element), row(swap, equal)),
      figure(picture, legend({ blue: "q", grey: "p", orange: "q log(q / p)" }))),
    said.element, chapter(models, "vae/DERIVATION.md", "The bound, and the KL of two Gaussians"));
}

/** The picture, over four standard deviations of q at least; whether the densities look flat in it. */
function draw(element, q, p) {
  const sd = Math.exp(0.5 * q[1]), x = [Math.min(-REACH, q[0] - 4 * sd), Math.max(REACH, q[0] + 4 * sd)];
  const xs = Array.from({ length: POINTS + 1 }, (_, n) => x[0] + ((x[1] - x[0]) * n) / POINTS);
  const height = xs.map((z) => klIntegrand(z, ...q, ...p));
  const densities = [q, p].map((one) => xs.map((z) => Math.exp(logNormal(z, ...one))));
  const step = (most) => HEIGHTS.find((h) => h >= most) ?? most;
  const top = step(Math.max(...height, ...densities.flat())), low = Math.min(...height);
  const y = [Math.min(-0.25 * top, 1.1 * low), top];
  const f = frame({ width: 560, height: 320, x, y, xName: "code z" });
  element.innerHTML = f.draw(
    "The densities of q and p, and q log(q / p), whose area is the KL divergence",
    area(f, xs, height, 0, "orange") + `<path class="zero" d="M${f.X(x[0])} ${f.Y(0)}H${f.X(x[1])}"/>` +
      line(f, xs, densities[1], "grey") + line(f, xs, densities[0], "blue") + line(f, xs, height, "orange thin"));
  return Math.min(...densities.map((one) => Math.max(...one))) < 0.05 * (top - y[0]);
}
