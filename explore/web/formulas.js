// The equations that views are about, as MathML: every browser sets it, and screen readers read it.

import { el } from "./controls.js";

const text = (words) => `<mtext>${words}</mtext>`, sub = (a, b) => `<msub>${a}${b}</msub>`;
const i = (name) => `<mi>${name}</mi>`, n = (number) => `<mn>${number}</mn>`, o = (sign) => `<mo>${sign}</mo>`;
const row = (...parts) => `<mrow>${parts.join("")}</mrow>`, over = (a, b) => `<mfrac>${a}${b}</mfrac>`;
const of = (f, ...inside) => row(f, o("("), ...inside, o(")")), square = (x) => `<msup>${x}${n(2)}</msup>`;

const z = i("z"), x = i("x"), q = i("q"), p = i("p"), mu = i("μ"), sigma = i("σ");
const mu2 = `<msup>${mu}${o("′")}</msup>`, sigma2 = `<msup>${sigma}${o("′")}</msup>`;
const given = (f, a, b) => of(f, a, o("|"), b);
const sigma2Squared = `<msup>${sigma}<mrow>${o("′")}${n(2)}</mrow></msup>`;
const kl = (a, b) => of(text("KL"), a, o("∥"), b);
const thin = '<mspace width="0.17em"/>', log = i("log") + thin;
const mean = (inside) => row(sub(i("E"), q), o("["), inside, o("]"));

const then = (sign) => `<mo form="infix">${sign}</mo>`; // where a piece goes on

/** KL of two Gaussians: as an integral, and in closed form. Formulas are pieces, so that lines may break between. */
export const KL = [
  row(kl(q, p), o("="), o("∫"), of(q, z), log, over(of(q, z), of(p, z)), thin, i("d"), z),
  row(o("="), over(n(1), n(2)), row(o("("), over(square(row(o("("), mu, o("−"), mu2, o(")"))), sigma2Squared), o("+"),
    over(square(sigma), sigma2Squared), o("−"), n(1), o("−"), log, over(square(sigma), sigma2Squared), o(")"))),
];

/** log p(x) as the bound and its gap. */
export const BOUND = [row(log, of(p, x), o("="), mean(row(log, given(p, x, z)))),
  row(then("−"), kl(given(q, z, x), of(p, z))), row(then("+"), kl(given(q, z, x), given(p, z, x)))];

/** Minus the bound: what training makes small. */
export const COST = [row(o("−"), i("ℒ"), o("="), mean(row(o("−"), log, given(p, x, z)))),
  row(then("+"), kl(given(q, z, x), of(p, z)))];

/** The bias of CD-k: what is left of the data after k sweeps, times the statistics. */
export const BIAS = [
  row(i("E"), o("["), sub(i("g"), i("k")), o("]"), o("−"), over(row(o("∂"), i("ℒ")), row(o("∂"), i("θ")))),
  row(o("="), `<munder>${o("∑")}${i("v")}</munder>`, o("("), of(row(q, `<msup>${i("T")}${i("k")}</msup>`), i("v")),
    o("−"), of(p, i("v")), o(")"), of(i("s"), i("v"))),
];

/** A formula on a line of its own, or on several where there is no room. */
export function formula(pieces) {
  const element = el("div", { class: "formula" });
  element.innerHTML = pieces.map((inside) => `<math displaystyle="true">${inside}</math>`).join("");
  return element;
}
