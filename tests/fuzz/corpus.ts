/**
 * The modules that mutations start from: those of the conformance scripts and real programs where this checkout has
 * them beside it, and always the text modules of this repository.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { CompileError } from "../../core/base/errors.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { loadModule, parseScript, type Script, type ScriptModule } from "../../core/text/script/script.ts";
import type { Random } from "./random.ts";

const root = resolve(import.meta.dirname, "../..");
const shared = resolve(root, "../shared");
/** Larger modules take too long to be worth it. */
const MAXIMUM_BYTES = 60_000;

/** A module in the forms that there are. A binary may be malformed or invalid: scripts have such modules too. */
export interface Seed {
  readonly name: string;
  readonly binary: Uint8Array | undefined;
  readonly text: string | undefined;
}

function filesBelow(folder: string, ending: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(ending));
  return names.sort().map((name) => join(folder, name));
}

/** `run`, or undefined where it raises a `CompileError`: a seed need not be good for anything. */
function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return undefined;
  }
}

function seedsOfScript(file: string): Seed[] {
  const script = attempt(() => parseScript(readFileSync(file, "utf8")));
  if (script === undefined) return [];
  const seeds: Seed[] = [];
  for (const command of script.commands) {
    if (!("module" in command) || typeof command.module !== "object") continue;
    seeds.push(seedOf(`${file}:${command.line}`, script, command.module));
  }
  return seeds;
}

function seedOf(name: string, script: Script, module: ScriptModule): Seed {
  const { source } = module;
  const text = source.kind === "text" ? script.source.slice(source.start, source.end) : undefined;
  if (source.kind === "binary") return { name, binary: source.bytes, text };
  const parsed = source.kind === "text" ? attempt(() => encodeModule(loadModule(script, module))) : undefined;
  return { name, binary: parsed, text };
}

function seedOfText(file: string): Seed {
  const text = readFileSync(file, "utf8");
  return { name: file, text, binary: attempt(() => encodeModule(parseModule(text))) };
}

/** Every file is read when it is first drawn: a short run then need not read the whole suite. */
export class Corpus {
  readonly #files: readonly string[];
  readonly #seeds = new Map<string, readonly Seed[]>();

  /** `own`: only the modules of the repository. */
  constructor(own = false) {
    const texts = [...filesBelow(join(root, "tests"), ".wat"), ...filesBelow(join(root, "demos"), ".wat")];
    const scripts = filesBelow(join(shared, "conformance"), ".wast");
    const binaries = filesBelow(join(shared, "real-modules"), ".wasm");
    this.#files = own ? texts : [...texts, ...scripts, ...binaries];
  }

  /** How many files there are. */
  get size(): number {
    return this.#files.length;
  }

  /** A module in the text format, or in the binary format. */
  draw(random: Random, form: "binary" | "text"): Seed {
    for (;;) {
      const seeds = this.#seedsOf(random.pick(this.#files));
      const seed = seeds.length === 0 ? undefined : random.pick(seeds);
      if (form === "text" && seed?.text !== undefined && seed.text.length <= MAXIMUM_BYTES) return seed;
      if (form === "binary" && seed?.binary !== undefined && seed.binary.length <= MAXIMUM_BYTES) return seed;
    }
  }

  #seedsOf(file: string): readonly Seed[] {
    let seeds = this.#seeds.get(file);
    if (seeds === undefined) {
      seeds = file.endsWith(".wast")
        ? seedsOfScript(file)
        : file.endsWith(".wat")
          ? [seedOfText(file)]
          : [{ name: file, binary: new Uint8Array(readFileSync(file)), text: undefined }];
      this.#seeds.set(file, seeds);
    }
    return seeds;
  }
}
