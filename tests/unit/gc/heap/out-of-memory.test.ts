import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStore, RuntimeError, type Store } from "../../../../api/heddle.ts";

const source = `(module
  (type $node (shared (struct (field $next (mut (ref null $node))) (field i64) (field i64))))
  (type $bytes (shared (array (mut i8))))
  (type $f (shared (func (result i32))))
  (type $g (shared (func (param i32) (result i32))))
  (global $kept (shared mut (ref null $node)) (ref.null $node))
  (func (export "grow") (type $f) (result i32)
    (local $list (ref null $node))
    (loop $again
      (local.set $list (struct.new $node (local.get $list) (i64.const 0) (i64.const 0)))
      (br $again))
    (unreachable))
  (func (export "array") (type $g) (param $length i32) (result i32)
    (array.len (array.new_default $bytes (local.get $length))))
  (func (export "churn") (type $g) (param $count i32) (result i32)
    (local $list (ref null $node)) (local $made i32)
    (loop $again
      (local.set $list (struct.new $node (ref.null $node) (i64.const 0) (i64.const 0)))
      (local.set $made (i32.add (local.get $made) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $made) (local.get $count))))
    (local.get $made))
  (func (export "keep") (type $g) (param $count i32) (result i32)
    (local $made i32)
    (loop $again
      (global.set $kept (struct.new $node (global.get $kept) (i64.const 0) (i64.const 0)))
      (local.set $made (i32.add (local.get $made) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $made) (local.get $count))))
    (local.get $made))
  (func (export "thin") (type $g) (param $distance i32) (result i32)
    (local $node (ref null $node)) (local $next (ref null $node)) (local $left i32) (local $i i32)
    (local.set $node (global.get $kept))
    (block $done
      (loop $again
        (br_if $done (ref.is_null (local.get $node)))
        (local.set $next (local.get $node))
        (local.set $i (local.get $distance))
        (block $end
          (loop $skip
            (br_if $end (ref.is_null (local.get $next)))
            (local.set $next (struct.get $node $next (local.get $next)))
            (br_if $skip (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))
        (struct.set $node $next (local.get $node) (local.get $next))
        (local.set $node (local.get $next))
        (local.set $left (i32.add (local.get $left) (i32.const 1)))
        (br $again)))
    (local.get $left))
  (func (export "kept") (type $f) (result i32)
    (local $list (ref null $node)) (local $count i32)
    (local.set $list (global.get $kept))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $list)))
        (local.set $count (i32.add (local.get $count) (i32.const 1)))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $next)))
    (local.get $count)))`;

describe("an allocation that cannot be served", () => {
  let store: Store;
  let program: Record<"grow" | "kept", () => number> &
    Record<"array" | "churn" | "keep" | "thin", (count: number) => number>;
  beforeEach(async () => {
    store = await createStore({ threads: 2, heap: { maximum: 32 << 20 } });
    const { instance } = await store.WebAssembly.instantiate(source);
    program = instance.exports as unknown as typeof program;
  });
  afterEach(async () => {
    await store.close();
  });
  const outOfMemory = { name: "RuntimeError", message: "out of memory", code: "out-of-memory" };

  test("raises the standard's error, and what the thread held is free again", () => {
    for (let round = 0; round < 3; round++) {
      expect(() => program.grow()).toThrow(RuntimeError);
      expect(() => program.grow()).toThrow(expect.objectContaining(outOfMemory));
      expect(program.churn(1_000_000)).toBe(1_000_000);
    }
    expect(store.heap.verify()).toBe(0);
    store.collect();
    expect(store.heap.liveBytes).toBeLessThan(1 << 20);
  });

  test("is refused at once where no heap of the size could have it", () => {
    expect(() => program.array(33 << 20)).toThrow(expect.objectContaining(outOfMemory));
    expect(() => program.array(-1)).toThrow(RuntimeError);
    expect(program.array(1 << 20)).toBe(1 << 20);
  });

  test("is the last resort: a large object finds room beside small ones that are left in nearly all blocks", () => {
    expect(program.keep(1_000_000)).toBe(1_000_000);
    expect(program.thin(1000)).toBe(1000);
    expect(program.array(12 << 20)).toBe(12 << 20);
    expect(program.kept()).toBe(1000);
    expect(store.heap.verify()).toBe(0);
    expect(() => program.array(28 << 20)).toThrow(expect.objectContaining(outOfMemory));
  });

  test("raises it in the thread that asked, and nothing that lives is lost", async () => {
    expect(program.keep(100_000)).toBe(100_000);
    for (let round = 0; round < 3; round++) {
      await expect(store.spawn(program.grow)).rejects.toMatchObject(outOfMemory);
      expect(await store.spawn(program.churn, 500_000)).toBe(500_000);
      expect(program.kept()).toBe(100_000);
    }
    expect(store.heap.verify()).toBe(0);
  });
});

