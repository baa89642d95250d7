/**
 * `heddle inspect FILE [--invoke NAME ARG...]... [--top N] [--svg OUT] [--snapshot OUT] [--trace OUT]`: runs as `heddle
 * run` does, and then tells what is in the heap.
 */

import type { Store } from "../../api/heddle.ts";
import type { TypeCount } from "../../gc/inspect/census.ts";
import type { HeapReport } from "../../gc/inspect/heap-report.ts";
import { type ParsedArguments, positive } from "../base/arguments.ts";
import { writeOutput } from "../base/files.ts";
import type { OpenFile } from "./convert.ts";
import { run } from "./run.ts";

const defaultTop = 20;

export async function inspect(words: readonly string[], open: OpenFile): Promise<number> {
  return run(words, open, {
    options: { "--top": "value", "--svg": "value", "--snapshot": "value", "--trace": "value" },
    look,
  });
}

function look(store: Store, parsed: ParsedArguments): void {
  const { heap } = store;
  printFigures(heap);
  printTypes(heap, positive(parsed, "--top") ?? defaultTop);
  const write = (option: string, contents: () => string | readonly string[]): void => {
    const file = parsed.values.get(option);
    if (file !== undefined) writeOutput(file, contents());
  };
  write("--svg", () => heap.blockMap());
  write("--snapshot", () => heap.snapshot());
  write("--trace", () => JSON.stringify(heap.trace()));
}

function printFigures(heap: HeapReport): void {
  const { young, full } = heap.pauses;
  const milliseconds = ({ p50, p99, longest }: typeof young): string =>
    `${p50.toFixed(2)} ms median, ${p99.toFixed(2)} p99, ${longest.toFixed(2)} longest`;
  const line = (label: string, text: string): void => console.log(`${label.padEnd(12)}${text}`);
  line("allocated", size(heap.allocatedBytes));
  line(
    "in use",
    `${size(heap.usedBytes)} of ${size(heap.maximumBytes)}, ${Math.round(100 * heap.fragmentation)} % of old blocks free`,
  );
  line("free", `${size(heap.freeBytes)}, ${size(heap.returnedBytes)} of it returned to the system`);
  line("large", `${size(heap.largeBytes)} in blocks of large objects`);
  line("permanent", `${size(heap.permanentBytes)} for types, tables and instances`);
  line("young", `${heap.youngCollections} collections: ${milliseconds(young)}`);
  line("full", `${heap.fullCollections} collections: ${milliseconds(full)}`);
  for (const { agent, allocatedBytes, nurseryBytes, stackBytes } of heap.agents) {
    line(
      `agent ${agent}`,
      `${size(allocatedBytes)} allocated, ${size(nurseryBytes)} nursery, ${size(stackBytes)} of references on its stack`,
    );
  }
}

function printTypes(heap: HeapReport, top: number): void {
  const types = heap.types();
  const sum = (of: readonly TypeCount[]): Omit<TypeCount, "id" | "name"> => ({
    objects: of.reduce((count, { objects }) => count + objects, 0),
    bytes: of.reduce((count, { bytes }) => count + bytes, 0),
  });
  const total = sum(types);
  const row = ({ objects, bytes }: Omit<TypeCount, "id" | "name">, name: string): void => {
    const share = `${((100 * bytes) / Math.max(total.bytes, 1)).toFixed(0)}%`;
    console.log(`${String(objects).padStart(12)}${String(bytes).padStart(14)}${share.padStart(5)}  ${name}`);
  };
  console.log(`\n${"objects".padStart(12)}${"bytes".padStart(14)}${"".padStart(5)}  type`);
  for (const type of types.slice(0, top)) row(type, type.name);
  if (types.length > top) row(sum(types.slice(top)), `${types.length - top} types more`);
  row(total, "alive");
}

function size(bytes: number): string {
  if (bytes < 10_000) return `${bytes} bytes`;
  return bytes < 10e6 ? `${(bytes / 1024).toFixed(0)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
