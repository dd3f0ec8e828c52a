// The search: all text of the book, read when it is first asked for; no server.

const MOST = 30; // results that are shown
const STOP = new Set("a an and are as at be by for from in is it of on or that the to with".split(" "));

// One spelling for optimise and optimize, as long as the text.
const fold = (text) => text.toLowerCase().replace(/is(?=[aei])/g, "iz");

// The words of a query that say something.
function asked(query) {
  const all = fold(query).split(/\s+/).filter(Boolean);
  return all.filter((word) => !STOP.has(word) || all.length === 1).map((word) => word.replace(/(behavi|col|neighb)or/, "$1our"));
}

// rows [page, title, anchor, heading, text] -> those with every word, the best first, chapters before all else
export function found(rows, query) {
  const words = asked(query);
  if (!words.length) return [];
  const scored = rows.map((row) => {
    const [, title, anchor, heading, text, chapter] = row;
    const [head, body] = [fold(`${heading} ${title} ${anchor}`), fold(text)];
    const scores = words.map((word) => (head.includes(word) ? 20 : 0) + Math.min(body.split(word).length - 1, 10));
    return { row, score: Math.min(...scores) && scores.reduce((a, b) => a + b, chapter ? 1_000 : 0) };
  });
  return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).map(({ row }) => row);
}

// The text around the first of the words, with the words marked.
function excerpt(text, words) {
  const lower = fold(text);
  const first = Math.min(...words.map((w) => lower.indexOf(w)).filter((i) => i >= 0), text.length);
  const at = first < 80 ? 0 : text.indexOf(" ", first - 70) + 1;
  const small = document.createElement("small");
  const pattern = new RegExp(`(${words.map((w) => w.replace(/[^\w\s]/g, "\\$&").replace(/iz/g, "i[sz]")).join("|")})`, "i");
  for (const part of `${at ? "… " : ""}${text.slice(at, at + 180)}`.split(pattern)) {
    const marked = words.includes(fold(part));
    small.append(marked ? Object.assign(document.createElement("mark"), { textContent: part }) : part);
  }
  return small;
}

function item([page, title, anchor, heading, text], words) {
  const link = document.createElement("a");
  link.href = document.documentElement.dataset.base + page + (anchor ? `#${anchor}` : "");
  link.append(heading === title ? title : `${heading} · ${title}`, excerpt(text, words));
  const li = document.createElement("li");
  li.append(link);
  return li;
}

let loaded; // the promise of the text, once it has been asked for

function load() {
  loaded ??= new Promise((resolve) => {
    const src = `${document.documentElement.dataset.base}search.js`;
    document.head.append(Object.assign(document.createElement("script"), { src, onload: resolve }));
  });
  return loaded.then(update);
}

const dialog = document.createElement("dialog");
dialog.setAttribute("aria-label", "Search");
dialog.innerHTML = '<input type="search" aria-label="Words to search for" placeholder="Search: words, rbm.8, ..."><p role="status"></p><ol></ol>';

export function open() {
  dialog.showModal();
  load();
}

function update() {
  const [input, status, list] = dialog.children;
  const words = asked(input.value);
  const rows = window.BOOK ? found(window.BOOK, input.value) : [];
  list.replaceChildren(...rows.slice(0, MOST).map((row) => item(row, words)));
  const more = rows.length > MOST ? `, the first ${MOST} are shown` : "";
  status.textContent = words.length ? `${rows.length} ${rows.length === 1 ? "place" : "places"}${more}` : "";
}

export function start() {
  document.body.append(dialog);
  dialog.addEventListener("input", update);
  dialog.addEventListener("click", ({ target }) => (target === dialog || target.closest("a")) && dialog.close());
  dialog.addEventListener("keydown", (event) => {
    const stops = [dialog.children[0], ...dialog.querySelectorAll("a")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const to = stops[stops.indexOf(document.activeElement) + step];
    if (step && to) to.focus();
    if (event.key === "Escape") dialog.close(); // which the field would take for itself
    if (event.key === "Enter" && document.activeElement === stops[0]) {
      load().then(() => dialog.querySelector("a")?.click()); // whoever types fast need not wait
    }
    if (step) event.preventDefault();
  });
}
