// What the legend says of the letter pointed at, or of all letters of the formula that has the focus.

const tip = Object.assign(document.createElement("div"), { id: "tip", role: "tooltip", hidden: true });

const entryOf = (element) => element.className.match(/\bk\d+\b/)?.[0];

function show(entries, box, below) {
  const found = entries.map((id) => document.getElementById(id)).filter(Boolean);
  tip.replaceChildren(...found.map((row) => Object.assign(row.cloneNode(true), { id: "" })));
  tip.hidden = found.length === 0;
  if (tip.hidden) return;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(box.left, 16), innerWidth - width - 16);
  const under = below || box.top - height - 10 < 60;
  tip.style.left = `${left}px`;
  tip.style.top = `${under ? Math.min(box.bottom + 10, innerHeight - height - 8) : box.top - height - 10}px`;
}

const hide = () => (tip.hidden = true);

export function start() {
  document.body.append(tip);
  document.addEventListener("pointerover", ({ target }) => {
    const letter = target.closest?.(".y");
    if (letter) show([entryOf(letter)], letter.getBoundingClientRect(), false);
    else hide();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches(".formula") || !target.matches(":focus-visible")) return hide();
    const entries = [...target.querySelectorAll(".y")].map(entryOf);
    show([...new Set(entries)], target.getBoundingClientRect(), true);
    target.setAttribute("aria-describedby", "tip");
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, { passive: true });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());
}
