/** A program whose snapshot, and whose trace of collections, DevTools open. */
import type { BrowserContext } from "playwright";
import { createStore } from "../../api/heddle.ts";
import { openSnapshot, openTrace } from "./devtools.ts";

const source = `(module
  (type $bytes (shared (array (mut i8))))
  (type $node (shared (struct (field $next (mut (ref null $node))) (field $data (ref null $bytes)))))
  (global $head (shared mut (ref null $node)) (ref.null $node))
  (func (export "push") (param i32)
    (global.set $head (struct.new $node (global.get $head) (array.new_default $bytes (local.get 0))))))`;

/**
 * Three nodes of a list, with data of 100, 1000 and 10000 bytes; the first one that DevTools find is the list's head.
 * Returns what they find wrong.
 */
export async function snapshotOpensInDevTools(
  context: BrowserContext,
): Promise<{ readonly isRight: boolean; readonly found: unknown }> {
  const store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(source);
  const { push } = instance.exports as unknown as { push(bytes: number): void };
  for (const bytes of [100, 1000, 10_000]) push(bytes);
  const found = await openSnapshot(context, store.heap.snapshot().join(""), "node");
  await store.close();
  const bytes = 112 + 1008 + 10_008;
  const expected = {
    total: bytes + 3 * 16,
    classes: { node: [3, 3 * 16, bytes + 3 * 16], bytes: [3, bytes, bytes] },
    retainers: ["head in (shared globals and tables)"],
    warnings: [],
  };
  const { classes } = found;
  const isRight =
    JSON.stringify({ ...found, classes: { node: classes["node"], bytes: classes["bytes"] } }) ===
    JSON.stringify(expected);
  return { isRight, found };
}

/** Ten full collections, each with its mark phase inside, on the one agent's track. */
export async function traceOpensInDevTools(
  context: BrowserContext,
): Promise<{ readonly isRight: boolean; readonly found: unknown }> {
  const store = await createStore({ threads: 0, heap: { maximum: 16 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(source);
  const { push } = instance.exports as unknown as { push(bytes: number): void };
  for (let i = 0; i < 10; i++) {
    for (let bytes = 0; bytes < 1000; bytes++) push(bytes);
    store.collect();
  }
  const found = await openTrace(context, JSON.stringify(store.heap.trace()));
  await store.close();
  const [thread, ...others] = found.threads;
  const fulls = thread?.entries.filter((name) => name === "full collection").length;
  const marks = thread?.entries.filter((name) => name === "mark").length;
  const isRight =
    thread?.name === "agent 0" && fulls === 10 && marks === 10 && others.length === 0 && found.warnings.length === 0;
  return { isRight, found };
}
