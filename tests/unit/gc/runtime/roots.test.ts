import { beforeAll, describe, expect, test } from "vitest";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import { TypeRecords } from "../../../../gc/heap/type-records.ts";
import { FUNCTION_TYPES_POINTER, PERMANENT_BLOCKS } from "../../../../gc/layout/control-words.ts";
import { structLayout } from "../../../../gc/layout/object-layout.ts";
import { KIND_ARRAY, KIND_FUNC, KIND_STRUCT } from "../../../../gc/layout/record-kinds.ts";
import {
  TYPE_DEPTH,
  TYPE_DISPLAY,
  TYPE_KIND,
  TYPE_RECORD,
  TYPE_REFMAP,
  TYPE_SIZE,
} from "../../../../gc/layout/type-record.ts";
import { Mutator, NULL } from "../support/mutator.ts";
import { assembleProgram } from "../support/program.ts";

let bytes: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  bytes = assembleProgram();
});
const nodes = (depth: number): number => 2 ** (depth + 1) - 1;

describe("root ranges", () => {
  test("words of a range keep objects alive until the range is removed", () => {
    const mutator = Mutator.create(bytes);
    const block = mutator.heap.allocatePermanent(40);
    const entry = mutator.heap.runtime.addRoots(block, block + 40);
    mutator.run((sp, program) => {
      mutator.heap.words[(block >>> 2) + 9] = program.build(6, sp);
      // What is no reference is ignored: zero, an i31, null.
      mutator.heap.words.set([0, 7, NULL], block >>> 2);
    });
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(nodes(6) * 16);
    mutator.heap.runtime.removeRoots(entry);
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(0);
  });

  test("thousands of ranges are kept, and their entries used again", () => {
    const mutator = Mutator.create(bytes);
    const { heap } = mutator;
    const blocks = Array.from({ length: 3000 }, () => heap.allocatePermanent(16));
    for (let round = 0; round < 3; round++) {
      const entries = blocks.map((block) => heap.runtime.addRoots(block, block + 4));
      mutator.run((sp, program) => {
        for (const block of blocks) heap.words[block >>> 2] = program.pair(NULL, NULL, sp);
      });
      mutator.collect(true);
      expect(heap.statistics().liveBytes).toBe(3000 * 16);
      for (const entry of entries) heap.runtime.removeRoots(entry);
      mutator.collect(true);
      expect(heap.statistics().liveBytes).toBe(0);
    }
  });
});

describe("root ranges by the hundred thousand", () => {
  const count = 200_000;

  test("are added and removed in a time that does not grow with their number", () => {
    const { heap } = Mutator.create(bytes, { permanentBytes: 16 << 20 });
    const block = heap.allocatePermanent(4);
    const entries: number[] = [];
    const thousand = (): number => {
      const since = performance.now();
      for (let i = 0; i < 1000; i++) entries.push(heap.runtime.addRoots(block, block + 4));
      return performance.now() - since;
    };
    const times = Array.from({ length: count / 1000 }, thousand);
    expect(new Set(entries).size).toBe(count);
    // Looking through the entries from the first one on, the last ones took a hundred times as long.
    expect(Math.min(...times.slice(-20))).toBeLessThan(10 * Math.min(...times.slice(0, 20)));
    for (const entry of entries) heap.runtime.removeRoots(entry);
    const used = heap.plan(PERMANENT_BLOCKS);
    for (let i = 0; i < count; i++) heap.runtime.addRoots(block, block + 4);
    expect(heap.plan(PERMANENT_BLOCKS)).toBe(used);
  });

  test("keep what a model says, added and removed in any order", () => {
    const mutator = Mutator.create(bytes, { debug: true, permanentBytes: 16 << 20 });
    const { heap } = mutator;
    const entries = new Map<number, number>();
    const blocks = Array.from({ length: 5000 }, () => heap.allocatePermanent(16));
    let seed = 1;
    for (let round = 0; round < 4; round++) {
      for (const block of blocks) {
        seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
        if (seed < 0x60000000) continue;
        const entry = entries.get(block);
        heap.words[block >>> 2] = NULL | 0;
        if (entry === undefined) entries.set(block, heap.runtime.addRoots(block, block + 4));
        else heap.runtime.removeRoots(entry);
        if (entry !== undefined) entries.delete(block);
      }
      mutator.run((sp, program) => {
        for (const block of blocks) heap.words[block >>> 2] = program.pair(NULL, NULL, sp);
      });
      mutator.collect(true);
      expect(heap.statistics().liveBytes).toBe(entries.size * 16);
      expect(new Set(entries.values()).size).toBe(entries.size);
    }
  });

  test("end with their agent, and their entries are used again", () => {
    const mutator = Mutator.create(bytes, { permanentBytes: 16 << 20 });
    const block = mutator.heap.allocatePermanent(4);
    let used = 0;
    let current = mutator;
    for (let life = 0; life < 5; life++) {
      for (let i = 0; i < 20_000; i++) current.heap.runtime.addAgentRoots(block, block + 4);
      current.heap.detach();
      current = Mutator.join(current.share(), 0);
      if (life === 0) used = current.heap.plan(PERMANENT_BLOCKS);
    }
    expect(current.heap.plan(PERMANENT_BLOCKS)).toBe(used);
  });
});

