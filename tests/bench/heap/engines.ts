/** The engines of the heap's benchmark, and how each runs a program on one thread of a process. */
import { readFileSync } from "node:fs";
import { encodeModule } from "../../../core/binary/encode.ts";
import { parseModule } from "../../../core/text/parse/parse.ts";
import { variantOf } from "../variants.ts";
import type { HeapCase } from "./cases.ts";
import { type BenchmarkProgram, javascript } from "./javascript.ts";

export type Engine = "heddle" | "unshared" | "shared-objects" | "javascript" | "bump";

export interface EngineInfo {
  readonly engine: Engine;
  readonly label: string;
  /** Flags of Node. */
  readonly flags: readonly string[];
}

export const engines: readonly EngineInfo[] = [
  { engine: "heddle", label: "Heddle", flags: [] },
  { engine: "unshared", label: "V8 unshared", flags: [] },
  { engine: "shared-objects", label: "V8 shared", flags: ["--experimental-wasm-shared"] },
  { engine: "javascript", label: "JS objects", flags: [] },
  { engine: "bump", label: "by hand, no collection", flags: [] },
];

/** Programs that exist by hand in a linear memory. */
const byHand: ReadonlySet<HeapCase["program"]> = new Set<HeapCase["program"]>(["trees", "queens"]);

export function hasEngine(engine: Engine, { program }: HeapCase): boolean {
  return engine !== "bump" || byHand.has(program);
}

export function sourceOf(name: string): string {
  return readFileSync(new URL(`./programs/${name}.wat`, import.meta.url), "utf8");
}

/**
 * The same with an export "setupTogether": `setup` on `threads` threads at once. Each waits for the others before it
 * begins, or one thread might make all states, side by side in the same lines of the cache, for which the threads would
 * then fight.
 */
export function sourceForThreads(name: string, threads: number): string {
  const source = sourceOf(name).replace('(func (export "setup")', '(func $setup (export "setup")');
  return source.replace(
    /\)\s*$/,
    `
    (global $met (shared (mut i32)) (i32.const 0))
    (func (export "setupTogether") (type $starting) (param $size i32) (result (ref $state))
      (drop (global.atomic.rmw.add $met (i32.const 1)))
      (loop $wait (br_if $wait (i32.lt_u (global.atomic.get $met) (i32.const ${threads}))))
      (call $setup (local.get $size))))`,
  );
}

/** A program on one of the engines that are not Heddle. */
export function loadPeer(engine: Exclude<Engine, "heddle">, program: HeapCase["program"]): BenchmarkProgram {
  if (engine === "javascript") return javascript[program] as BenchmarkProgram;
  const text = engine === "bump" ? sourceOf(`bump-${program}`) : variantOf(sourceOf(program), engine);
  const module = new WebAssembly.Module(encodeModule(parseModule(text)));
  return new WebAssembly.Instance(module).exports as unknown as BenchmarkProgram;
}

/** Runs before the one that counts, so that the host has compiled the program well and the heap has its size. */
export const WARM_UPS = 6;
export const warmUpRounds = ({ rounds }: HeapCase): number => Math.max(1, Math.floor(rounds / 12));
