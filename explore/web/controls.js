// The page's parts: elements, sliders, choices, buttons, digits to pick from.

/** An element: el("p", {class: "lead"}, "text", child). Functions become listeners. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** A named slider, its value beside it; onInput(number). set(number) moves it without a call. */
export function slider({ label, min, max, step = 1, value, format = String, onInput }) {
  const input = el("input", { type: "range", min, max, step, value, "aria-label": label });
  const output = el("output", {}, format(value));
  const shown = (number) => {
    output.textContent = format(number);
    input.setAttribute("aria-valuetext", format(number));
  };
  input.addEventListener("input", () => {
    shown(input.valueAsNumber);
    onInput(input.valueAsNumber);
  });
  shown(value);
  const element = el("label", { class: "slider" }, el("span", {}, label), input, output);
  const set = (number) => {
    input.value = number;
    shown(number);
  };
  return { element, set };
}

let groups = 0; // radio buttons of one group share a name

/** One of several, as a row of radio buttons: options [[value, text], ...]; onChange(value). */
export function choice({ label, options, value, onChange }) {
  const name = `choice-${groups++}`, inputs = new Map();
  const buttons = options.map(([key, text]) => {
    const input = el("input", { type: "radio", name, checked: key === value });
    input.addEventListener("change", () => onChange(key));
    inputs.set(key, input);
    return el("label", {}, input, el("span", {}, text));
  });
  const row = el("div", { class: "options" }, ...buttons);
  const element = el("fieldset", { class: "choice" }, el("legend", {}, label), row);
  const set = (key) => (inputs.get(key).checked = true);
  return { element, set };
}

/** A button; onClick(). */
export const button = (text, onClick, attributes = {}) =>
  el("button", { type: "button", click: onClick, ...attributes }, text);

/** One stop for the Tab key in a row of buttons; arrow keys move in it. -> a function that sets the stop */
export function roving(row) {
  const stops = () => [...row.querySelectorAll("button")];
  const only = (chosen) => stops().forEach((one) => (one.tabIndex = one === chosen ? 0 : -1));
  row.addEventListener("focusin", (event) => only(event.target));
  row.addEventListener("keydown", (event) => {
    const all = stops(), last = all.length - 1, at = all.indexOf(document.activeElement);
    const moves = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 };
    const to = { ...moves, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.min(last, Math.max(0, to))].focus();
  });
  only(stops()[0]);
  return only;
}

/** A box to tick; onChange(boolean). */
export function tick({ label, value, onChange }) {
  const input = el("input", { type: "checkbox", checked: value });
  input.addEventListener("change", () => onChange(input.checked));
  return { element: el("label", { class: "tick" }, input, label), input };
}

/** Where to read on: a link to the chapter's page where the book is there, else the file's name. */
export function chapter(models, file, title) {
  const page = models.book[file];
  const named = page ? el("a", { href: page }, title) : el("span", {}, `${title}: `, el("code", {}, file));
  return el("p", { class: "chapter" }, named);
}

/** What one sees, and what to try: the heading of a view, and a paragraph of HTML under it. */
export const lead = (title, ...children) =>
  el("header", { class: "lead" }, el("h2", {}, title), el("p", {}, ...children));
