// A VAE of more codes: a slider for each, what the decoder makes of them, and what each costs.

import { button, choice, el, slider } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { columns, figure, row, stack } from "./layout.js";
import { generator, normals } from "./random.js";
import { fixed } from "./svg.js";
import { encode, klUnits, negElbo, pixels } from "./vae.js";

const REACH = 4, NOISES = 16;
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const nameOf = (j) => `z${[...String(j + 1)].map((d) => SUBSCRIPTS[d]).join("")}`;

/** {element, show(x)}: the sliders start at the codes of the digit x (D,). */
export function codes(models) {
  const rng = generator(16), state = { Z: 8, x: null, z: [], q: null, from: "digit" };
  const original = imageCanvas(models.size, "The digit");
  const picture = imageCanvas(models.size, "Decoded from the sliders");
  const place = el("div", { class: "sliders" }), said = el("output", { class: "outcome" });
  let sliders = [];
  const render = () => {
    const net = models.vae[state.Z], { mu, logvar } = state.q, kl = klUnits(mu, logvar);
    sliders.forEach((one, j) => one.set(state.z[j]));
    original.show(state.x);
    picture.show(pixels(state.z, net));
    const eps = normals(generator(1), NOISES * state.Z), cost = negElbo(state.x, mu, logvar, eps, net);
    const idle = [...kl.keys()].filter((j) => kl[j] < 0.05).map(nameOf);
    said.textContent = `With ${state.Z} codes this digit costs ${fixed(cost.nll, 1)} nats of reconstruction and ` +
      `${fixed(cost.kl, 1)} of KL: ${fixed(cost.negElbo, 1)} in all.` +
      (idle.length ? ` Idle for it, at less than 0.05 nats: ${idle.join(", ")}.` : "");
  };
  const build = () => {
    const kl = klUnits(state.q.mu, state.q.logvar);
    const move = (j, v) => {
      state.z[j] = v;
      render();
    };
    sliders = Array.from(state.z, (value, j) => slider({ label: nameOf(j), min: -REACH, max: REACH, step: 0.05,
      value, format: (v) => `${fixed(v)} · KL ${fixed(kl[j], 1)}`, onInput: (v) => move(j, v) }));
    place.replaceChildren(...sliders.map((one) => one.element));
  };
  const show = (x) => {
    state.x = x;
    state.q = encode(x, models.vae[state.Z]);
    state.z = [...state.q.mu];
    build();
    render();
  };
  const set = (z) => {
    state.z = [...z];
    render();
  };
  const changed = (Z) => {
    state.Z = Z;
    show(state.x);
  };
  const kinds = choice({ label: "Codes", options: [[8, "8"], [16, "16"]], value: 8, onChange: changed });
  const pair = el("div", { class: "pair" }, figure(original.element, "the digit"), figure(picture.element, "decoded"));
  const own = button("The digit’s codes", () => set(state.q.mu));
  const drawn = button("Draw codes from N(0, I)", () => set(normals(rng, state.Z)));
  const element = columns("codes", stack(kinds.element, pair, row(own, drawn), said), place);
  return { element, show };
}
