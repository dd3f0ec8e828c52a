// The page: its tabs, each with a view that is made when it is first shown.
//
// A view is a module with mount(root, models) -> {start(), stop()}.

import * as cdBias from "./cd_bias.js";
import { unpacked } from "./data.js";
import * as equations from "./equations.js";
import * as game from "./game.js";
import * as gan from "./gan.js";
import * as neighbours from "./neighbours.js";
import * as random from "./random.js";
import * as rbm from "./rbm.js";
import * as vae from "./vae.js";
import * as viewEquations from "./view_equations.js";
import * as viewGame from "./view_game.js";
import * as viewGan from "./view_gan.js";
import * as viewRbm from "./view_rbm.js";
import * as viewVae from "./view_vae.js";

const VIEWS = { rbm: viewRbm, vae: viewVae, gan: viewGan, game: viewGame, equations: viewEquations };
const models = unpacked(JSON.parse(document.getElementById("models").textContent));
const functions = { rbm, vae, gan, game, equations, cdBias, neighbours, random };
window.explore = { models, functions }; // for tests

const tabs = [...document.querySelectorAll("[role=tab]")];
const mounted = {};
let shown = null;

/** Shows the view of this name and stops the one before. */
function show(name) {
  if (name === shown) return;
  if (shown) mounted[shown]?.stop();
  for (const tab of tabs) {
    const selected = tab.hash === `#${name}`;
    tab.setAttribute("aria-selected", selected);
    tab.tabIndex = selected ? 0 : -1;
    panel(tab.hash.slice(1)).hidden = !selected;
  }
  const tab = document.getElementById(`tab-${name}`), row = tab.parentElement;
  // Not with scrollIntoView, from which the Tab key would go on.
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  mounted[name] ??= VIEWS[name].mount(panel(name), models);
  shown = name;
  requestAnimationFrame(() => performance.mark("picture")); // for tests
  if (!document.hidden) mounted[name].start();
}

const panel = (name) => document.getElementById(`view-${name}`);
const named = () => (location.hash.slice(1) in VIEWS ? location.hash.slice(1) : "rbm");

document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const last = tabs.length - 1, at = tabs.indexOf(document.activeElement);
  const around = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1 };
  const to = { ...around, Home: 0, End: last };
  if (!(event.key in to)) return;
  event.preventDefault();
  tabs[to[event.key]].focus();
  location.replace(tabs[to[event.key]].hash);
});
addEventListener("hashchange", () => show(named()));
document.addEventListener("visibilitychange", () => mounted[shown][document.hidden ? "stop" : "start"]());
show(named());
