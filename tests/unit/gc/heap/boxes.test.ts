import { beforeAll, expect, test } from "vitest";
import type { BoxSlot } from "../../../../gc/heap/boxes.ts";
import type { Handle } from "../../../../gc/heap/handles.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});

/** Makes a box; `keep` says whether a handle keeps it alive. */
function makeBox(mutator: Mutator, keep: boolean): { readonly slot: BoxSlot; readonly handle: Handle | undefined } {
  return mutator.run((sp, program) => {
    const address = program.pair(NULL, NULL, sp);
    return {
      slot: mutator.heap.boxes.create(address),
      handle: keep ? mutator.heap.handles.create(address) : undefined,
    };
  });
}

function dead(mutator: Mutator): BoxSlot[] {
  const slots: BoxSlot[] = [];
  mutator.heap.boxes.drain((slot) => slots.push(slot));
  return slots;
}

test("a young collection finds the young boxes that died, and no others", () => {
  const mutator = Mutator.create(bytes, { debug: true });
  const kept = makeBox(mutator, true);
  const dropped = makeBox(mutator, false);
  expect(dead(mutator)).toEqual([]);
  mutator.collect(false);
  expect(mutator.heap.boxes.hasDead).toBe(true);
  expect(dead(mutator)).toEqual([dropped.slot]);
  expect(mutator.heap.boxes.hasDead).toBe(false);
  expect(mutator.heap.boxes.address(kept.slot)).toBe(mutator.get(kept.handle!));
  // Old now: young collections leave it alone, a full one finds it.
  mutator.heap.handles.free(kept.handle!);
  mutator.collect(false);
  expect(dead(mutator)).toEqual([]);
  mutator.collect(true);
  expect(mutator.heap.boxes.address(kept.slot)).toBe(0);
  expect(dead(mutator)).toEqual([kept.slot]);
  expect(mutator.heap.boxes.size).toBe(0);
});

test("each of many boxes is reported once, and its slot used again", () => {
  const mutator = Mutator.create(bytes);
  const alive = new Map<BoxSlot, Handle | 0>();
  let made = 0;
  let reported = 0;
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 1000; i++, made++) {
      const { slot, handle } = makeBox(mutator, i % 10 === 0);
      expect(alive.has(slot)).toBe(false);
      alive.set(slot, handle ?? 0);
    }
    mutator.collect(round % 8 === 7);
    for (const slot of dead(mutator)) {
      expect(alive.get(slot)).toBe(0);
      alive.delete(slot);
      reported++;
    }
    for (const [slot, handle] of alive) expect(mutator.heap.boxes.address(slot)).toBe(mutator.get(handle as Handle));
  }
  expect(reported).toBe(made * 0.9);
  expect(mutator.heap.boxes.size).toBe(made * 0.1);
});

test("an agent that ends forgets its boxes", () => {
  const mutator = Mutator.create(bytes);
  makeBox(mutator, false);
  mutator.heap.detach();
  const next = Mutator.join(mutator.share(), 0);
  next.collect(true);
  expect(dead(next)).toEqual([]);
  const { slot } = makeBox(next, false);
  next.collect(true);
  expect(dead(next)).toEqual([slot]);
});

test("a handle that is filled again keeps its new object through young collections", () => {
  const mutator = Mutator.create(bytes, { debug: true });
  const handle = mutator.keep((sp, program) => program.build(3, sp));
  for (let depth = 1; depth < 6; depth++) {
    mutator.collect(false);
    mutator.run((sp, program) => mutator.heap.handles.set(handle, program.build(depth, sp)));
    mutator.collect(false);
    mutator.run((sp, program) => program.churn(8, 300, sp));
    expect(mutator.run((_, program) => program.count(mutator.get(handle)))).toBe(2 ** (depth + 1) - 1);
  }
});
