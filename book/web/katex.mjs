// Formulas to HTML with MathML: JSON in, [{tex, display}]; JSON out, [{html}] or [{error}].
import { readFileSync, writeSync } from "node:fs";
import katex from "katex";

const OPTIONS = {
  output: "htmlAndMathml",
  throwOnError: true,
  // What LaTeX would refuse is an error, but for the classes and links that the build itself inserts.
  strict: (code) => (code === "htmlExtension" ? "ignore" : "error"),
  trust: ({ command }) => ["\\htmlClass", "\\href"].includes(command),
};

function rendered({ tex, display }) {
  try {
    return { html: katex.renderToString(tex, { ...OPTIONS, displayMode: display }).replaceAll("<a ", '<a tabindex="-1" ') };
  } catch (error) {
    return { error: String(error.message) };
  }
}

const bytes = Buffer.from(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(rendered)));
for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at); // a pipe takes a part at a time