/** Lists and arrays that one call holds, beside what all threads keep. */
const crowd = `(module
  (type $node (shared (struct (field $next (ref null $node)) (field i64) (field i64))))
  (type $bytes (shared (array (mut i8))))
  (type $arrays (shared (array (mut (ref null $bytes)))))
  (type $build (shared (func (param i32) (result i32))))
  (type $fill (shared (func (param i32 i32) (result i32))))
  (func (export "build") (type $build) (param $count i32) (result i32)
    (local $list (ref null $node)) (local $i i32)
    (loop $again
      (local.set $list (struct.new $node (local.get $list) (i64.const 0) (i64.const 0)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.eqz (ref.is_null (local.tee $list (struct.get $node $next (local.get $list)))))))
    (local.get $i))
  (func (export "fill") (type $fill) (param $bytes i32) (param $count i32) (result i32)
    (local $arrays (ref $arrays)) (local $i i32) (local $total i32)
    (local.set $arrays (array.new_default $arrays (local.get $count)))
    (loop $again
      (array.set $arrays (local.get $arrays) (local.get $i) (array.new_default $bytes (local.get $bytes)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (loop $next
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $total (i32.add (local.get $total) (array.len (array.get $arrays (local.get $arrays) (local.get $i)))))
      (br_if $next (local.get $i)))
    (local.get $total)))`;

test("four threads that ask for more than there is fail where they must; others and those who try again have all", async () => {
  const maximum = 16 << 20;
  const store = await createStore({ threads: 4, heap: { maximum } });
  const { instance } = await store.WebAssembly.instantiate(crowd);
  const { build, fill } = instance.exports as unknown as Record<"build" | "fill", (...values: number[]) => number>;
  for (const bytes of [100, 4000, 60_000, 600_000]) {
    // Half of the heap each, as small structs or as arrays.
    const nodes = Math.floor(maximum / 48);
    const arrays = Math.floor(maximum / 2 / bytes);
    const spawn = (index: number): Promise<number> =>
      index < 2 ? store.spawn(build, nodes) : store.spawn(fill, bytes, arrays);
    const outcomes = await Promise.allSettled([0, 1, 2, 3].map(spawn));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === "rejected")
        expect(outcome.reason).toMatchObject({ name: "RuntimeError", code: "out-of-memory" });
      else expect(outcome.value).toBe(i < 2 ? nodes : bytes * arrays);
    }
    expect(outcomes.some(({ status }) => status === "fulfilled")).toBe(true);
    expect(store.heap.verify()).toBe(0);
    for (const i of [0, 2]) expect(await spawn(i)).toBe(i < 2 ? nodes : bytes * arrays);
  }
  store.collect();
  expect(store.heap.liveBytes).toBeLessThan(10_000);
  await store.close();
});

/**
 * An array of arrays of 98,000 bytes, one of arrays of 100 bytes, and steps that replace their elements at random, with
 * garbage in between.
 */
const mixed = `(module
  (type $bytes (shared (array (mut i8))))
  (type $slots (shared (array (mut (ref null $bytes)))))
  (type $mix (shared (func (param i32 i32 i32) (result i32))))
  (func (export "mix") (type $mix) (param $small i32) (param $large i32) (param $steps i32) (result i32)
    (local $s (ref $slots)) (local $l (ref $slots)) (local $x i32) (local $made i32)
    (local.set $s (array.new_default $slots (local.get $small)))
    (local.set $l (array.new_default $slots (local.get $large)))
    (local.set $x (i32.const 12345))
    (loop $again
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 13))))
      (local.set $x (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 17))))
      (local.set $x (i32.xor (local.get $x) (i32.shl (local.get $x) (i32.const 5))))
      (if (i32.eqz (i32.rem_u (local.get $x) (i32.const 97)))
        (then
          (array.set $slots (local.get $l) (i32.rem_u (i32.shr_u (local.get $x) (i32.const 8)) (local.get $large))
            (array.new_default $bytes (i32.const 98000))))
        (else
          (array.set $slots (local.get $s) (i32.rem_u (i32.shr_u (local.get $x) (i32.const 4)) (local.get $small))
            (array.new_default $bytes (i32.const 100)))
          (drop (array.new_default $bytes (i32.const 800)))))
      (local.set $made (i32.add (local.get $made) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $made) (local.get $steps))))
    (local.get $made)))`;

test("large objects find room although small ones live everywhere", async () => {
  const store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(mixed);
  const { mix } = instance.exports as unknown as { mix: (small: number, large: number, steps: number) => number };
  // 9.2 MB in all.
  expect(mix(8000, 85, 300_000)).toBe(300_000);
  expect(store.heap.verify()).toBe(0);
  await store.close();
});
