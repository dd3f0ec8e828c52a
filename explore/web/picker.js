// The test images to pick from, as rows of small pictures of which one is seen, or two where it is narrow.

import { button, el, roving } from "./controls.js";
import { image } from "./data.js";
import { imageCanvas } from "./draw.js";

/** A row of models.digits; onPick(pixels (D,), label, number) follows a click or Enter. */
export function picker(models, onPick, label = "Test images to pick from") {
  const { images, labels } = models.digits, D = models.size[0] * models.size[1];
  const buttons = Array.from({ length: images.length / D }, (_, n) => {
    const pixels = image(images, n, D), name = models.classes[labels[n]] ?? labels[n];
    const canvas = imageCanvas(models.size, "", { "aria-hidden": "true" });
    canvas.show(pixels);
    const pick = () => onPick(pixels, labels[n], n);
    const about = { type: "button", "aria-label": `A test image of ${name}`, click: pick };
    return el("button", about, canvas.element);
  });
  const row = el("div", { class: "picker", role: "group", "aria-label": label }, ...buttons);
  const stopAt = roving(row);
  const more = button("More", () => {
    const end = row.scrollTop + row.clientHeight >= row.scrollHeight;
    row.scrollTop = end ? 0 : row.scrollTop + row.clientHeight;
    const top = row.getBoundingClientRect().top;
    stopAt(buttons.find((one) => one.getBoundingClientRect().top >= top));
  }, { "aria-label": "More test images" });
  return el("div", { class: "pickers" }, row, more);
}
