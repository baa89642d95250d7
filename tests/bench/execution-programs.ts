/**
 * The programs that execution is measured on. Each exports `run(size: i32) -> i32`, whose result is the same on every
 * engine.
 */
import { existsSync, readFileSync } from "node:fs";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";

/** Modules of a real toolchain; they lie beside the repository. */
const realModules = new URL("../../../shared/real-modules/wasmgc/", import.meta.url);

export interface Program {
  readonly name: string;
  readonly label: string;
  readonly size: number;
  /** A text of this folder; undefined for a real module. */
  readonly text: boolean;
}

const texts: readonly (readonly [name: string, label: string, size: number])[] = [
  ["dispatch", "virtual calls", 3000],
  ["casts", "casts", 1000],
  ["numeric", "loops over numbers", 400],
  ["text", "string building", 50_000],
  ["exceptions", "exceptions", 500_000],
  ["copies", "array copies", 3000],
  ["matrix", "matrix of floats", 192],
  ["sieve", "sieve", 2_000_000],
];
const compiled: readonly (readonly [name: string, label: string, size: number])[] = [
  ["bintrees", "real: bintrees", 8],
  ["hashmap", "real: hashmap", 30_000],
  ["json", "real: json", 10],
  ["queens", "real: queens", 8],
  ["richards", "real: richards", 20],
  ["strings", "real: strings", 3000],
];

/** Whether the real modules are there. */
export const hasRealModules = existsSync(realModules);

export const programs: readonly Program[] = [
  ...texts.map(([name, label, size]) => ({ name, label, size, text: true })),
  ...(hasRealModules ? compiled.map(([name, label, size]) => ({ name, label, size, text: false })) : []),
];

/** A program as a module in the binary format. */
export function readProgram({ name, text }: Pick<Program, "name" | "text">): Uint8Array<ArrayBuffer> {
  if (!text) return new Uint8Array(readFileSync(new URL(`${name}.wasm`, realModules)));
  return encodeModule(parseModule(readFileSync(new URL(`./programs/${name}.wat`, import.meta.url), "utf8")));
}
