// Where the code stands: in the margin beside its equation, or under it where there is no room.

const WIDE = matchMedia("screen and (min-width: 1180px)");
const GAP = 20; // pixels between two functions in the margin

const top = (element) => element.getBoundingClientRect().top + scrollY;

// tops and heights (n,) of functions, where each may start and must end -> (n,) tops, one below another
export function stacked(wanted, heights) {
  const tops = [];
  wanted.forEach((y, i) => tops.push(i ? Math.max(y, tops[i - 1] + heights[i - 1] + GAP) : y));
  return tops;
}

// The y at which the section that an element stands in ends.
function sectionEnd(element, headings, article) {
  const next = headings.find((h) => element.compareDocumentPosition(h) & Node.DOCUMENT_POSITION_FOLLOWING);
  return next ? top(next) : top(article) + article.offsetHeight;
}

function place() {
  const article = document.querySelector(".chapter article");
  if (!article) return;
  const asides = [...article.querySelectorAll(".eq > .code")];
  asides.forEach((aside) => aside.removeAttribute("style"));
  article.style.minHeight = "";
  if (!WIDE.matches) return;
  const headings = [...article.querySelectorAll("h2, h3")];
  const equations = asides.map((aside) => top(aside.parentElement));
  const heights = asides.map((aside) => aside.firstElementChild.offsetHeight);
  const ends = asides.map((aside) => sectionEnd(aside, headings, article));
  const tops = stacked(equations, heights);
  asides.forEach((aside, i) => {
    const end = Math.min(ends[i], tops[i + 1] ?? Infinity) - GAP;
    aside.style.top = `${tops[i] - equations[i]}px`;
    aside.style.height = `${Math.max(heights[i], end - tops[i])}px`; // the function stays in view as long
  });
  const last = asides.length - 1;
  if (last >= 0) article.style.minHeight = `${tops[last] + heights[last] - top(article)}px`;
}

// A formula a little too wide for the column is set a little smaller, rather than cut off.
function fit() {
  document.querySelectorAll(".formula").forEach((formula) => (formula.style.fontSize = ""));
  const wide = [...document.querySelectorAll(".formula")].filter((f) => f.scrollWidth > f.clientWidth);
  const sizes = wide.map((formula) => Math.max(0.78, (formula.clientWidth - 2) / formula.scrollWidth));
  wide.forEach((formula, i) => (formula.style.fontSize = `${sizes[i]}em`));
}

export function start() {
  place();
  fit();
  WIDE.addEventListener("change", place);
  new ResizeObserver(place).observe(document.body);
  document.addEventListener("toggle", place, true);
  document.fonts.ready.then(fit);
  addEventListener("resize", fit);
  addEventListener("beforeprint", () => {
    document.querySelectorAll("article > details, .code details").forEach((folded) => (folded.open = true));
  });
}
