// Keys and buttons: search, light or dark, the next equation and the next chapter.
import * as search from "./search.js";

function theme() {
  const root = document.documentElement;
  const now = root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  root.dataset.theme = now === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {} // a browser may forbid pages from a folder to keep anything
}

// Moves the focus to the equation after the place where the reader is (step 1), or before it (-1).
function equation(step) {
  const formulas = [...document.querySelectorAll(".eq > .formula")];
  const line = document.activeElement.matches(".eq > .formula")
    ? document.activeElement.getBoundingClientRect().top
    : innerHeight / 4;
  const tops = formulas.map((formula) => formula.getBoundingClientRect().top);
  const next = step > 0 ? tops.findIndex((y) => y > line + 2) : tops.findLastIndex((y) => y < line - 2);
  if (next < 0) return;
  formulas[next].parentElement.scrollIntoView({ block: "center" });
  formulas[next].focus({ preventScroll: true, focusVisible: true });
  history.replaceState(null, "", `#${formulas[next].parentElement.id}`);
}

// Opens or closes what stands under the equation that has the focus, or that the address names.
function evidence() {
  const equation = document.activeElement.closest(".eq") ?? document.getElementById(location.hash.slice(1));
  equation?.querySelector(".evidence > summary")?.click();
}

const follow = (rel) => document.querySelector(`footer a[rel="${rel}"]`)?.click();

const KEYS = {
  "/": ["search", search.open],
  t: ["light or dark", theme],
  j: ["next equation", () => equation(1)],
  k: ["previous equation", () => equation(-1)],
  e: ["evidence of the equation", evidence],
  n: ["next chapter", () => follow("next")],
  p: ["previous chapter", () => follow("prev")],
  c: ["contents", () => document.querySelector(".home").click()],
  "?": ["these keys", () => help.showModal()],
};

const help = document.createElement("dialog");
help.setAttribute("aria-label", "Keys");
const rows = Object.entries(KEYS).map(([key, [what]]) => `<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`);
help.innerHTML = `<b>Keys</b><dl>${rows.join("")}<dt><kbd>Esc</kbd></dt><dd>close</dd></dl><button type="button">Close</button>`;

export function start() {
  document.body.append(help);
  help.addEventListener("click", () => help.close());
  const buttons = { search: "/", theme: "t", keys: "?" };
  document.querySelectorAll("[data-do]").forEach((button) => {
    button.addEventListener("click", () => KEYS[buttons[button.dataset.do]][1]());
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, dialog")) return;
    if (!(event.key in KEYS)) return;
    event.preventDefault();
    KEYS[event.key][1]();
  });
}
