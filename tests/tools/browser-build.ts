/**
 * Builds the pages: the demo's and the browser tests', beside the package's own bundle, which they import by its name.
 */
import { copyFileSync } from "node:fs";
import { build, type Plugin } from "esbuild";
import { bundle } from "./build-dist.ts";
import { root } from "./source-files.ts";

/** Where the pages are when they are built. */
export const pagesFolder = `${root}build/browser`;

/** What is imported from the entry in the sources comes from the package's bundle, which `path` names. */
export function packageImport(path: string): Plugin {
  return {
    name: "package-import",
    setup: ({ onResolve }) => {
      onResolve({ filter: /\/api\/heddle\.ts$/ }, () => ({ path, external: true }));
    },
  };
}

async function buildScripts(entryPoints: Readonly<Record<string, string>>, packagePath: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir: pagesFolder,
    bundle: true,
    format: "esm",
    target: "es2024",
    plugins: [packageImport(packagePath)],
    sourcemap: true,
    logLevel: "warning",
  });
}

/** Builds everything into `pagesFolder`. */
export async function buildPages(): Promise<void> {
  await bundle(pagesFolder);
  // By its name, as in anybody's page; Workers have no import maps.
  await buildScripts({ "demo-page": "demos/browser/page.ts", "test-page": "tests/browser/page.ts" }, "heddle");
  await buildScripts({ "joined-worker": "tests/browser/joined-worker.ts" }, "./heddle.js");
  copyFileSync(`${root}demos/browser/index.html`, `${pagesFolder}/index.html`);
  copyFileSync(`${root}tests/browser/test.html`, `${pagesFolder}/test.html`);
  for (const [folder, name] of [
    ["demos/hashmap", "hashmap.wat"],
    ["tests/programs", "counter.wat"],
    ["tests/programs", "churn.wat"],
  ]) {
    copyFileSync(`${root}${folder}/${name}`, `${pagesFolder}/${name}`);
  }
}
