import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BLOCK_BYTES, BLOCK_LOG2, LINE_LOG2 } from "../../../../gc/layout/blocks.ts";
import { USED_BLOCKS } from "../../../../gc/layout/control-words.ts";
import { PLAN_BLOCKS, PLAN_HEAP_START, PLAN_LINES } from "../../../../gc/layout/plan.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});

let mutator: Mutator;
beforeEach(() => {
  mutator = Mutator.create(bytes, { maximum: 64 << 20 });
});
const verify = (): number => mutator.heap.runtime.verify() >>> 0;
const poke = (address: number, value: number): void => {
  mutator.heap.words[address >>> 2] = value;
};

/** Changes a word, expects the verifier to complain, and changes it back. */
function expectFound(address: number, value: number): void {
  const before = mutator.word(address);
  expect(verify()).toBe(0);
  poke(address, value);
  expect(verify()).not.toBe(0);
  poke(address, before);
  expect(verify()).toBe(0);
}

describe("the verifier finds", () => {
  test("a header that names no type record", () => {
    const pair = mutator.get(mutator.keep((sp, program) => program.build(4, sp)));
    expectFound(pair, 0x1234560);
    mutator.collect(true);
    expectFound(pair, 0x1234560);
  });

  test("references to free memory, into objects, and beyond the heap", () => {
    const pair = mutator.get(mutator.keep((sp, program) => program.build(4, sp)));
    mutator.collect(true);
    for (const wrong of [pair + 4, pair + 64 * BLOCK_BYTES, 4096, 0xfffffff0]) expectFound(pair + 4, wrong);
  });

  test("an old object that refers to a young one behind the write barrier's back", () => {
    const old = mutator.keep((sp, program) => program.pair(NULL, NULL, sp));
    mutator.collect(false);
    mutator.run((sp, program) => program.write(mutator.get(old), 4, program.pair(NULL, NULL, sp)));
    expect(verify()).toBe(0);
    mutator.collect(false);
    mutator.run((sp, program) => poke(mutator.get(old) + 8, program.pair(NULL, NULL, sp)));
    expect(verify()).toBe(mutator.get(old));
  });

  test("an element of a large array that was written without its card", () => {
    const array = mutator.keep((sp, program) => program.references(100_000, sp));
    mutator.collect(false);
    mutator.run((sp, program) => program.writeElement(mutator.get(array), 50_000, program.pair(NULL, NULL, sp)));
    expect(verify()).toBe(0);
    mutator.run((sp, program) => poke(mutator.get(array) + 8 + 4 * 60_000, program.pair(NULL, NULL, sp)));
    expect(verify()).toBe(mutator.get(array));
  });

  test("a handle that was filled without its card", () => {
    const handle = mutator.keep((sp, program) => program.pair(NULL, NULL, sp));
    mutator.collect(false);
    mutator.run((sp, program) => poke(handle, program.pair(NULL, NULL, sp)));
    expect(verify()).toBe(handle);
  });

  test("a live object in a line that counts as free", () => {
    const pair = mutator.get(mutator.keep((sp, program) => program.build(4, sp)));
    mutator.collect(true);
    expect(verify()).toBe(0);
    const start = mutator.heap.plan(PLAN_HEAP_START);
    mutator.heap.bytes[mutator.heap.plan(PLAN_LINES) + ((pair - start) >>> LINE_LOG2)] = 0;
    expect(verify()).toBe(pair);
  });

  test("block entries and counts that do not fit", () => {
    const array = mutator.get(mutator.keep((sp, program) => program.bytes(100_000, sp)));
    mutator.keep((sp, program) => program.build(12, sp));
    mutator.collect(true);
    const entry = mutator.heap.plan(PLAN_BLOCKS) + 4 * ((array - mutator.heap.plan(PLAN_HEAP_START)) >>> BLOCK_LOG2);
    expectFound(entry, mutator.word(entry) + 0x100);
    expectFound(entry + 4, mutator.word(entry + 4) + 0x100);
    expectFound(entry, 200);
    expectFound(USED_BLOCKS, mutator.word(USED_BLOCKS) + 1);
  });
});
