import { getHeapSnapshot } from "node:v8";
import { expect, test } from "vitest";
import { createStore, type Store } from "../../../../api/heddle.ts";
import { metaOf, readSnapshot, type SnapshotNode } from "../support/heap-snapshot.ts";

const source = `(module
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree)) (field $value i64)))
  (type $list (array (mut (ref null $tree))))
  (type $bytes (array (mut i8)))
  (type $pair (struct (field $bytes (ref null $bytes)) (field (ref null $list))))
  (type $point (shared (struct (field $x i32))))
  (global $kept (mut (ref null $list)) (ref.null $list))
  (global (export "the last") (mut (ref null $bytes)) (ref.null $bytes))
  (global $point (shared mut (ref null $point)) (ref.null $point))
  (table $trees 10 (ref null $tree))
  (table (export "boxes") 2 anyref)
  (tag $failed (param (ref null $tree)))
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
      (br_if $again (local.get $trees)))
    (global.set 1 (array.new_default $bytes (i32.const 100000)))
    (global.set $point (struct.new $point (i32.const 1)))
    (table.set $trees (i32.const 7) (call $grow (i32.const 1))))
  (func (export "hold") (result (ref struct))
    (struct.new $pair (array.new_default $bytes (i32.const 1000)) (ref.null $list)))
  (func (export "throw") (throw $failed (call $grow (i32.const 2)))))`;

interface Exports {
  fill(trees: number, depth: number): void;
  hold(): object;
  throw(): void;
  readonly boxes: WebAssembly.Table;
}

async function withProgram(test: (store: Store, program: Exports) => void | Promise<void>): Promise<void> {
  const store = await createStore({ threads: 1, heap: { maximum: 32 << 20 } });
  try {
    const { instance } = await store.WebAssembly.instantiate(source);
    await test(store, instance.exports as unknown as Exports);
  } finally {
    await store.close();
  }
}

const nodesOf = (store: Store): SnapshotNode[] => readSnapshot(store.heap.snapshot().join(""));

/** The edges of the first node with a name, as "property left -> tree". */
function edgesOf(nodes: readonly SnapshotNode[], name: string): string[] {
  const { edges } = nodes.find((node) => node.name === name)!;
  return edges.map((edge) => `${edge.type} ${edge.name} -> ${nodes[edge.to]!.name}`);
}

test("a snapshot means by its numbers what V8's own snapshots mean, and says more about nodes", async () => {
  let text = "";
  for await (const part of getHeapSnapshot()) {
    text += String(part);
    if (text.includes('"nodes"')) break;
  }
  const own = metaOf(`${text.slice(0, text.indexOf(',\n"nodes"'))}}`);
  await withProgram((store) => {
    const meta = metaOf(store.heap.snapshot().join(""));
    expect(meta.node_fields.filter((field) => field !== "trace_node_id")).toEqual(
      own.node_fields.filter((field) => field !== "trace_node_id"),
    );
    expect([meta.node_types[0], meta.edge_fields, meta.edge_types]).toEqual([
      own.node_types[0],
      own.edge_fields,
      own.edge_types,
    ]);
    expect([meta.sample_fields, meta.location_fields]).toEqual([own.sample_fields, own.location_fields]);
    expect([meta.trace_function_info_fields, meta.trace_node_fields]).toEqual([
      own.trace_function_info_fields,
      own.trace_node_fields,
    ]);
    expect(meta.node_types).toHaveLength(meta.node_fields.length);
  });
});

test("a snapshot has every object with its type's name, its size, and its fields or elements", () =>
  withProgram((store, program) => {
    program.fill(100, 5);
    const held = program.hold();
    const nodes = nodesOf(store);
    expect(nodes[0]).toMatchObject({ type: "synthetic", name: "(roots)" });
    const list = nodes.find(({ name }) => name === "list")!;
    expect([list.type, list.size, list.edges.length]).toEqual(["object", 408, 100]);
    expect(list.edges.map(({ type, name }) => [type, name])).toEqual(
      Array.from({ length: 100 }, (_, i) => ["element", i]),
    );
    const tree = nodes[list.edges[0]!.to]!;
    expect(tree).toMatchObject({ type: "object", name: "tree", size: 24 });
    expect(tree.edges.map(({ type, name, to }) => [type, name, nodes[to]!.name])).toEqual([
      ["property", "left", "tree"],
      ["property", "right", "tree"],
    ]);
    expect(edgesOf(nodes, "pair")).toEqual(["property bytes -> bytes"]);
    expect(nodes.filter(({ name }) => name === "tree")).toHaveLength(3101);
    expect(held).toBeDefined();
  }));

