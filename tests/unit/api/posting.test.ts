import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../api/composed-store.ts";
import type { Handle, Store, TagObject } from "../../../api/heddle.ts";
import { admit } from "../support/admit.ts";
import { heapVariants } from "../support/heap-variants.ts";
import { exportsOf, withStore } from "../support/programs.ts";

const program = `(module
  (type $cell (shared (struct (field $value i32))))
  (type $make (shared (func (param i32) (result (ref $cell)))))
  (type $get (shared (func (param (ref $cell)) (result i32))))
  (func (export "make") (type $make) (struct.new $cell (local.get 0)))
  (func (export "get") (type $get) (struct.get $cell $value (local.get 0)))
  (func (export "unshared"))
  (global (export "global") (shared mut i32) (i32.const 5))
  (table (export "table") shared 2 2 (ref null (shared any))))`;

interface Exports {
  make(value: number): object;
  get(cell: object): number;
  readonly unshared: object;
  readonly global: object;
  readonly table: object;
}

/** A value of each kind that can be posted. */
async function valuesOf(
  store: Store,
): Promise<{ readonly exports: Exports; readonly values: Readonly<Record<string, object>> }> {
  const exports = await exportsOf<Exports>(store, program);
  const { Exception, Global, Tag } = store.WebAssembly;
  const tag: TagObject = new Tag({ parameters: ["i32"], shared: true });
  const values = {
    object: exports.make(1),
    exception: new Exception(tag, [9]),
    function: exports.get,
    global: exports.global,
    "thread-local global": new Global({ value: "i32", mutable: true, "thread-local": true }, 1),
    table: exports.table,
    tag,
  };
  return { exports, values };
}

/** What a call throws; undefined where it throws nothing. */
function thrownBy(call: () => unknown): { readonly code?: string; readonly name?: string } | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error as { readonly code?: string; readonly name?: string };
  }
}

const spent = { name: "TypeError", code: "spent-handle" };
const foreign = { name: "TypeError", code: "foreign-handle" };

const digits = (handle: Handle, change: (token: string) => string): Handle => ({
  ...handle,
  token: change(handle.token),
});

describe.each(heapVariants)("in a store $variant", ({ withStore: withVariant }) => {
  test("a handle is plain data of random digits, and is received once, as the value that was posted", () =>
    withVariant({ threads: 0 }, async (store) => {
      const { messages } = store;
      for (const [kind, value] of Object.entries((await valuesOf(store)).values)) {
        const handle = messages.post(value);
        expect(handle).toEqual({ heddle: expect.any(String), kind, token: expect.stringMatching(/^[0-9a-f]{32}$/) });
        const copy = structuredClone(handle);
        expect(messages.receive(copy)).toBe(value);
        for (const again of [handle, copy]) expect(thrownBy(() => messages.receive(again))).toMatchObject(spent);
      }
    }));

  test("a handle is received as what it is alone, and that it is not changes nothing", () =>
    withVariant({ threads: 0 }, async (store) => {
      const { messages } = store;
      const { values } = await valuesOf(store);
      for (const [kind, value] of Object.entries(values)) {
        const handle = messages.post(value);
        for (const other of Object.keys(values)) {
          if (other !== kind) expect(thrownBy(() => messages.receive({ ...handle, kind: other }))).toMatchObject(spent);
        }
        expect(messages.receive(handle)).toBe(value);
      }
    }));

  test("a handle that was received takes nothing from what is posted in its place", () =>
    withVariant({ threads: 0, heap: { maximum: 16 << 20, debug: true } }, async (store) => {
      const { messages } = store;
      const { exports, values } = await valuesOf(store);
      const old = Object.values(values).map((value) => messages.post(value));
      for (const handle of old) messages.receive(handle);
      const made = Array.from({ length: 20 }, (_, i) => exports.make(i));
      const handles = made.map((object) => messages.post(object));
      for (const handle of old) {
        for (const kind of Object.keys(values))
          expect(thrownBy(() => messages.receive({ ...handle, kind }))).toMatchObject(spent);
      }
      store.collect();
      for (const [i, handle] of handles.entries()) expect(messages.receive(handle)).toBe(made[i]);
      expect(store.heap.verify()).toBe(0);
    }));

  test("a handle keeps its object until it is received or discarded", () =>
    withVariant({ threads: 0, heap: { maximum: 16 << 20, debug: true } }, async (store) => {
      const { exports } = await valuesOf(store);
      const { messages } = store;
      // More than a chunk of them.
      const handles = Array.from({ length: 500 }, (_, i) => messages.post(exports.make(i)));
      store.collect();
      store.collect();
      for (const [i, handle] of handles.entries()) {
        if (i % 2 === 0) store.discard(handle);
        else expect(exports.get(messages.receive(handle) as object)).toBe(i);
      }
      for (const handle of handles) {
        expect(thrownBy(() => messages.receive(handle))).toMatchObject(spent);
        expect(thrownBy(() => store.discard(handle))).toMatchObject(spent);
      }
      expect(store.heap.verify()).toBe(0);
    }));
});

