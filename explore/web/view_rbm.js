// The Boltzmann machine: erase part of a digit and watch chains restore it, or let it dream.

import { chapter, lead } from "./controls.js";
import { picker } from "./picker.js";

export function mount(root, models) {
  root.append(
    lead("A machine that fills in what is missing", "Pick a digit."),
    picker(models, () => {}),
    chapter(models, "rbm/DERIVATION_INPAINTING.md", "The derivation"),
  );
  return { start() {}, stop() {} };
}
