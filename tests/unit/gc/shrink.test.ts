import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { canDiscard } from "../../../memory/native.ts";
import { Mutator, NULL } from "./support/mutator.ts";
import { assembleProgram } from "./support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const megabytes = (count: number): number => count << 20;
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;

/** Bytes of the process's anonymous memory that take physical memory: the heap, and what does not change in between. */
function resident(): number {
  const [, kilobytes] = /^RssAnon:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}

describe.runIf(canDiscard())("pages of free blocks", () => {
  test("go back to the system when much has died", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(512) });
    const before = resident();
    const tree = mutator.keep((sp, program) => program.build(10, sp));
    const much = mutator.keep((sp, program) => program.build(23, sp));
    // 256 MB of objects; the system's figures lag behind by some pages, and the host's own memory shrinks and grows meanwhile.
    expect(resident() - before).toBeGreaterThan(megabytes(200));
    mutator.heap.handles.free(much);
    mutator.collect(true);
    mutator.collect(true);
    mutator.collect(true);
    expect(resident() - before).toBeLessThan(megabytes(64));
    expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(10));
  });

  test("are used again", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(256), debug: true });
    for (let round = 0; round < 4; round++) {
      const tree = mutator.keep((sp, program) => program.build(20, sp));
      const array = mutator.keep((sp, program) => program.references(1_000_000, sp));
      expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(20));
      expect(mutator.word(mutator.get(array) + 8 + 4 * 999_999)).toBe(NULL);
      mutator.heap.handles.free(tree);
      mutator.heap.handles.free(array);
      mutator.collect(true);
      mutator.collect(true);
    }
    expect(mutator.heap.runtime.verify()).toBe(0);
    expect(mutator.heap.statistics().memoryBytes).toBeLessThan(megabytes(160));
  });
});
