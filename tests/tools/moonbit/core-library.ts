/**
 * Compiles MoonBit's core library once per compiler version and target (20 to 35 s), and programs against it (about 1 s
 * each).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deserialize, serialize } from "node:v8";
import type { Compiler, NamedBytes, NamedText, Target } from "./compiler.ts";
import { type CorePackage, compilerPackage, readCorePlan, readCoreSources, textOf } from "./core-sources.ts";

const backendNames: Readonly<Record<Target, string>> = { "wasm-gc": "WasmGC", js: "Js" };
const coreRoot = "moonbitlang/core";
const cacheFolder = fileURLToPath(new URL("../../../build/moonbit", import.meta.url));

/** The core library, compiled for one target. */
export interface CoreLibrary {
  readonly target: Target;
  /** Code of all packages, each behind those that it needs. */
  readonly code: readonly Uint8Array[];
  /** Interfaces of all packages, named as programs import them. */
  readonly interfaces: readonly NamedBytes[];
}

const shortName = (name: string): string => name.replace(`${coreRoot}/`, "");

/** Loads the core library from the cache, or compiles it. */
export async function coreLibrary(
  compiler: Compiler,
  target: Target,
  log: (line: string) => void,
): Promise<CoreLibrary> {
  const file = `${cacheFolder}/core-${compilerPackage().version}-${target}.bin`;
  if (existsSync(file)) return deserialize(readFileSync(file)) as CoreLibrary;
  log(`compiling MoonBit's core library for ${target} (kept in build/)`);
  const library = await compileCore(compiler, target);
  mkdirSync(cacheFolder, { recursive: true });
  writeFileSync(file, serialize(library));
  return library;
}

async function compileCore(compiler: Compiler, target: Target): Promise<CoreLibrary> {
  const sources = readCoreSources();
  const plan = new Map(readCorePlan(sources).map((entry) => [entry.name, entry]));
  const interfaces = new Map<string, Uint8Array>();
  const code: Uint8Array[] = [];
  for (const entry of dependenciesFirst(plan)) {
    const built = await compiler.buildPackage({
      mbtFiles: filesOf(entry, sources, target),
      miFiles: entry.dependencies.map(({ name, alias }) => [
        `/lib/core/${shortName(name)}:${alias}`,
        interfaceOf(name),
      ]),
      indirectImportMiFiles: indirectDependencies(plan, entry).map((name) => [name, interfaceOf(name)]),
      stdMiFiles: [],
      target,
      pkg: entry.name,
      pkgSources: [`${coreRoot}:/lib/core`],
    });
    if (built.core === undefined || built.mi === undefined)
      throw new Error(`core package ${entry.name}: ${built.diagnostics.join("\n")}`);
    interfaces.set(entry.name, built.mi);
    code.push(built.core);
  }
  return {
    target,
    code,
    interfaces: [...interfaces].map(([name, mi]) => [`/lib/core/${shortName(name)}:${shortName(name)}`, mi]),
  };

  function interfaceOf(name: string): Uint8Array {
    const found = interfaces.get(name);
    if (found === undefined) throw new Error(`core package ${name} is needed before it is built`);
    return found;
  }
}

function filesOf(entry: CorePackage, sources: ReadonlyMap<string, Buffer>, target: Target): NamedText[] {
  return entry.files.flatMap(({ path, backends, levels }) => {
    const contents = sources.get(path);
    const used = contents !== undefined && backends.includes(backendNames[target]) && levels.includes("Release");
    return used ? [[`/lib/core/${path}`, textOf(contents)] as const] : [];
  });
}

function dependenciesFirst(plan: ReadonlyMap<string, CorePackage>): Set<CorePackage> {
  const ordered = new Set<CorePackage>();
  const visiting = new Set<CorePackage>();
  const visit = (name: string): void => {
    const entry = plan.get(name);
    if (entry === undefined || visiting.has(entry)) return;
    visiting.add(entry);
    for (const dependency of entry.dependencies) visit(dependency.name);
    ordered.add(entry);
  };
  for (const name of plan.keys()) visit(name);
  return ordered;
}

/** Packages that `entry` reaches only through others; the compiler wants those apart from its own dependencies. */
function indirectDependencies(plan: ReadonlyMap<string, CorePackage>, entry: CorePackage): string[] {
  const reached = new Set<string>();
  const pending = [...entry.dependencies];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (reached.has(next.name)) continue;
    reached.add(next.name);
    pending.push(...(plan.get(next.name)?.dependencies ?? []));
  }
  return [...reached].filter((name) => !entry.dependencies.some((dependency) => dependency.name === name));
}

/** Compiles a program of one source text; its `pub fn` functions are exported under their own names. */
export async function compileProgram(
  compiler: Compiler,
  library: CoreLibrary,
  name: string,
  source: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const pkg = "demo/main";
  const own = `${pkg}:demo:/`;
  const built = await compiler.buildPackage({
    mbtFiles: [[`/${name}.mbt`, source]],
    miFiles: [],
    indirectImportMiFiles: [],
    stdMiFiles: library.interfaces,
    target: library.target,
    pkg,
    pkgSources: [own],
  });
  if (built.core === undefined) throw new Error(built.diagnostics.join("\n"));
  return compiler.link({
    coreFiles: [...library.code, built.core],
    main: pkg,
    pkgSources: [`${coreRoot}:moonbit-core:/lib/core`, own],
    target: library.target,
    exportedFunctions: [...source.matchAll(/^pub fn (\w+)\(/gm)].map(([, exported]) => exported ?? ""),
  });
}
