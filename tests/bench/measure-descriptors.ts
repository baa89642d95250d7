/**
 * One figure of the comparison of custom descriptors with fields: runs the program in this process and prints what it
 * took as JSON.
 *
 *     node [--experimental-wasm-custom-descriptors --expose-gc] tests/bench/measure-descriptors.ts \
 *         heddle|v8 field|descriptor
 */

import { createStore } from "../../api/heddle.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { expressions, type Form } from "./programs/expressions.ts";

export type Engine = "heddle" | "v8";

/** Per object, where nothing else is said. */
export interface Measurement {
  readonly objects: number;
  readonly bytes: number;
  readonly buildNanoseconds: number;
  readonly evaluateNanoseconds: number;
  readonly collectNanoseconds: number;
  /** The same in both forms and on all engines. */
  readonly checksum: number;
}

interface Program {
  build(count: number, depth: number): void;
  count(): number;
  evaluate(x: number): number;
}

/** A program on an engine; `liveBytes` collects and says how much lives, in one step. */
interface Loaded {
  readonly program: Program;
  collect(): void;
  liveBytes(): number;
  close(): Promise<void>;
}

async function load(engine: Engine, form: Form): Promise<Loaded> {
  const text = expressions(form);
  if (engine === "v8") {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(encodeModule(parseModule(text))));
    const collect = (): void => void (globalThis as { gc?: () => void }).gc?.();
    const liveBytes = (): number => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    return { program: exports as unknown as Program, collect, liveBytes, close: async () => undefined };
  }
  const store = await createStore({ threads: 0, heap: { maximum: 512 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(text);
  const liveBytes = (): number => {
    store.collect();
    return store.statistics().heap.liveBytes;
  };
  return {
    program: instance.exports as unknown as Program,
    collect: () => store.collect(),
    liveBytes,
    close: () => store.close(),
  };
}

const TREES = 4000;
const DEPTH = 8;
const ROUNDS = 10;

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

const [engine, form] = process.argv.slice(2) as [Engine, Form];
const { program, collect, liveBytes, close } = await load(engine, form);
// Until the host has compiled the program well.
for (let warmUp = 0; warmUp < 4; warmUp++) {
  program.build(TREES / 8, DEPTH);
  for (let x = 0; x < ROUNDS; x++) program.evaluate(x);
}
program.build(1, 0);
const before = liveBytes();
const build = milliseconds(() => program.build(TREES, DEPTH));
const objects = program.count();
const bytes = (liveBytes() - before) / objects;
const collection = Math.min(...Array.from({ length: 5 }, () => milliseconds(collect)));
let checksum = 0;
const evaluate = milliseconds(() => {
  for (let x = 0; x < ROUNDS; x++) checksum = (checksum + program.evaluate(x)) | 0;
});
const perObject = (time: number): number => (time * 1e6) / objects;
const measurement: Measurement = {
  objects,
  bytes,
  buildNanoseconds: perObject(build),
  evaluateNanoseconds: perObject(evaluate) / ROUNDS,
  collectNanoseconds: perObject(collection),
  checksum,
};
console.log(JSON.stringify(measurement));
await close();