describe("what is no handle", () => {
  test("is a TypeError and changes nothing, whatever it is", () =>
    withStore({ threads: 0 }, async (store) => {
      const { messages } = store;
      const { exports } = await valuesOf(store);
      const object = exports.make(1);
      const handle = messages.post(object);
      const none = [
        undefined,
        null,
        5,
        "text",
        {},
        [],
        () => 1,
        { ...handle, heddle: "another" },
        { heddle: handle.heddle },
      ];
      const kinds = [undefined, null, 0, 1, "", "Object", ["object"], { toString: () => "object" }];
      const tokens = [
        undefined,
        null,
        0,
        Number.NaN,
        -1,
        2 ** 32,
        1e300,
        [handle.token],
        { toString: () => handle.token },
      ];
      const texts = [
        "",
        "0",
        `${handle.token}0`,
        handle.token.slice(1),
        ` ${handle.token}`,
        `${handle.token}\n`,
        "g".repeat(32),
      ];
      const made = [
        ...none,
        ...kinds.map((kind) => ({ ...handle, kind })),
        ...[...tokens, ...texts].map((token) => ({ ...handle, token })),
      ];
      for (const wrong of made as Handle[]) {
        expect(thrownBy(() => messages.receive(wrong))).toMatchObject(foreign);
        expect(thrownBy(() => store.discard(wrong))).toMatchObject(foreign);
      }
      const guesses = [
        digits(handle, (token) => `00000001${token.slice(8)}`),
        digits(handle, (token) => `ffffffff${token.slice(8)}`),
        digits(handle, (token) => token.slice(0, 8) + "0".repeat(24)),
        digits(handle, (token) => token.slice(0, 31) + (token.endsWith("0") ? "1" : "0")),
      ];
      for (const wrong of guesses) expect(thrownBy(() => messages.receive(wrong))).toMatchObject(spent);
      expect(messages.receive(handle)).toBe(object);
    }));

  test("is read once, and what its getters do or throw is the program's business", () =>
    withStore({ threads: 0 }, async (store) => {
      const { messages } = store;
      const { exports } = await valuesOf(store);
      const objects = [exports.make(1), exports.make(2)];
      const handle = messages.post(objects[0]);
      const other = messages.post(objects[1]);
      const thrown = new Error("mine");
      const throwing = Object.defineProperty({ ...handle }, "token", {
        get: () => {
          throw thrown;
        },
      });
      expect(thrownBy(() => messages.receive(throwing))).toBe(thrown);
      const reads: PropertyKey[] = [];
      const proxy = new Proxy(handle, {
        get: (target, key) => {
          reads.push(key);
          // Another handle is received in the middle of this one's being read.
          if (key === "kind") expect(messages.receive(other)).toBe(objects[1]);
          return Reflect.get(target, key) as unknown;
        },
      });
      expect(messages.receive(proxy)).toBe(objects[0]);
      expect(reads).toEqual(["heddle", "kind", "token"]);
    }));

  test("of this store is one of another store, and leaves both as they are", () =>
    withStore({ threads: 0 }, (store) =>
      withStore({ threads: 0 }, async (other) => {
        const object = (await valuesOf(store)).exports.make(1);
        const handle = store.messages.post(object);
        const mine = other.messages.post((await valuesOf(other)).exports.make(2));
        expect(thrownBy(() => other.messages.receive(handle))).toMatchObject(foreign);
        expect(thrownBy(() => other.messages.receive({ ...handle, heddle: mine.heddle }))).toMatchObject(spent);
        expect(store.messages.receive(handle)).toBe(object);
      }),
    ));
});

