// The bound for one code: q beside the posterior, and the terms of log p(x).

import { chapter, choice, el, slider } from "./controls.js";
import { LIKELIHOODS, boundOfOneCode, logNormal } from "./equations.js";
import { BOUND, formula } from "./formulas.js";
import { columns, figure, legend, part, reading, stack } from "./layout.js";
import { area, fixed, frame, line, rounded, text } from "./svg.js";

const REACH = 4, POINTS = 400;
const WORDS = "One image, one code. The bound lies below log p(x) by the KL of q to the posterior. Move q onto " +
  "the grey posterior: where that is normal, the gap closes at mean 0.50 and standard deviation 0.71; where it " +
  "has two peaks, it cannot.";
const STARTS = { normal: { mu: -0.5, sd: 0.8 }, "two peaks": { mu: 1.6, sd: 0.4 } };

/** Mean and standard deviation of q as sliders, and two pictures: an element. */
export function mountBound(models) {
  const state = { kind: "normal", ...STARTS.normal };
  const change = (part) => render(Object.assign(state, part));
  const mu = slider({ label: "Mean of q", min: -3, max: 3, step: 0.05, value: state.mu, format: fixed,
    onInput: (value) => change({ mu: value }) });
  const sd = slider({ label: "Standard deviation of q", min: 0.1, max: 2, step: 0.01, value: state.sd,
    format: fixed, onInput: (value) => change({ sd: value }) });
  const kind = choice({ label: "The posterior", value: "normal",
    options: [["normal", "is normal"], ["two peaks", "has two peaks"]],
    onChange: (name) => {
      change({ kind: name, ...STARTS[name] });
      mu.set(state.mu);
      sd.set(state.sd);
    } });
  const densities = el("div", { class: "figure" }), terms = el("div", { class: "figure" });
  const said = reading();
  const render = (now) => {
    const found = boundOfOneCode(now.kind, now.mu, 2 * Math.log(now.sd));
    drawDensities(densities, now, found.logP);
    drawTerms(terms, found);
    const [reconstruction, bound, logP] = [found.reconstruction, found.bound, found.logP].map((v) => rounded(v, 4));
    said.say(`Reconstruction ${fixed(reconstruction, 4)} less KL ${fixed(reconstruction - bound, 4)} is the bound, ` +
      `${fixed(bound, 4)} nats. log p(x) is ${fixed(logP, 4)} whatever q is; the gap, ` +
      `${fixed(Math.abs(logP - bound), 4)}, is the KL of q to the posterior.`);
  };
  render(state);
  return part("The bound and its gap", WORDS, formula(BOUND),
    columns("equation bound", stack(kind.element, mu.element, sd.element),
      figure(densities, legend({ blue: "q(z | x)", dim: "posterior p(z | x)", grey: "prior p(z)" })),
      figure(terms, "Downwards from 0: both terms of the bound, and the gap up to log p(x).")),
    said.element, chapter(models, "vae/DERIVATION.md", "The bound from the KL to the posterior, and its gap"));
}

function drawDensities(element, { kind, mu, sd }, logP) {
  const xs = Array.from({ length: POINTS + 1 }, (_, n) => -REACH + (2 * REACH * n) / POINTS);
  const posterior = xs.map((z) => Math.exp(LIKELIHOODS[kind](z) + logNormal(z, 0, 0) - logP));
  const prior = xs.map((z) => Math.exp(logNormal(z, 0, 0)));
  const q = xs.map((z) => Math.exp(logNormal(z, mu, 2 * Math.log(sd))));
  const top = [1, 2, 4].find((h) => h >= Math.max(...q));
  const f = frame({ width: 440, height: 280, x: [-REACH, REACH], y: [0, top], xName: "code z" });
  element.innerHTML = f.draw("The densities of q, of the posterior and of the prior",
    area(f, xs, posterior, 0, "dim") + line(f, xs, prior, "grey") + line(f, xs, q, "blue"));
}

/** Downwards from 0: what the reconstruction costs, then the KL, then up again by the gap. */
function drawTerms(element, { logP, reconstruction, kl, bound, gap }) {
  const low = Math.min(-4, Math.floor(bound - 0.5));
  const f = frame({ width: 300, height: 280, x: [0, 3], y: [low, 0.2], yName: "nats", xTicks: [] });
  const bar = (x, from, to, kind, name) => {
    const top = f.Y(Math.max(from, to)), tall = Math.abs(f.Y(to) - f.Y(from)), wide = f.X(0.7) - f.X(0);
    return `<rect class="bar ${kind}" x="${f.X(x + 0.15)}" y="${top}" width="${wide}" height="${tall}"/>` +
      `<text class="note" x="${f.X(x + 0.5)}" y="${f.height - 22}" text-anchor="middle">${name}</text>`;
  };
  const level = `<path class="level" d="M${f.X(0)} ${f.Y(logP)}H${f.X(3)}"/>`;
  element.innerHTML = f.draw(
    `log p ${fixed(logP)}, bound ${fixed(bound)}, gap ${fixed(Math.abs(gap))} nats`,
    level + text(f, 2.95, logP - 0.03 * low, "log p(x)", "", "end"),
    bar(0, 0, reconstruction, "blue", "reconstruction") +
      bar(1, reconstruction, reconstruction - kl, "orange", "KL") + bar(2, bound, logP, "grey", "gap"));
}
