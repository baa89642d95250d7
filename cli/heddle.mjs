#!/usr/bin/env node
// The `heddle` command. This file is plain JavaScript that any Node can read: it finds a Node that is new enough and
// the program to run.
//
// From the sources the program is main.ts, which Node runs by stripping types, since 22.18; from an installed package
// it is dist/heddle-cli.js, because Node strips no types under node_modules.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const needed = 22;
const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "main.ts");
const bundle = join(here, "../dist/heddle-cli.js");
const installed = /[\\/]node_modules[\\/]/.test(here);
const program = existsSync(source) && !installed ? source : bundle;
const isNewEnough =
  Number.parseInt(process.versions.node, 10) >= needed && (program === bundle || Boolean(process.features.typescript));

/** The Node of the npm package `node`, if it is installed here. */
function packagedNode() {
  try {
    const file = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined; // not installed
  }
}

if (!existsSync(program)) {
  console.error("heddle: this copy has not been built: run `npm run build`");
  process.exitCode = 2;
} else if (isNewEnough) {
  await import(pathToFileURL(program).href);
} else {
  const node = packagedNode();
  if (node === undefined) {
    console.error(
      `heddle: needs Node ${needed} or newer, this is ${process.version}; \`npm install node@${needed}\` puts one beside it`,
    );
    process.exitCode = 2;
  } else {
    const { status, signal } = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: "inherit" });
    if (signal !== null) process.kill(process.pid, signal);
    process.exitCode = status ?? 1;
  }
}