test("what other agents cannot have is not posted", () =>
  withStore({ threads: 0 }, async (store) => {
    const { messages, WebAssembly: namespace } = store;
    const { exports } = await valuesOf(store);
    const { f } = await exportsOf<{ f(): object }>(
      store,
      '(module (type $s (struct)) (func (export "f") (result (ref $s)) (struct.new $s)))',
    );
    const tag = new namespace.Tag({ parameters: [] });
    const values = [
      f,
      f(),
      exports.unshared,
      new namespace.Global({ value: "i32" }, 1),
      tag,
      new namespace.Exception(tag, []),
      {},
      1,
      "text",
      null,
    ];
    for (const value of values) {
      expect(messages.canPost(value)).toBe(false);
      expect(thrownBy(() => messages.post(value))).toMatchObject({ name: "TypeError", code: "not-shared" });
    }
  }));

test("100,000 posts that are discarded or received leave memory as it is", () =>
  withStore({ threads: 0 }, async (store) => {
    const { messages } = store;
    const { values } = await valuesOf(store);
    const each = Object.values(values);
    const round = (times: number): void => {
      for (let i = 0; i < times; i++) {
        const handle = messages.post(each[i % each.length]);
        if (i % 3 === 0) messages.receive(handle);
        else store.discard(handle);
      }
    };
    round(100);
    const { permanentBytes } = store.statistics().heap;
    const { handles } = internalsOf(store).agent.statistics();
    round(100_000);
    expect(store.statistics().heap.permanentBytes).toBe(permanentBytes);
    expect(internalsOf(store).agent.statistics().handles).toBe(handles);
  }));

test("handles outlive the Worker that posted them, and are discarded by whoever has them", () =>
  withStore({ threads: 0, maximumThreads: 1, heap: { maximum: 16 << 20, debug: true } }, async (store) => {
    const { messages } = store;
    const { exports, values } = await valuesOf(store);
    const { worker, service, agent } = await admit(store);
    const handles = Object.values(values).map((value) => messages.post(value));
    const theirs = await service.postAgain(handles);
    // Its own are taken, and its posts are discarded there; whose these are makes no difference.
    for (const handle of handles) expect(thrownBy(() => messages.receive(handle))).toMatchObject(spent);
    const discarded = messages.post(exports.make(3));
    expect(await service.discard(discarded)).toBe("discarded");
    expect(await service.discard(discarded)).toBe("spent-handle");
    await worker.terminate();
    while (store.workers.includes(agent)) await new Promise((resolve) => setTimeout(resolve, 1));
    store.collect();
    for (const [i, value] of Object.values(values).entries()) expect(messages.receive(theirs[i] as Handle)).toBe(value);
    expect(store.heap.verify()).toBe(0);
  }));

test("of two agents that receive copies of one handle at once, one gets the object", () =>
  withStore({ threads: 0, maximumThreads: 2 }, async (store) => {
    const { exports } = await valuesOf(store);
    const admitted = [await admit(store), await admit(store)];
    const handles = Array.from({ length: 500 }, (_, i) => store.messages.post(exports.make(i)));
    const counts = await Promise.all(admitted.map(({ service }) => service.receiveAll(handles)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(handles.length);
    for (const { worker } of admitted) await worker.terminate();
  }));
