import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createStore, RuntimeError, type Store } from "../../../threads/runtime.ts";

const source = `(module
  (type $node (shared (struct (field $next (ref null $node)) (field i64) (field i64))))
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
  let program: Record<"grow" | "kept", () => number> & Record<"array" | "churn" | "keep", (count: number) => number>;
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
