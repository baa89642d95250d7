/** What must hold of values on every host: in messages, and where the heap lies above 2 GB. */
import { openStore } from "../../api/composed-store.ts";
import type { Handle, Store } from "../../api/heddle.ts";
import type { Claim } from "./claims.ts";

const program = `(module
  (type $cell (shared (struct (field i32))))
  (type $box (struct (field externref)))
  (type $make (shared (func (param i32) (result (ref $cell)))))
  (type $get (shared (func (param (ref $cell)) (result i32))))
  (type $same (shared (func (param (ref null (shared extern))) (result (ref null (shared extern))))))
  (tag $tag (export "tag") (param externref))
  (global (export "global") (shared mut i32) (i32.const 5))
  (table (export "shared") shared 2 2 (ref null (shared any)))
  (table (export "table") 2 2 externref)
  (func (export "make") (type $make) (struct.new $cell (local.get 0)))
  (func (export "get") (type $get) (struct.get $cell 0 (local.get 0)))
  (func (export "same") (type $same) (local.get 0))
  (func (export "box") (param externref) (result (ref $box)) (struct.new $box (local.get 0)))
  (func (export "unbox") (param (ref $box)) (result externref) (struct.get $box 0 (local.get 0)))
  (func (export "any") (param anyref) (result anyref) (local.get 0))
  (func (export "throw") (param externref) (throw $tag (local.get 0))))`;

interface Program {
  readonly tag: InstanceType<Store["WebAssembly"]["Tag"]>;
  readonly global: object;
  readonly shared: object;
  readonly table: { get(index: number): unknown; set(index: number, value: unknown): void };
  make(value: number): object;
  get(cell: object): number;
  same(value: unknown): unknown;
  box(value: unknown): object;
  unbox(box: object): unknown;
  any(value: unknown): unknown;
  throw(value: unknown): void;
}

function expect(condition: boolean, what: string): void {
  if (!condition) throw new Error(`it does not hold: ${what}`);
}

/** What a call throws. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error(`nothing is thrown by ${call}`);
}

type StoreOptions = Parameters<typeof openStore>[0];

async function withProgram(
  options: StoreOptions,
  body: (store: Store, program: Program) => Promise<void>,
): Promise<void> {
  const store = await openStore({ heap: { maximum: 64 << 20 }, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(program);
    await body(store, instance.exports as unknown as Program);
    store.collect();
    expect(store.heap.verify() === 0, "the heap is sound");
  } finally {
    await store.close();
  }
}

/** One value of each kind that can be posted. */
function postable({ WebAssembly: namespace }: Store, exports: Program): Readonly<Record<string, object>> {
  const tag = new namespace.Tag({ parameters: ["i32"], shared: true });
  return {
    object: exports.make(1),
    exception: new namespace.Exception(tag, [9]),
    function: exports.get,
    global: exports.global,
    "thread-local global": new namespace.Global({ value: "i32", mutable: true, "thread-local": true }, 1),
    table: exports.shared,
    tag,
  };
}

async function receivesOnce(store: Store, exports: Program): Promise<void> {
  const { messages } = store;
  const values = postable(store, exports);
  const kinds = Object.keys(values);
  const isRefused = (handle: Handle): boolean => thrownBy(() => messages.receive(handle)) instanceof TypeError;
  for (const [kind, value] of Object.entries(values)) {
    const handle = structuredClone(messages.post(value));
    expect(Object.keys(handle).sort().join() === "heddle,kind,token", "a handle has no address");
    for (const other of kinds)
      expect(other === kind || isRefused({ ...handle, kind: other }), `a ${kind} is no ${other}`);
    expect(
      isRefused({ ...handle, token: `${handle.token.slice(0, 8)}${"0".repeat(24)}` }),
      `no made-up handle is a ${kind}`,
    );
    expect(messages.receive(handle) === value, `a ${kind} is received as itself`);
    const next = messages.post(exports.make(2));
    for (const other of kinds) expect(isRefused({ ...handle, kind: other }), `a ${kind} is received once`);
    store.discard(next);
    expect(
      isRefused(next) && thrownBy(() => store.discard(next)) instanceof TypeError,
      "what was discarded is not received",
    );
  }
}

async function holdsValues(store: Store, exports: Program): Promise<void> {
  const { messages, WebAssembly: namespace } = store;
  const value = { hello: 1 };
  exports.table.set(0, value);
  const cell = exports.make(7);
  const box = exports.box(value);
  const bound = new namespace.ThreadBoundData(value);
  const exception = new namespace.Exception(exports.tag, [value]);
  for (let i = 0; i < 10_000; i++) exports.make(i);
  store.collect();
  expect(exports.table.get(0) === value, "externref in a table");
  expect(exports.unbox(box) === value, "externref in a field");
  expect(exports.any(value) === value && exports.any(box) === box, "anyref");
  expect(bound.get() === value && exports.same(bound) === bound, "thread-bound data");
  expect(exception.getArg(exports.tag, 0) === value, "the payload of an exception");
  const thrown = thrownBy(() => exports.throw(value)) as typeof exception;
  expect(thrown.getArg(exports.tag, 0) === value, "the payload of a thrown exception");
  const queue = new namespace.WaitQueue();
  for (const shared of [cell, queue, bound])
    expect(messages.receive(messages.post(shared)) === shared, "what is posted and received");
  for (const shared of [cell, bound, "text", 0.5]) {
    expect(exports.same(shared) === shared, "a shared extern");
    expect((await store.spawn(exports.same, shared)) === shared, "a shared extern through a Worker");
  }
  expect((await store.spawn(exports.get, cell)) === 7, "an argument on a Worker");
}

export const valueClaims: readonly Claim[] = [
  [
    "a handle is received once, as what was posted, and nothing that was made up or kept leads to a value",
    () => withProgram({ threads: 0 }, receivesOnce),
  ],
  [
    "values of JS and the identity of objects hold where addresses are above 2 GB",
    () =>
      withProgram({ threads: 1, maximumThreads: 1, heap: { maximum: 64 << 20, lowestBlock: 2 ** 31 } }, holdsValues),
  ],
];