describe("handles", () => {
  test("a handle keeps its object alive until it is freed, and is used again", () => {
    const mutator = Mutator.create(bytes);
    const handles = Array.from({ length: 5000 }, () => mutator.keep((sp, program) => program.pair(NULL, NULL, sp)));
    expect(new Set(handles).size).toBe(5000);
    expect(mutator.heap.handles.size).toBe(5000);
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(5000 * 16);
    for (const handle of handles.slice(0, 4999)) mutator.heap.handles.free(handle);
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(16);
    expect(handles).toContain(mutator.keep((sp, program) => program.pair(NULL, NULL, sp)));
  });
});

describe("permanent memory", () => {
  test("pieces of every size are zeroed, aligned and apart", () => {
    const mutator = Mutator.create(bytes, { permanentBytes: 16 << 20 });
    mutator.run((sp, program) => program.churn(10, 300, sp));
    mutator.collect(true);
    let end = 0;
    const seen: [number, number][] = [];
    for (const size of [1, 16, 100, 32768, 200_000, 8, 40_000, 31_000, 1_000_000]) {
      const address = mutator.heap.allocatePermanent(size);
      expect(address % 16).toBe(0);
      expect(mutator.heap.bytes.subarray(address, address + size).every((byte) => byte === 0)).toBe(true);
      mutator.heap.bytes.fill(0xaa, address, address + size);
      seen.push([address, address + size]);
    }
    for (const [start, stop] of seen.sort(([a], [b]) => a - b)) {
      expect(start).toBeGreaterThanOrEqual(end);
      end = stop;
    }
  });

  test("there is an end to it", () => {
    const mutator = Mutator.create(bytes, { maximum: 1 << 20, permanentBytes: 2 << 20 });
    expect(mutator.heap.runtime.allocatePermanent(1 << 30)).toBe(0);
    expect(() => {
      for (;;) mutator.heap.allocatePermanent(10_000);
    }).toThrow(RangeError);
  });
});

describe("function indices", () => {
  test("ranges do not overlap, and entries hold types", () => {
    const { heap } = Mutator.create(bytes);
    const first = heap.reserveFunctions(10);
    expect(heap.reserveFunctions(5)).toBe(first + 10);
    heap.setFunctionType(first + 3, 4096);
    expect(heap.words[(heap.plan(FUNCTION_TYPES_POINTER) >>> 2) + first + 3]).toBe(4096);
    expect(() => heap.reserveFunctions(1 << 20)).toThrow(RangeError);
    expect(heap.reserveFunctions(1)).toBe(first + 15);
  });
});

