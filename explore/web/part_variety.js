// Which digits codes from N(0, I) give: ten bars for either network.

import { el } from "./controls.js";
import { tally } from "./neighbours.js";
import { generator, normals } from "./random.js";
import { frame } from "./svg.js";

const MANY = 1000, HARDLY = 0.03; // codes, and a share of them

/** Picture and sentence, both elements: codes {vae, autoencoder, labels} of test images, names of labels. */
export function variety({ vae, autoencoder, labels }, nameOf) {
  const z = normals(generator(11), 2 * MANY), counts = [vae, autoencoder].map((codes) => tally(codes, labels, z));
  const picture = el("div", { class: "figure" });
  const most = Math.max(...counts.flat()), tall = 50 * Math.ceil((most + 1) / 50), all = counts[0].length;
  const margin = { left: 54, right: 8, bottom: 24 };
  const f = frame({ width: 272, height: 170, x: [-0.5, all - 0.5], y: [0, tall], xTicks: [], yName: "pictures", margin });
  const bar = (kind, side) => (count, label) =>
    `<rect class="bar ${kind}" x="${f.X(label + side)}" y="${f.Y(count)}" width="${f.X(0.36) - f.X(0)}" ` +
    `height="${f.Y(0) - f.Y(count)}"/>`;
  const names = counts[0].map((_, label) =>
    `<text class="tick-x" x="${f.X(label)}" y="${f.height - 7}">${nameOf(label)}</text>`);
  picture.innerHTML = f.draw(`How many of ${MANY} codes give each digit`,
    counts[0].map(bar("blue", -0.38)).join("") + counts[1].map(bar("orange", 0.02)).join(""), names.join(""));
  const told = (one) => {
    const rare = [...one.keys()].filter((label) => one[label] < HARDLY * MANY), least = Math.min(...one);
    return rare.length ? `hardly draws ${rare.map(nameOf).join(", ")} (${rare.map((label) => one[label]).join(", ")} times)`
      : `draws every digit; the rarest, ${nameOf(one.indexOf(least))}, ${least} times`;
  };
  const sentence = `Of 1,000 codes from N(0, I), each named after the test code nearest to it: the VAE ` +
    `${told(counts[0])}; the autoencoder ${told(counts[1])}.`;
  return { picture, sentence };
}
