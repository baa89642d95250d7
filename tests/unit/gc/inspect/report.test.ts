import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../../api/heddle.ts";
import { createStore } from "../../../../api/heddle.ts";

const source = `(module
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree)) (field $value i64)))
  (type $list (array (mut (ref null $tree))))
  (type $bytes (array (mut i8)))
  (type (struct (field (ref null $bytes)) (field (ref null $list))))
  (global $kept (mut (ref null $list)) (ref.null $list))
  (func $grow (param $depth i32) (result (ref null $tree))
    (if (result (ref null $tree)) (local.get $depth)
      (then (struct.new $tree
        (call $grow (i32.sub (local.get $depth) (i32.const 1)))
        (call $grow (i32.sub (local.get $depth) (i32.const 1)))
        (i64.const 1)))
      (else (ref.null $tree))))
  (func (export "fill") (param $trees i32) (param $depth i32)
    (global.set $kept (array.new_default $list (local.get $trees)))
    (loop $again
      (local.set $trees (i32.sub (local.get $trees) (i32.const 1)))
      (array.set $list (global.get $kept) (local.get $trees) (call $grow (local.get $depth)))
      (br_if $again (local.get $trees))))
  (func (export "hold") (result (ref struct))
    (struct.new 3 (array.new_default $bytes (i32.const 1000)) (ref.null $list))))`;

describe("a heap's report", () => {
  let store: Store;
  let held: unknown;
  beforeEach(async () => {
    store = await createStore({ threads: 0, heap: { maximum: 32 << 20 } });
    const { instance } = await store.WebAssembly.instantiate(source);
    const { fill, hold } = instance.exports as Record<string, (...values: number[]) => unknown>;
    fill?.(100, 5);
    held = hold?.();
  });
  afterEach(async () => {
    expect(held).not.toBe(undefined);
    await store.close();
  });

  test("counts objects by type, under the names that the module gives them", () => {
    const types = store.heap.types();
    expect(types.map(({ name, objects, bytes }) => [name, objects, bytes])).toEqual([
      ["tree", 3100, 3100 * 24],
      ["bytes", 1, 1008],
      ["list", 1, 408],
      [expect.stringMatching(/^struct \d+$/), 1, 16],
    ]);
  });

  test("has the collections as trace events, each within the one around it", () => {
    store.collect();
    store.collect();
    const { traceEvents } = store.heap.trace();
    const complete = traceEvents.filter(({ ph }) => ph === "X");
    // Phases of less than a microsecond are left out, as stopping nobody may be.
    expect(complete.map(({ name }) => name).join()).toMatch(/^(full collection(,stop)?,mark(,sweep)?,?){2}$/);
    let whole = complete[0]!;
    let last = 0;
    for (const event of complete) {
      if (event.name.endsWith("collection")) whole = event;
      else expect(event.ts! + event.dur!).toBeLessThanOrEqual(whole.ts! + whole.dur!);
      expect(event.ts!).toBeGreaterThanOrEqual(last);
      last = event === whole ? event.ts! : event.ts! + event.dur!;
    }
    expect(traceEvents.filter(({ ph }) => ph === "C")).toHaveLength(4);
    // What readers of the format need: processes and threads have names, all times are whole microseconds, and tracks
    // are in order.
    expect(traceEvents.filter(({ ph }) => ph === "M").map(({ name }) => name)).toEqual(["process_name", "thread_name"]);
    for (const { ph, ts, dur, pid, tid } of traceEvents) {
      expect([pid, tid].every(Number.isSafeInteger)).toBe(true);
      expect(ph === "M" ? ts === undefined : Number.isSafeInteger(ts)).toBe(true);
      expect(ph === "X" ? Number.isSafeInteger(dur) && dur! >= 0 : dur === undefined).toBe(true);
    }
    const starts = complete.filter(({ name }) => name.endsWith("collection")).map(({ ts }) => ts!);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect(JSON.parse(JSON.stringify(store.heap.trace()))).toEqual(store.heap.trace());
  });

  test("tells what agents, blocks and pages are used for", () => {
    store.collect();
    const { heap } = store;
    // The only agent that a store can have stays a mutator (threads/sync/gate.ts).
    expect(heap.agents).toMatchObject([{ agent: 0, state: "running", stackBytes: 0 }]);
    expect(heap.permanentBytes).toBeGreaterThan(0);
    expect(heap.fragmentation).toBeGreaterThanOrEqual(0);
    expect(heap.fragmentation).toBeLessThanOrEqual(1);
    expect(heap.pauses.full.longest).toBe(Math.max(...heap.recentCollections().map(({ pause }) => pause)));
    const blocks = heap.blocks();
    const used = blocks.filter(({ use }) => ["partial", "full", "nursery", "large"].includes(use)).length;
    expect(used * 32768).toBe(heap.usedBytes);
    const svg = heap.blockMap();
    expect(svg).toMatch(/^<svg [^>]*>\n/);
    expect(svg).toMatch(/<\/svg>\n$/);
    expect(svg.match(/<rect/g)!.length).toBeGreaterThan(blocks.length);
  });
});
