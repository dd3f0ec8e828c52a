// What lights up together: an equation and its lines, a letter wherever it stands, a node and its edges.

let pinned = ""; // the label of the equation that was clicked, or that the address names
let pointed = null; // the element that was pointed at last

const labels = (element) => element?.closest("[data-eq]")?.dataset.eq.split(" ") ?? [];

function light() {
  document.querySelectorAll("[data-eq].lit").forEach((element) => element.classList.remove("lit"));
  for (const label of [...labels(pointed), ...labels(document.activeElement), pinned]) {
    if (label) document.querySelectorAll(`[data-eq~="${label}"]`).forEach((e) => e.classList.add("lit"));
  }
}

// Brings a line into view within its function, without moving the page.
function reveal(label) {
  const line = document.getElementById(label)?.querySelector(`.ln[data-eq~="${label}"]`);
  const box = line?.closest(".stick");
  if (!box || box.scrollHeight <= box.clientHeight) return;
  box.scrollTop += line.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 2;
}

function pin(label) {
  pinned = label;
  light();
  if (label) reveal(label);
}

// The equation that the address names, or whose slip it names: alight, with its code open.
function arrive() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const equation = named?.closest(".eq");
  if (!equation) return;
  const label = equation.id;
  for (let e = named; e !== equation; e = e.parentElement) if (e.matches("details")) e.open = true;
  document.querySelectorAll(`.ln[data-eq~="${label}"]`).forEach((line) => {
    const details = line.closest("details");
    if (details) details.open = true;
  });
  pin(label);
  named.scrollIntoView();
}

const letters = document.createElement("style");

function lightLetter(element) {
  const group = element?.closest(".y")?.className.match(/\by\d+\b/)?.[0];
  const rule = group ? `.${group} { background: var(--lit); outline: 1.5px solid; outline-offset: 1px; }` : "";
  if (letters.textContent !== rule) letters.textContent = rule;
}

function lightEdges(node) {
  document.querySelectorAll("svg.graph").forEach((graph) => {
    const label = graph.contains(node) ? node.closest("[data-node]")?.dataset.node : undefined;
    const near = new Set([label]);
    graph.classList.toggle("some", Boolean(label));
    graph.querySelectorAll("path").forEach((path) => {
      const { from, to } = path.dataset;
      path.classList.toggle("lit", from === label || to === label);
      if (from === label) near.add(to);
      if (to === label) near.add(from);
    });
    graph.querySelectorAll("[data-node]").forEach((a) => a.classList.toggle("lit", near.has(a.dataset.node)));
  });
}

export function start() {
  document.head.append(letters);
  document.addEventListener("pointerover", ({ target }) => {
    pointed = target;
    light();
    lightLetter(target);
    lightEdges(target);
  });
  document.addEventListener("focusin", ({ target }) => {
    light();
    lightEdges(target);
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("summary, dialog, button, .evidence")) return;
    const [label] = labels(target);
    pin(label && label !== pinned ? label : target.closest("a") ? pinned : "");
  });
  addEventListener("hashchange", arrive);
  arrive();
}