test("a snapshot names what keeps an object: globals, elements of tables, JavaScript", () =>
  withProgram((store, program) => {
    program.fill(1, 1);
    const held = program.hold();
    program.boxes.set(1, "anything");
    const nodes = nodesOf(store);
    expect(edgesOf(nodes, "(shared globals and tables)")).toEqual(["property point -> point"]);
    expect(edgesOf(nodes, "(agent 0: globals and tables)")).toEqual([
      "property kept -> list",
      "property the last -> bytes",
    ]);
    expect(edgesOf(nodes, "(table trees)")).toEqual(["element 7 -> tree"]);
    expect(edgesOf(nodes, "(table boxes)")).toEqual(["element 1 -> (JavaScript value)"]);
    expect(edgesOf(nodes, "(agent 0: held by JavaScript)")).toEqual(["element 0 -> pair"]);
    expect(held).toBeDefined();
  }));

test("an object has the same id in later snapshots, and snapshots of the same heap are equal", () =>
  withProgram((store, program) => {
    program.fill(10, 3);
    const before = store.heap.snapshot().join("");
    expect(store.heap.snapshot().join("")).toBe(before);
    const ids = new Set(readSnapshot(before).map(({ id }) => id));
    const later = program.hold();
    store.collect();
    const fresh = nodesOf(store).filter(({ type, id }) => type === "object" && !ids.has(id));
    expect(fresh.map(({ name }) => name).sort()).toEqual(["bytes", "pair"]);
    expect(later).toBeDefined();
  }));

test("a snapshot has values of JS, exceptions, strings, wait queues and thread-bound data", () =>
  withProgram((store, program) => {
    const { Global, ThreadBoundData, WaitQueue } = store.WebAssembly;
    program.boxes.set(0, { any: "thing" });
    const text = new Global({ value: "externref", shared: true } as WebAssembly.GlobalDescriptor, "a string");
    const number = new Global({ value: "externref", shared: true } as WebAssembly.GlobalDescriptor, 0.5);
    // As long as one may be, with what JSON must escape.
    const long = new Global(
      { value: "externref", shared: true } as WebAssembly.GlobalDescriptor,
      "]\ud800\n".repeat(1000),
    );
    const others = [new ThreadBoundData({}), new WaitQueue(), long];
    const nodes = nodesOf(store);
    expect(nodes.find(({ name }) => name === "a string")).toMatchObject({ type: "string", size: 8 });
    expect(edgesOf(nodes, "a string")).toEqual(["internal characters -> (characters)"]);
    expect(nodes.find(({ type, name }) => type === "string" && name.startsWith("]\ud800\n"))?.name).toHaveLength(1003);
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of ["JavaScript value", "characters", "number", "thread-bound data", "wait queue"]) {
      expect(names).toContain(`(${name})`);
    }
    expect([text.value, number.value, others.length]).toEqual(["a string", 0.5, 3]);
    let caught: unknown;
    try {
      program.throw();
    } catch (error) {
      caught = error;
    }
    expect(edgesOf(nodesOf(store), "(exception)")).toHaveLength(1);
    expect(caught).toBeDefined();
  }));

test("a snapshot is whole while other threads allocate, and has what their stacks hold", async () => {
  const store = await createStore({ threads: 2, heap: { maximum: 32 << 20 } });
  const { instance } = await store.WebAssembly.instantiate(`(module
    (type $node (shared (struct (field $next (ref null $node)) (field i32))))
    (type $run (shared (func (result i32))))
    (global $stop (export "stop") (shared mut i32) (i32.const 0))
    (func (export "run") (type $run) (result i32)
      (local $list (ref null $node)) (local $i i32)
      (loop $again
        (local.set $i (i32.const 500))
        (local.set $list (ref.null $node))
        (loop $next
          (local.set $list (struct.new $node (local.get $list) (local.get $i)))
          (br_if $next (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
        (br_if $again (i32.eqz (global.atomic.get seqcst $stop))))
      (i32.const 0)))`);
  const { run, stop } = instance.exports as unknown as { run(): number; stop: WebAssembly.Global };
  const runs = [store.spawn(run), store.spawn(run)];
  while (store.heap.collections < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  for (let round = 0; round < 10; round++) {
    const stacks = nodesOf(store).filter(({ name }) => /^\(agent [12]: stack\)$/.test(name));
    // Both have stopped at a loop's end or an allocation, where they hold the list that they make, if it has begun.
    expect(stacks.length).toBeLessThanOrEqual(2);
    expect(store.heap.types().every(({ name }) => name === "node")).toBe(true);
  }
  stop.value = 1;
  expect(await Promise.all(runs)).toEqual([0, 0]);
  await store.close();
});

test("a snapshot of an empty heap is one, too", async () => {
  const store = await createStore({ threads: 0 });
  expect(nodesOf(store)).toMatchObject([{ name: "(roots)", edges: [] }]);
  await store.close();
});
