import { expect, test } from "vitest";
import { createStore } from "../../../../api/heddle.ts";

/**
 * A queue that keeps the links of what it gives away: objects that died old refer to younger ones, and so on to the
 * queue's end.
 */
const queue = `(module
  (type $node (shared (struct (field $next (mut (ref null $node))) (field i64))))
  (type $work (shared (func (param i32 i32))))
  (func (export "pass") (type $work) (param $length i32) (param $count i32)
    (local $first (ref null $node)) (local $last (ref null $node)) (local $node (ref null $node))
    (local.set $first (local.tee $last (struct.new $node (ref.null $node) (i64.const 0))))
    (loop $again
      (local.set $node (struct.new $node (ref.null $node) (i64.const 0)))
      (struct.set $node $next (local.get $last) (local.get $node))
      (local.set $last (local.get $node))
      (if (i32.eqz (local.get $length))
        (then (local.set $first (struct.get $node $next (local.get $first))))
        (else (local.set $length (i32.sub (local.get $length) (i32.const 1)))))
      (br_if $again (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))))`;

test("a queue's old garbage does not make every object grow old: full collections take the place of young ones", async () => {
  const store = await createStore({ threads: 0, heap: { maximum: 128 << 20 } });
  try {
    const { instance } = await store.WebAssembly.instantiate(queue);
    const count = 4_000_000;
    (instance.exports as unknown as { pass(length: number, count: number): void }).pass(10_000, count);
    expect(store.heap.fullCollections).toBeGreaterThan(0);
    expect(store.heap.markedObjects).toBeLessThan(count / 4);
    expect(store.heap.verify()).toBe(0);
  } finally {
    await store.close();
  }
});
