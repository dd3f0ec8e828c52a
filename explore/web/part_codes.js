// A VAE of more codes: a slider for each, what the decoder makes of them, and what each costs.

import { button, choice, el, slider } from "./controls.js";
import { imageCanvas } from "./draw.js";
import { columns, figure, row, stack } from "./layout.js";
import { generator, normals } from "./random.js";
import { fixed, rounded } from "./svg.js";
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
    const net = models.vae[state.Z], { logvar } = state.q;
    sliders.forEach((one, j) => one.set(state.z[j]));
    original.show(state.x);
    picture.show(pixels(state.z, net));
    const eps = normals(generator(1), NOISES * state.Z), cost = negElbo(state.x, state.z, logvar, eps, net);
    const [nll, kl] = [rounded(cost.nll, 1), rounded(cost.kl, 1)];
    said.textContent = `Around these ${state.Z} codes, as wide as the encoder’s, a q of this digit costs ` +
      `${fixed(nll, 1)} nats of reconstruction and ${fixed(kl, 1)} of KL: ${fixed(nll + kl, 1)} in all.`;
  };
  const build = () => {
    const reach = Math.max(REACH, Math.ceil(Math.max(...state.z.map(Math.abs)))), { logvar } = state.q;
    const kl = (j, z) => klUnits([z], [logvar[j]])[0];
    const move = (j, v) => {
      state.z[j] = v;
      render();
    };
    sliders = Array.from(state.z, (value, j) => slider({ label: nameOf(j), min: -reach, max: reach, step: 0.05,
      value, format: (v) => `${fixed(v)} · KL ${fixed(kl(j, v), 1)}`, onInput: (v) => move(j, v) }));
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
