/**
 * Runs modules that a toolchain made (the MoonBit compiler; sources beside them) on several threads: each thread has an
 * instance of its own, all of them over one heap. Expected values come from MoonBit's JavaScript backend (npm run
 * build:modules).
 */
import { readFileSync } from "node:fs";
import { createStore } from "../../api/heddle.ts";
import { type Column, formatCount, formatSeconds } from "../output/table.ts";

/** What a module is about, for the table. */
const titles: Readonly<Record<string, string>> = {
  algebra: "symbolic derivatives",
  lru: "LRU cache simulation",
  rope: "edits of a rope",
  routes: "shortest routes",
};

/** The modules by name. */
export const moduleNames: readonly string[] = Object.keys(titles);

/** What happened when all threads ran one module. */
export interface ModuleOutcome {
  readonly name: string;
  readonly threads: number;
  readonly milliseconds: number;
  readonly allocatedBytes: number;
  readonly collections: number;
  readonly values: readonly number[];
  readonly expected: number;
}

const expectations = JSON.parse(readFileSync(new URL("./expected.json", import.meta.url), "utf8")) as Readonly<
  Record<string, readonly (readonly [argument: number, value: number])[]>
>;

/** Runs a module's larger workload on each of `threads` threads at once. */
export async function runModule(name: string, threads: number): Promise<ModuleOutcome> {
  const [argument, expected] = expectations[name]?.at(-1) ?? [0, 0];
  const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url));
  const store = await createStore({ threads, heap: { maximum: 512 << 20 } });
  try {
    const module = await store.WebAssembly.compile(bytes);
    const start = performance.now();
    const values = await Promise.all(
      Array.from({ length: threads }, () => store.run(module, "run", [argument]) as Promise<number>),
    );
    const milliseconds = performance.now() - start;
    const { heap } = store;
    return {
      name,
      threads,
      milliseconds,
      allocatedBytes: heap.allocatedBytes,
      collections: heap.collections,
      values,
      expected,
    };
  } finally {
    await store.close();
  }
}

/** Whether every thread computed what the oracle did. */
export const isRight = (outcome: ModuleOutcome): boolean => outcome.values.every((value) => value === outcome.expected);

export const moduleColumns: readonly Column[] = [
  { title: "module", align: "left" },
  { title: "what it does", align: "left" },
  { title: "threads", align: "right" },
  { title: "time", align: "right" },
  { title: "allocated", align: "right" },
  { title: "collections", align: "right" },
  { title: "checksum", align: "left" },
];

/** An outcome as cells of the table. */
export function moduleCells(outcome: ModuleOutcome): string[] {
  return [
    `${outcome.name}.wasm`,
    titles[outcome.name] ?? "",
    String(outcome.threads),
    formatSeconds(outcome.milliseconds),
    `${formatCount(Math.round(outcome.allocatedBytes / 1e6))} MB`,
    formatCount(outcome.collections),
    isRight(outcome)
      ? `${outcome.expected} = expected`
      : `${outcome.values.join(" ")} DIFFERS from ${outcome.expected}`,
  ];
}
