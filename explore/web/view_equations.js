// The view of three equations, each live: the KL divergence as an area, the bound, the bias of CD-k.

import { lead } from "./controls.js";
import { mountBias } from "./part_bias.js";
import { mountBound } from "./part_bound.js";
import { mountKl } from "./part_kl.js";

export function mount(root, models) {
  root.append(
    lead("Three equations, live",
      "Each picture is drawn from the equation’s terms, summed or integrated while you look, beside its closed " +
      "form or its limit. Move a slider and see which terms answer."),
    mountKl(models), mountBound(models), mountBias(models));
  return { start() {}, stop() {} };
}