describe("type records", () => {
  test("a record names its layout, its references and its supertypes", () => {
    const { heap } = Mutator.create(bytes);
    const types = new TypeStore();
    const ids = types.canonicalize(
      parseModule(`(module
        (type $top (sub (struct (field i64))))
        (type $middle (sub $top (struct (field i64) (field (ref null $top)))))
        (type $bottom (sub $middle (struct (field i64) (field (ref null $middle)) (field i8) (field anyref))))
        (type $array (array (mut (ref null $top))))
        (type $numbers (array i16))
        (type $function (func (param i32))))`),
    );
    const records = new TypeRecords(heap, types);
    const word = (index: number, offset: number): number => heap.plan(records.addressOf(ids[index]!) + offset);
    const bottom = structLayout(types, ids[2]!);
    expect(word(2, TYPE_KIND)).toBe(KIND_STRUCT);
    expect(word(2, TYPE_RECORD)).toBe(records.addressOf(ids[2]!));
    expect(word(2, TYPE_SIZE)).toBe(bottom.size);
    expect(word(2, TYPE_REFMAP)).toBe(bottom.references.reduce((map, offset) => map | (1 << (offset / 4)), 0));
    expect(word(2, TYPE_DEPTH)).toBe(2);
    for (let i = 0; i < 3; i++) expect(word(2, TYPE_DISPLAY + 4 * i)).toBe(records.addressOf(ids[i]!));
    expect(word(2, TYPE_DISPLAY + 12)).toBe(0);
    expect([word(3, TYPE_KIND), word(3, TYPE_SIZE), word(3, TYPE_REFMAP)]).toEqual([KIND_ARRAY, 2, 1]);
    expect([word(4, TYPE_KIND), word(4, TYPE_SIZE), word(4, TYPE_REFMAP)]).toEqual([KIND_ARRAY, 1, 0]);
    expect(word(5, TYPE_KIND)).toBe(KIND_FUNC);
  });

  test("references past word 31 of a struct are followed", () => {
    const mutator = Mutator.create(bytes, { debug: true });
    const types = new TypeStore();
    const fields = Array.from({ length: 100 }, (_, i) =>
      i % 3 === 0 ? "(field (mut anyref))" : "(field (mut i32))",
    ).join(" ");
    const [id] = types.canonicalize(parseModule(`(module (type (struct ${fields})))`));
    const { size, offsets } = structLayout(types, id!);
    const record = new TypeRecords(mutator.heap, types).addressOf(id!);
    const wide = mutator.keep((sp) => {
      const object = mutator.heap.runtime.allocate(size, sp);
      mutator.heap.words.fill(NULL | 0, object >>> 2, (object + size) >>> 2);
      mutator.heap.words[object >>> 2] = record;
      return object;
    });
    mutator.collect(false);
    for (const offset of [offsets[0]!, offsets[51]!, offsets[99]!]) {
      mutator.run((sp, program) => program.write(mutator.get(wide), offset, program.build(4, sp)));
    }
    mutator.collect(true);
    expect(mutator.heap.statistics().liveBytes).toBe(size + 3 * nodes(4) * 16);
    mutator.run((sp, program) => program.churn(10, 300, sp));
    expect(mutator.run((_, program) => program.count(mutator.word(mutator.get(wide) + offsets[99]!)))).toBe(nodes(4));
  });

  test("an object whose header is a custom descriptor keeps the descriptor alive", () => {
    const mutator = Mutator.create(bytes, { debug: true });
    const { heap, records } = mutator;
    const object = mutator.keep((sp, program) => {
      // A descriptor holds its described type's record where a record holds its own address.
      const descriptorRecord = heap.allocatePermanent(96);
      heap.words.set([KIND_STRUCT, descriptorRecord, 16, 0b100], descriptorRecord >>> 2);
      const descriptor = heap.runtime.allocate(16, sp);
      heap.words.set([descriptorRecord, records.node, program.build(2, sp), 0], descriptor >>> 2);
      const described = program.pair(NULL, NULL, sp);
      heap.words[described >>> 2] = descriptor;
      return described;
    });
    for (const full of [false, true, false]) mutator.collect(full);
    mutator.run((sp, program) => program.churn(10, 300, sp));
    const descriptor = mutator.word(mutator.get(object)) & -8;
    expect(mutator.word(descriptor + TYPE_RECORD)).toBe(records.node);
    expect(mutator.run((_, program) => program.count(mutator.word(descriptor + 8)))).toBe(nodes(2));
    // What is half grown at a young collection counts as alive until the next full one.
    mutator.collect(true);
    expect(heap.statistics().liveBytes).toBe((2 + nodes(2)) * 16);
  });
});
