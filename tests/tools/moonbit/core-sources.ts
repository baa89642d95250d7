/**
 * The sources of MoonBit's core library, which the package `@moonbit/moonpad-monaco` carries inside its bundle as
 * base64 text.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const corePrefix = "/lib/core/";

/**
 * Main file of the installed `@moonbit/moonpad-monaco`; the compiler package is found from there, because that is who
 * depends on it.
 */
const moonpadEntry: string = fileURLToPath(import.meta.resolve("@moonbit/moonpad-monaco"));

/** Path within the core library -> contents. */
export function readCoreSources(): Map<string, Buffer> {
  const bundle = readFileSync(moonpadEntry, "utf8");
  const constants = new Map<string, string>();
  for (const [, name, base64] of bundle.matchAll(/([\w$]+) = \w+\("([A-Za-z0-9+/=]*)"\)/g)) {
    if (name !== undefined && base64 !== undefined) constants.set(name, base64);
  }
  const files = new Map<string, Buffer>();
  for (const [, path, name] of bundle.matchAll(/"(\/lib\/core\/[^"]+)"\]?\s*[=:]\s*([\w$]+)/g)) {
    const base64 = name === undefined ? undefined : constants.get(name);
    if (path === undefined || base64 === undefined) continue;
    files.set(path.slice(corePrefix.length), Buffer.from(base64, "base64"));
  }
  if (files.size === 0) throw new Error(`no core library found in ${moonpadEntry}: has the bundle's form changed?`);
  return files;
}

/** A package of the core library, as its build plan lists it. */
export interface CorePackage {
  readonly name: string;
  readonly dependencies: readonly { readonly name: string; readonly alias: string }[];
  readonly files: readonly {
    readonly path: string;
    readonly backends: readonly string[];
    readonly levels: readonly string[];
  }[];
}

interface PlanPackage {
  readonly root: string;
  readonly rel: string;
  readonly deps: readonly { readonly path: string; readonly alias: string }[];
  readonly files: Readonly<
    Record<string, { readonly backend: readonly string[]; readonly optlevel: readonly string[] }>
  >;
}

/** The packages of the core library with their dependencies. */
export function readCorePlan(sources: ReadonlyMap<string, Buffer>): CorePackage[] {
  const plan = sources.get("_build/packages.json");
  if (plan === undefined) throw new Error("the core library has no build plan");
  const { packages } = JSON.parse(textOf(plan)) as { packages: readonly PlanPackage[] };
  return packages.map((entry) => ({
    name: entry.rel === "" ? entry.root : `${entry.root}/${entry.rel}`,
    dependencies: entry.deps.map(({ path, alias }) => ({ name: path, alias })),
    files: Object.entries(entry.files).map(([path, { backend, optlevel }]) => ({
      path: path.slice(path.indexOf(corePrefix) + corePrefix.length),
      backends: backend,
      levels: optlevel,
    })),
  }));
}

/** Text of a source file, compressed or not. */
export function textOf(contents: Buffer): string {
  return (contents[0] === 0x1f && contents[1] === 0x8b ? gunzipSync(contents) : contents).toString("utf8");
}

/** Version of the installed compiler package and the path of its program. */
export function compilerPackage(): { readonly version: string; readonly program: string } {
  const require = createRequire(moonpadEntry);
  const manifest = require.resolve("@moonbit/moonc-worker/package.json");
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  return { version, program: join(dirname(manifest), "moonc-worker.js") };
}
