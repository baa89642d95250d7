/**
 * The page's main thread as an agent among others that allocate: it may not block, and takes part in collections, and
 * runs its own, all the same.
 */
import { createStore, type Store } from "../../api/heddle.ts";

const source = `(module
  (type $node (shared (struct (field $next (ref null $node)) (field $value i32))))
  (type $build (shared (func (param i32) (result (ref null $node)))))
  (type $sum (shared (func (param (ref null $node)) (result i32))))
  (type $churn (shared (func (param i32) (result i32))))
  (func $build (export "build") (type $build) (param $count i32) (result (ref null $node))
    (local $list (ref null $node))
    (loop $next
      (local.set $list (struct.new $node (local.get $list) (local.get $count)))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $list))
  (func $sum (export "sum") (type $sum) (param $list (ref null $node)) (result i32)
    (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $list)))
        (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $next)))
    (local.get $sum))
  (func (export "churn") (type $churn) (param $lists i32) (result i32)
    (local $wrong i32)
    (loop $next
      (local.set $wrong (i32.add (local.get $wrong) (i32.ne (call $sum (call $build (i32.const 1000))) (i32.const 500500))))
      (br_if $next (local.tee $lists (i32.sub (local.get $lists) (i32.const 1)))))
    (local.get $wrong)))`;

interface Program {
  build(count: number): object;
  sum(list: object): number;
  churn(lists: number): number;
}

/** What was seen; all `wrong` are to be 0. */
export interface Collecting {
  readonly turns: number;
  /** Sums that were not what they had been, and those of the Workers. */
  readonly wrong: number;
  /** Collections that the main thread ran, and that others did, while all ran. */
  readonly own: number;
  readonly others: number;
  /** Others' collections that passed while the main thread was in the middle of calls: it stopped for them. */
  readonly stopped: number;
  /** What the heap's verifier found. */
  readonly verified: number;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

function collectionsOf(store: Store, isOwn: boolean): number {
  return store.heap.recentCollections().filter(({ agent }) => (agent === 0) === isOwn).length;
}

/**
 * The main thread holds lists from turn to turn, and allocates, while `threads` Workers allocate `lists` lists each.
 */
export async function collectTogether(threads: number, lists: number): Promise<Collecting> {
  const store = await createStore({ threads, heap: { maximum: 16 << 20, nurseryBytes: 1 << 18 } });
  try {
    const { instance } = await store.WebAssembly.instantiate(source);
    const { build, sum, churn } = instance.exports as unknown as Program;
    let running = threads;
    const workers = Array.from({ length: threads }, async () => {
      const wrong = await store.spawn(churn, lists);
      running--;
      return wrong;
    });
    const held: { readonly list: object; readonly expected: number }[] = [];
    let wrong = 0;
    let turns = 0;
    let stopped = 0;
    for (; running > 0; turns++) {
      // Between turns the main thread is in a safe region: nobody waits for it.
      await turn();
      const before = collectionsOf(store, false);
      const count = 1 + ((turns * 37) % 500);
      held.push({ list: build(count), expected: (count * (count + 1)) / 2 });
      if (held.length > 50) held.splice((turns * 7) % 50, 1);
      wrong += churn(20) + held.filter(({ list, expected }) => sum(list) !== expected).length;
      if (turns % 10 === 0) store.collect();
      stopped += collectionsOf(store, false) - before;
    }
    for (const found of await Promise.all(workers)) wrong += found;
    return {
      turns,
      wrong,
      stopped,
      own: collectionsOf(store, true),
      others: collectionsOf(store, false),
      verified: store.heap.verify(),
    };
  } finally {
    await store.close();
  }
}
