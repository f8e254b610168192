// Builds the widget into one file: `node build.mjs [OUT]`, the server's static folder unless told otherwise.
// The same sources and lock file give the same bytes, which `make rebuilt` holds the committed file to.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = process.argv[2] ?? join(HERE, "..", "http", "static", "widget.js");
const TARGET = ["chrome125", "firefox128", "safari17.5"];

// What it is built from, so that tests see without Node that a change was not built.
function digest() {
  const sources = readdirSync(join(HERE, "src"), { recursive: true }).filter((name) => /\.(?:ts|css)$/.test(name));
  const hash = createHash("sha256");
  for (const name of ["build.mjs", "package-lock.json", ...sources.map((name) => `src/${name}`).sort()]) hash.update(readFileSync(join(HERE, name)));
  return hash.digest("hex").slice(0, 16);
}

const BANNER = `/*! Transcite's chat widget, Apache-2.0; sources ${digest()}. Contains eventsource-parser, MIT: see widget.NOTICES.txt beside this file. */`;

const styles = {
  name: "styles",
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true, target: TARGET });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const { outputFiles } = await build({
  entryPoints: [join(HERE, "src", "main.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  target: TARGET,
  charset: "utf8",
  legalComments: "none",
  banner: { js: BANNER },
  plugins: [styles],
  write: false,
});
writeFileSync(OUT, outputFiles[0].contents);
