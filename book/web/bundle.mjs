// Modules to one script, as pages that are opened from a folder may not import any.
import { readFileSync } from "node:fs";
import { build } from "esbuild";

const entry = readFileSync(0, "utf8").trim();
const done = await build({ entryPoints: [entry], bundle: true, minify: true, write: false, logLevel: "silent" });
process.stdout.write(done.outputFiles[0].text);
