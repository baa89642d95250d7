/**
 * Builds what the package ships: `dist/heddle.js` and `dist/heddle-worker.js` (browsers, Node, Deno, Bun),
 * `dist/heddle-cli.js` (the command) and type declarations. Everything that the package needs is inside these files, so
 * that a page can load them without a bundler.
 *
 *     npm run build
 */
import { execFileSync } from "node:child_process";
import { rmSync, statSync } from "node:fs";
import { build } from "esbuild";
import { root } from "./source-files.ts";

const entries = {
  heddle: "api/heddle.ts",
  "heddle-worker": "threads/agents/worker.ts",
  "heddle-cli": "cli/main.ts",
};

/** Bundles the entries into `folder`. */
export async function bundle(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: folder,
    bundle: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    // The hosts' own modules are imported only where the host has them; koffi is optional.
    external: ["node:*", "koffi"],
    sourcemap: true,
    logLevel: "warning",
    legalComments: "inline",
  });
}

/** Writes the type declarations of everything that the entry reaches. */
export function declarations(folder: string): void {
  const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", ".", "--outDir", folder];
  const entry = ["--project", "tests/tools/tsconfig.dist.json"];
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", ...entry, ...options], {
    cwd: root,
    stdio: "inherit",
  });
}

if (import.meta.main) {
  const folder = `${root}dist`;
  rmSync(folder, { recursive: true, force: true });
  await bundle(folder);
  declarations(folder);
  for (const name of Object.keys(entries))
    console.log(`dist/${name}.js ${(statSync(`${folder}/${name}.js`).size / 1024).toFixed(0)} KB`);
}
