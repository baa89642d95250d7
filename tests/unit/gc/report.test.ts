import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../../threads/runtime.ts";
import { createStore } from "../../../threads/runtime.ts";

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

/** A snapshot as DevTools reads it. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: {
      readonly node_fields: string[];
      readonly edge_fields: string[];
      readonly node_types: [string[]];
      readonly edge_types: [string[]];
    };
    readonly node_count: number;
    readonly edge_count: number;
  };
  readonly nodes: readonly number[];
  readonly edges: readonly number[];
  readonly strings: readonly string[];
}

interface Node {
  readonly type: string;
  readonly name: string;
  readonly id: number;
  readonly size: number;
  readonly edges: readonly { readonly type: string; readonly name: string | number; readonly to: number }[];
}

/** Reads a snapshot strictly: each edge leads to a node's first number, and all lists end where they should. */
function readSnapshot(text: string): Node[] {
  const { snapshot, nodes, edges, strings } = JSON.parse(text) as Snapshot;
  const { node_fields: fields, node_types: types, edge_types: edgeTypes } = snapshot.meta;
  const width = fields.length;
  expect([nodes.length, edges.length]).toEqual([snapshot.node_count * width, snapshot.edge_count * snapshot.meta.edge_fields.length]);
  let edge = 0;
  const result: Node[] = [];
  for (let at = 0; at < nodes.length; at += width) {
    const [type, name, id, size, count] = nodes.slice(at, at + 5) as [number, number, number, number, number];
    const own: Node["edges"][number][] = [];
    for (let i = 0; i < count; i++, edge += 3) {
      const [kind, label, to] = edges.slice(edge, edge + 3) as [number, number, number];
      expect(to % width).toBe(0);
      const edgeType = edgeTypes[0][kind]!;
      own.push({ type: edgeType, name: edgeType === "element" ? label : strings[label]!, to: to / width });
    }
    result.push({ type: types[0][type]!, name: strings[name]!, id, size, edges: own });
  }
  expect(edge).toBe(edges.length);
  return result;
}

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

  test("writes snapshots in which every node has its name, size and edges", () => {
    const nodes = readSnapshot(store.heap.snapshot().join(""));
    expect(nodes[0]).toMatchObject({ type: "synthetic", name: "(roots)" });
    expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
    const list = nodes.find(({ name }) => name === "list")!;
    expect([list.type, list.size, list.edges.length]).toEqual(["object", 408, 100]);
    expect(list.edges.map(({ name }) => name)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    const tree = nodes[list.edges[0]!.to]!;
    expect(tree).toMatchObject({ type: "object", name: "tree", size: 24 });
    expect(tree.edges.map(({ type, name }) => [type, name])).toEqual([
      ["property", "left"],
      ["property", "right"],
    ]);
    const holder = nodes.find(({ name }) => name === "(agent 0: held by JavaScript)")!;
    const object = nodes[holder.edges[0]!.to]!;
    expect(object.edges.map(({ name, to }) => [name, nodes[to]!.name])).toEqual([["0", "bytes"]]);
    // Everything hangs on the roots.
    const reached = new Set([0]);
    for (const node of reached) for (const { to } of nodes[node]!.edges) reached.add(to);
    expect(reached.size).toBe(nodes.length);
    expect(store.heap.snapshot().join("")).toBe(store.heap.snapshot().join(""));
  });

  test("has the collections as trace events, each within the one around it", () => {
    store.collect();
    store.collect();
    const { traceEvents } = store.heap.trace();
    const complete = traceEvents.filter(({ ph }) => ph === "X");
    expect(complete.map(({ name }) => name)).toEqual([
      "full collection",
      "stop",
      "mark",
      "sweep",
      "full collection",
      "stop",
      "mark",
      "sweep",
    ]);
    const [whole, ...parts] = complete.slice(0, 4) as [(typeof complete)[0], ...typeof complete];
    for (const part of parts) {
      expect(part.ts!).toBeGreaterThanOrEqual(whole.ts!);
      expect(part.ts! + part.dur!).toBeLessThanOrEqual(whole.ts! + whole.dur!);
    }
    expect(traceEvents.filter(({ ph }) => ph === "C")).toHaveLength(4);
  });

  test("tells what agents, blocks and pages are used for", () => {
    store.collect();
    const { heap } = store;
    // The only agent that a store can have stays a mutator (threads/gate.ts).
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
