/**
 * One figure of a benchmark: runs one workload on one engine in this process and prints what it took as JSON.
 *
 *     node [--experimental-wasm-shared] tests/bench/measure.ts heddle|shared-objects|unshared trees|hashmap
 */
import { readFileSync } from "node:fs";
import { createStore } from "../../api/heddle.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { variantOf } from "./variants.ts";

export type Engine = "heddle" | "shared-objects" | "unshared";
export type Workload = "trees" | "hashmap";

export interface Measurement {
  readonly objects: number;
  readonly seconds: number;
  /** The same for all engines. */
  readonly checksum: string;
}

type Exports = Readonly<Record<string, (...values: number[]) => number | bigint>>;

const sources: Readonly<Record<Workload, URL>> = {
  trees: new URL("./programs/trees.wat", import.meta.url),
  hashmap: new URL("../../demos/hashmap/hashmap.wat", import.meta.url),
};

/** Runs the workload once, in a size that `scale` multiplies; the number of objects allocated. */
type RunOnce = (exports: Exports, scale: number) => { readonly objects: number; readonly checksum: string };

const runners: Readonly<Record<Workload, RunOnce>> = {
  trees: (exports, scale) => {
    const objects = Number(exports["run"]?.(10, 2000 * scale));
    return { objects, checksum: String(objects) };
  },
  hashmap: (exports, scale) => {
    exports["setup"]?.(40_000 * scale, 5, 8192);
    return { objects: Number(exports["work"]?.(256)), checksum: String(exports["checksum"]?.()) };
  },
};

async function load(
  engine: Engine,
  workload: Workload,
): Promise<{ readonly exports: Exports; close(): Promise<void> }> {
  const source = readFileSync(sources[workload], "utf8");
  if (engine !== "heddle") {
    const module = new WebAssembly.Module(encodeModule(parseModule(variantOf(source, engine))));
    return { exports: new WebAssembly.Instance(module).exports as Exports, close: async () => undefined };
  }
  const store = await createStore({ threads: 0, heap: { maximum: 256 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(source);
  return { exports: instance.exports as unknown as Exports, close: () => store.close() };
}

const [engine, workload] = process.argv.slice(2) as [Engine, Workload];
const { exports, close } = await load(engine, workload);
const run = runners[workload];
// Until the host has compiled the program well, and the heap has its size.
for (let warmUp = 0; warmUp < 4; warmUp++) run(exports, 1);
const start = performance.now();
const { objects, checksum } = run(exports, 10);
const measurement: Measurement = { objects, seconds: (performance.now() - start) / 1000, checksum };
console.log(JSON.stringify(measurement));
await close();
