import { beforeAll, describe, expect, test } from "vitest";
import type { Handle } from "../../../../gc/heap/handles.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const megabytes = (count: number): number => count << 20;
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;

describe("allocation", () => {
  test("a tree that is kept survives young and full collections", () => {
    const mutator = Mutator.create(bytes);
    const tree = mutator.keep((sp, program) => program.build(12, sp));
    for (const full of [false, true, false, true, true]) {
      mutator.collect(full);
      expect(mutator.run((_, program) => program.count(mutator.get(tree)))).toBe(nodes(12));
      expect(mutator.heap.runtime.verify()).toBe(0);
    }
  });

  test("garbage many times the limit is allocated in the same few blocks", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(8) });
    const sum = mutator.run((sp, program) => program.churn(10, 2000, sp));
    expect(sum).toBe(BigInt(2000 * nodes(10)));
    const { usedBytes, allocatedBytes, youngCollections } = mutator.heap.statistics();
    expect(usedBytes).toBeLessThanOrEqual(megabytes(8));
    expect(allocatedBytes).toBeGreaterThanOrEqual(2000 * nodes(10) * 16);
    expect(allocatedBytes).toBeLessThan(2100 * nodes(10) * 16);
    expect(youngCollections).toBeGreaterThan(10);
  });

  test("objects of medium size come from whole blocks and leave the buffer alone", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(8), debug: true });
    mutator.run((sp, program) => {
      for (let i = 0; i < 5000; i++) {
        const array = program.bytes(1000 + (i % 300) * 100, sp);
        expect(mutator.word(array + 4)).toBe(1000 + (i % 300) * 100);
        program.pair(NULL, NULL, sp);
      }
    });
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("allocation fails only when a full collection frees too little", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(4) });
    const list = mutator.keep(() => NULL);
    let length = 0;
    expect(() => {
      for (;;) {
        mutator.run((sp, program) => {
          const head = program.pair(mutator.get(list), NULL, sp);
          mutator.heap.handles.set(list, head);
        });
        length++;
      }
    }).toThrow();
    // The pairs themselves take 4 MB when 262,144 of them are alive.
    expect(length).toBeGreaterThan(220_000);
    mutator.heap.handles.free(list);
    expect(mutator.run((sp, program) => program.churn(10, 100, sp))).toBe(BigInt(100 * nodes(10)));
  });

  test("blocks that are partly alive serve new objects again", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(16) });
    // Every 16th of the trees lives on: survivors in every block, most lines free.
    const kept: Handle[] = [];
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 400; i++) {
        const handle = mutator.keep((sp, program) => program.build(4, sp));
        if (i % 16 === 0) kept.push(handle);
        else mutator.heap.handles.free(handle);
      }
      mutator.run((sp, program) => program.churn(9, 100, sp));
    }
    for (const handle of kept) expect(mutator.run((_, program) => program.count(mutator.get(handle)))).toBe(nodes(4));
    expect(mutator.heap.runtime.verify()).toBe(0);
    expect(mutator.heap.statistics().usedBytes).toBeLessThanOrEqual(megabytes(16));
  });
});

describe("generations", () => {
  test("a young object that only an old one refers to survives", () => {
    const mutator = Mutator.create(bytes, { debug: true });
    const old = mutator.keep((sp, program) => program.pair(NULL, NULL, sp));
    mutator.collect(false);
    mutator.run((sp, program) => program.write(mutator.get(old), 4, program.build(5, sp)));
    mutator.collect(false);
    mutator.run((sp, program) => program.churn(10, 500, sp));
    expect(mutator.run((_, program) => program.count(mutator.get(old)))).toBe(nodes(5) + 1);
  });

  test("an object is logged again after each collection", () => {
    const mutator = Mutator.create(bytes, { debug: true });
    const old = mutator.keep((sp, program) => program.pair(NULL, NULL, sp));
    for (let depth = 1; depth < 8; depth++) {
      mutator.collect(depth % 3 === 0);
      mutator.run((sp, program) => program.write(mutator.get(old), 8, program.build(depth, sp)));
      mutator.collect(depth % 4 === 0);
      expect(mutator.run((_, program) => program.count(mutator.get(old)))).toBe(nodes(depth) + 1);
    }
  });

  test("more objects are logged than one segment of the log holds", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(64) });
    const length = 100_000;
    const list = mutator.keep((sp, program) => program.list(length, sp));
    mutator.collect(false);
    mutator.run((sp, program) => {
      for (let at = mutator.get(list); at !== NULL; at = mutator.word(at + 8))
        program.write(at, 4, program.pair(NULL, NULL, sp));
    });
    mutator.collect(false);
    mutator.run((sp, program) => program.churn(10, 2000, sp));
    expect(mutator.run((_, program) => program.listLength(mutator.get(list)))).toBe(length);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("old garbage is found by full collections that the runtime starts itself", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(32) });
    const seen = mutator.run((sp, program) => program.replace(program.references(64, sp), 10, 20_000, sp));
    expect(seen).toBe((20_000 - 64) * nodes(10));
    expect(mutator.heap.statistics().fullCollections).toBeGreaterThan(2);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });
});

