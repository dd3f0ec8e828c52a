// The test digits to pick from, as a row of small pictures that scrolls.

import { el, roving } from "./controls.js";
import { image } from "./data.js";
import { imageCanvas } from "./draw.js";

/** A row of models.digits; onPick(pixels (D,), label, number) follows a click or Enter. */
export function picker(models, onPick, label = "Test digits to pick from") {
  const { images, labels } = models.digits, D = models.size[0] * models.size[1];
  const buttons = Array.from({ length: images.length / D }, (_, n) => {
    const pixels = image(images, n, D), name = models.classes[labels[n]] ?? labels[n];
    const canvas = imageCanvas(models.size, "", { "aria-hidden": "true" });
    canvas.show(pixels);
    const pick = () => onPick(pixels, labels[n], n);
    const about = { type: "button", "aria-label": `A test image of ${name}`, click: pick };
    return el("button", about, canvas.element);
  });
  return roving(el("div", { class: "picker", role: "group", "aria-label": label }, ...buttons));
}
