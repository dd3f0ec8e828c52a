// What the legend says of the letter pointed at, or of all letters of the formula that has the focus.

const tip = Object.assign(document.createElement("div"), { id: "tip", role: "tooltip", hidden: true });
const PAUSE = 120; // milliseconds that the pointer rests on a letter first: it also only passes by
let reader = null; // the formula that was reached by keyboard
let timer = 0;

const entryOf = (letter) => letter.dataset.node ?? letter.className.match(/\bk\d+\b/)?.[0];

// Shows the rows of the legend with these ids, or the name of a node, above a box, or below it.
function show(ids, box, below) {
  const found = [...new Set(ids)].map((id) => document.querySelector(`[data-node="${id}"]`) ?? document.getElementById(id)).filter(Boolean);
  tip.replaceChildren(...found.map((row) => row.getAttribute("aria-label") ?? Object.assign(row.cloneNode(true), { id: "" })));
  tip.hidden = found.length === 0 || box.bottom < 0 || box.top > innerHeight;
  const { width, height } = tip.getBoundingClientRect();
  const under = below || box.top - height - 10 < 60;
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - width - 16))}px`;
  tip.style.top = `${under ? Math.min(box.bottom + 10, innerHeight - height - 8) : box.top - height - 10}px`;
}

function rest() {
  const letters = reader ? [...reader.querySelectorAll(".y")] : [];
  if (reader) show(letters.map(entryOf), reader.getBoundingClientRect(), true);
  else tip.hidden = true;
}

export function start() {
  document.body.append(tip);
  document.addEventListener("pointerover", ({ target }) => {
    const letter = target.closest(".y, [data-node]");
    clearTimeout(timer);
    if (letter) timer = setTimeout(() => show([entryOf(letter)], letter.getBoundingClientRect(), false), PAUSE);
    else rest();
  });
  document.addEventListener("focusin", ({ target }) => {
    reader = target.matches(".formula:focus-visible") ? target : null;
    reader?.setAttribute("aria-describedby", "tip");
    rest();
  });
  const leave = () => {
    clearTimeout(timer);
    reader = null;
    rest();
  };
  document.addEventListener("focusout", leave);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && leave());
  document.addEventListener("scroll", () => rest(), { passive: true });
}