describe("large objects", () => {
  test("a large object that dies gives its blocks back", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(32) });
    mutator.run((sp, program) => {
      for (let i = 0; i < 300; i++) program.bytes(megabytes(5), sp);
    });
    expect(mutator.heap.statistics().usedBytes).toBeLessThanOrEqual(megabytes(32));
  });

  test("a large object keeps what it refers to alive, whatever its age", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(64), debug: true });
    const length = 100_000;
    const array = mutator.keep((sp, program) => program.references(length, sp));
    for (const full of [false, true, false]) {
      mutator.run((sp, program) => {
        for (let i = 0; i < length; i += 997) program.write(mutator.get(array), 8 + 4 * i, program.build(3, sp));
      });
      mutator.collect(full);
      for (let i = 0; i < length; i += 997) {
        expect(mutator.run((_, program) => program.count(mutator.word(mutator.get(array) + 8 + 4 * i)))).toBe(nodes(3));
      }
    }
  });

  test("of a large array only what was written is looked at, by whatever barrier", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(64), debug: true });
    const { heap } = mutator;
    const length = 200_000;
    const array = mutator.keep((sp, program) => program.references(length, sp));
    const element = (index: number): number => mutator.word(mutator.get(array) + 8 + 4 * index);
    mutator.collect(false);
    const expected = new Map<number, number>();
    for (let round = 1; round < 12; round++) {
      // The first and last element, the ends of cards and blocks, and some others.
      for (const index of [0, 29, 30, length - 1, 8189, 8190, 8191, 12_345 * round]) {
        const depth = round % 4;
        expected.set(index, nodes(depth));
        mutator.run((sp, program) => {
          // A whole-object log in between: then all of the array is looked at.
          if (round === 5 && index === 30) program.write(mutator.get(array), 8 + 4 * index, program.build(depth, sp));
          else program.writeElement(mutator.get(array), index, program.build(depth, sp));
        });
      }
      mutator.collect(round % 5 === 0);
      for (const [index, count] of expected)
        expect(mutator.run((_, program) => program.count(element(index)))).toBe(count);
    }
    // A range, as array.fill and array.copy log it.
    mutator.run((sp, program) => {
      const pair = program.pair(NULL, NULL, sp);
      heap.runtime.logElements(mutator.get(array), mutator.get(array) + 8, 4 * length);
      heap.words.fill(pair, (mutator.get(array) + 8) >>> 2, (mutator.get(array) + 8 + 4 * length) >>> 2);
    });
    mutator.collect(false);
    mutator.run((sp, program) => program.churn(8, 2000, sp));
    expect(mutator.run((_, program) => program.count(element(length - 7)))).toBe(1);
    heap.handles.free(array);
    mutator.collect(true);
    expect(heap.statistics().liveBytes).toBe(0);
  });

  test("an object as large as the limit can be allocated when the heap is empty", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(256) });
    mutator.run((sp, program) => program.churn(10, 1000, sp));
    for (let i = 0; i < 3; i++) {
      const handle = mutator.keep((sp, program) => program.bytes(megabytes(250), sp));
      expect(mutator.word(mutator.get(handle) + 4)).toBe(megabytes(250));
      mutator.heap.handles.free(handle);
    }
  });

  test("an object beyond the limit is refused at once", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(16) });
    expect(mutator.run((sp) => mutator.heap.runtime.allocate(megabytes(17), sp))).toBe(0);
    expect(mutator.run((sp) => mutator.heap.runtime.allocate(-8, sp))).toBe(0);
  });
});

describe("marking", () => {
  test("a list that is longer than the mark stack is marked in full", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(128) });
    const length = 2_000_000;
    const list = mutator.keep((sp, program) => program.list(length, sp));
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(length * 32);
    expect(mutator.run((_, program) => program.listLength(mutator.get(list)))).toBe(length);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });

  test("a wide array of references overflows the mark stack and is marked in full", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(64) });
    const length = 500_000;
    const array = mutator.keep((sp, program) => program.references(length, sp));
    mutator.run((sp, program) => {
      for (let i = 0; i < length; i++) program.write(mutator.get(array), 8 + 4 * i, program.pair(NULL, NULL, sp));
    });
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(length * 16 + length * 4 + 8);
    expect(mutator.heap.runtime.verify()).toBe(0);
  });
});

describe("a heap that is too full", () => {
  test("fails an allocation instead of collecting for ever, and serves again when something died", () => {
    const mutator = Mutator.create(bytes, { maximum: megabytes(16) });
    const list = mutator.keep(() => NULL);
    const grow = (): void =>
      mutator.run((sp, program) => {
        // A list of trees, and so much garbage beside each that the heap is never quite full.
        const tree = program.build(6, sp);
        mutator.heap.words[sp >>> 2] = tree;
        mutator.heap.handles.set(list, program.pair(tree, mutator.get(list), sp + 4));
        program.churn(6, 20, sp);
      });
    expect(() => {
      for (;;) grow();
    }).toThrow();
    expect(mutator.heap.statistics().fullCollections).toBeLessThan(400);
    expect(mutator.heap.runtime.verify()).toBe(0);
    mutator.run(() => mutator.heap.handles.set(list, NULL));
    for (let i = 0; i < 1000; i++) grow();
  });
});
