// Both terms of the bound as bars, and how they change with the width of q.

import { el, slider } from "./controls.js";
import { fixed, frame, line, rounded } from "./svg.js";
import { negElbo } from "./vae.js";

const WIDTHS = [1 / 16, 8]; // of q, times the encoder's
const POINTS = 17, PAUSE = 80; // milliseconds without a change, before the curves are computed
const GRID = Array.from({ length: POINTS }, (_, n) => WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** (n / (POINTS - 1)));
const logvarAt = (logvar, width) => logvar.map((s) => s + 2 * Math.log(width));

/** Terms for q moved and widened: x (D,), mu, logvar (Z,), eps (K, Z) -> {nll, kl, negElbo} */
export const widened = (x, mu, logvar, width, eps, net) => negElbo(x, mu, logvarAt(logvar, width), eps, net);

/**
 * {bars, curves, sliders, said, show(now)}; onWidth and onAway follow the sliders, of q's width and of its
 * distance from 0, times the encoder's. now is {x, net, mu, logvar, own {mu, logvar}, width, eps, plain},
 * plain being the autoencoder's cost.
 */
export function terms(onWidth, onAway) {
  const bars = el("div", { class: "figure" }), curves = el("div", { class: "figure" });
  const said = el("output", { class: "outcome" });
  const [min, max] = WIDTHS.map(Math.log);
  const width = slider({ label: "Width of q, times the encoder’s", min, max, step: 0.01, value: 0,
    format: (t) => Math.exp(t).toPrecision(2), onInput: (t) => onWidth(Math.exp(t)) });
  const away = slider({ label: "Distance of q from 0, times the encoder’s", min: 0, max: 3, step: 0.01, value: 1,
    format: (ratio) => ratio.toPrecision(2), onInput: onAway });
  const computed = {};
  let latest = 1; // width
  const show = (now) => {
    width.set(Math.log(now.width));
    away.set(Math.hypot(...now.mu) / (Math.hypot(...now.own.mu) || 1));
    const { x, net, mu, logvar, own, eps } = now;
    const encoder = negElbo(x, own.mu, own.logvar, eps, net);
    const yours = widened(x, mu, logvar, now.width, eps, net);
    drawBars(bars, [["encoder’s q", encoder], ["your q", yours], ["autoencoder, your code", { nll: now.plain, kl: 0 }]]);
    if (computed.x !== x || computed.mu !== mu) {
      clearTimeout(computed.soon);
      computed.soon = setTimeout(() => {
        Object.assign(computed, { x, mu, terms: byWidth(now) });
        drawCurves(curves, computed.terms, latest);
      }, PAUSE);
    }
    latest = now.width;
    if (computed.terms) drawCurves(curves, computed.terms, latest);
    const terms = (one) => {
      const [nll, kl] = [rounded(one.nll, 1), rounded(one.kl, 1)];
      return `${fixed(nll, 1)} nats of reconstruction and ${fixed(kl, 1)} of KL: ${fixed(nll + kl, 1)} in all`;
    };
    said.textContent = `Your q costs ${terms(yours)}. The encoder’s own costs ${terms(encoder)}. ` +
      `The autoencoder, at your code, costs ${fixed(now.plain, 1)}, and no KL.`;
  };
  return { bars, curves, sliders: [away.element, width.element], said, show };
}

function drawBars(element, rows) {
  const most = Math.max(...rows.map(([, { nll, kl }]) => nll + kl)), top = 50 * Math.ceil((most * 1.12) / 50);
  const margin = { left: 164, right: 20 };
  const f = frame({ height: 200, x: [0, top], y: [0, rows.length], yTicks: [], xName: "nats", margin });
  const bars = rows.map(([name, { nll, kl }], i) => {
    const y = f.Y(rows.length - i) + 8, tall = f.Y(0) - f.Y(1) - 16, end = f.X(nll);
    return `<rect class="bar blue" x="${f.X(0)}" y="${y}" width="${end - f.X(0)}" height="${tall}"/>` +
      `<rect class="bar orange" x="${end}" y="${y}" width="${f.X(kl) - f.X(0)}" height="${tall}"/>` +
      `<text class="note" x="${f.X(0) - 8}" y="${y + tall / 2 + 4}" text-anchor="end">${name}</text>` +
      `<text class="note on" x="${f.X(0) + 6}" y="${y + tall / 2 + 4}">${fixed(nll, 1)}</text>` +
      (kl ? `<text class="note" x="${f.X(nll + kl) + 4}" y="${y + tall / 2 + 4}">+ ${fixed(kl, 1)}</text>` : "");
  });
  element.innerHTML = f.draw("Costs of the encoder’s q, of yours, and of the autoencoder", "", bars.join(""));
}

/** Both terms at POINTS widths of q, less those at the encoder's width: {nll, kl, negElbo}, lists. */
function byWidth({ x, net, mu, logvar, eps }) {
  const at = (width) => widened(x, mu, logvar, width, eps, net), here = at(1), found = GRID.map(at);
  const less = (name) => found.map((one) => one[name] - here[name]);
  return { nll: less("nll"), kl: less("kl"), negElbo: less("negElbo") };
}

function drawCurves(element, { nll, kl, negElbo }, width) {
  const names = { xName: "width of q, times the encoder’s", yName: "nats more" };
  const f = frame({ height: 200, x: WIDTHS, logX: true, y: [-10, 30], ...names });
  element.innerHTML = f.draw("How reconstruction, KL and their sum change with the width of q",
    `<path class="zero" d="M${f.X(WIDTHS[0])} ${f.Y(0)}H${f.X(WIDTHS[1])}"/>` +
      `<path class="zero" d="M${f.X(width)} ${f.Y(-10)}V${f.Y(30)}"/>` +
      line(f, GRID, nll, "blue") + line(f, GRID, kl, "orange") + line(f, GRID, negElbo, "sum"));
}
