// What a page of the book does once it is read: nothing in it is needed to read the page.
import * as keys from "./keys.js";
import * as layout from "./layout.js";
import * as legend from "./legend.js";
import * as light from "./light.js";
import * as search from "./search.js";

// The first page knows every equation: index.html#vae.12 goes on to its chapter.
const entry = document.querySelector(`[data-label="${CSS.escape(decodeURIComponent(location.hash.slice(1)))}"]`);
if (entry) location.replace(entry.href);

for (const part of [layout, legend, light, search, keys]) part.start();
