import { describe, expect, test } from "vitest";
import { LinkError } from "../../../../api/heddle.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

describe("instances on all agents", () => {
  test("shared functions call what their module imports from another, on any thread", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const library = await exportsOf<Record<string, () => void>>(
        store,
        `(module (type $f (shared (func (param i32) (result i32)))) (global $calls (export "calls") (shared mut i32) (i32.const 0))
          (func (export "twice") (type $f) (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (i32.mul (local.get 0) (i32.const 2))))`,
      );
      const { run } = await exportsOf<{ run(value: number): number }>(
        store,
        `(module (type $f (shared (func (param i32) (result i32)))) (import "lib" "twice" (func $twice (type $f)))
          (import "lib" "calls" (global $calls (shared mut i32)))
          (import "js" "log" (func $log (param i32)))
          (func (export "local") (param i32) (call $log (local.get 0)))
          (func (export "run") (type $f) (i32.add (call $twice (local.get 0)) (i32.mul (i32.const 100) (global.get $calls)))))`,
        { lib: library, js: { log: () => undefined } } as never,
      );
      expect(run(1)).toBe(102);
      expect(await store.spawn(run, 2)).toBe(204);
      expect((library["calls"] as unknown as { value: number }).value).toBe(2);
    });
  });

  test("function references and shared tables mean the same functions on every thread", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const { apply, fill, viaTable, square } = await exportsOf<Record<string, (...args: unknown[]) => unknown>>(
        store,
        `(module (rec (type $f (shared (func (param i32) (result i32)))))
          (type $apply (shared (func (param (ref $f) i32) (result i32)))) (type $via (shared (func (param i32 i32) (result i32))))
          (table $t (export "t") shared 3 3 (ref null $f))
          (elem declare func $square $negate)
          (func $square (export "square") (type $f) (i32.mul (local.get 0) (local.get 0)))
          (func $negate (type $f) (i32.sub (i32.const 0) (local.get 0)))
          (func (export "fill") (table.set $t (i32.const 0) (ref.func $square)) (table.set $t (i32.const 2) (ref.func $negate)))
          (func (export "apply") (type $apply) (call_ref $f (local.get 1) (local.get 0)))
          (func (export "viaTable") (type $via) (call_indirect $t (type $f) (local.get 1) (local.get 0))))`,
      );
      fill!();
      expect(await store.spawn(apply!, square, 7)).toBe(49);
      expect(await store.spawn(viaTable!, 0, 5)).toBe(25);
      expect(await store.spawn(viaTable!, 2, 5)).toBe(-5);
      await expect(store.spawn(viaTable!, 1, 5)).rejects.toMatchObject({ message: "uninitialized element" });
      await expect(store.spawn(viaTable!, 3, 5)).rejects.toMatchObject({ message: "undefined element" });
    });
  });

  test("each thread has thread-local globals of its own, with the same initial values", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { next } = await exportsOf<{ next(): number }>(
        store,
        `(module (type $next (shared (func (result i32)))) 
          (global $local (thread_local mut i32) (i32.const 0))
          (func (export "next") (type $next) (global.set $local (i32.add (global.get $local) (i32.const 1))) (global.get $local)))`,
      );
      expect([next(), next(), next()]).toEqual([1, 2, 3]);
      expect(await store.spawn(next)).toBe(1);
      expect(await store.spawn(next)).toBe(2);
      expect(next()).toBe(4);
    });
  });

  test("a start function may spawn threads that use its module", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { value } = await exportsOf<{ value(): number }>(
        store,
        `(module (type $start (shared (func (param i32)))) (type $value (shared (func (result i32))))
          (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
          (global $value (shared mut i32) (i32.const 0))
          (elem declare func $work)
          (func $work (type $start) (global.atomic.set $value (local.get 0)))
          (func $main (drop (call $spawn (ref.func $work) (i32.const 5))) (loop $wait (br_if $wait (i32.eqz (global.atomic.get $value)))))
          (start $main)
          (func (export "value") (type $value) (global.atomic.get $value)))`,
      );
      expect(value()).toBe(5);
    });
  });

  test("Workers that join later know what was instantiated before", async () => {
    await withStore({ threads: 0, maximumThreads: 1 }, async (store) => {
      const { make, read } = await exportsOf<{ make(): object; read(box: object): number }>(
        store,
        `(module (type $box (shared (struct (field i32)))) (type $make (shared (func (result (ref $box)))))
          (type $read (shared (func (param (ref $box)) (result i32))))
          (func (export "make") (type $make) (struct.new $box (i32.const 3)))
          (func (export "read") (type $read) (struct.get $box 0 (local.get 0))))`,
      );
      expect(store.statistics().threads).toBe(0);
      expect(read(await store.spawn(make))).toBe(3);
      expect(store.statistics().threads).toBe(1);
    });
  });

  test("a function of JS cannot stand for a shared function", async () => {
    await withStore({ threads: 0 }, async (store) => {
      const text = `(module (type $f (shared (func))) (import "m" "f" (func (type $f))))`;
      await expect(store.WebAssembly.instantiate(text, { m: { f: () => 1 } })).rejects.toBeInstanceOf(LinkError);
    });
  });
});

describe("store.run", () => {
  test("gives each run an instance of its own, as new", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const module = await store.WebAssembly.compile(
        `(module (memory 1) (table $t 2 funcref) (global $count (mut i32) (i32.const 5)) (type $v (func (result i32)))
          (global $box (mut anyref) (ref.null any)) (type $b (struct))
          (elem (i32.const 0) func $seven) (func $seven (result i32) (i32.const 7)) (func $eight (result i32) (i32.const 8)) (elem declare func $eight)
          (data "x")
          (func (export "next") (param i32) (result i32)
            (global.set $count (i32.add (global.get $count) (local.get 0)))
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (if (i32.eqz (ref.is_null (global.get $box))) (then (return (i32.const -1))))
            (global.set $box (struct.new $b))
            (if (i32.ne (call_indirect $t (type $v) (i32.const 0)) (i32.const 7)) (then (return (i32.const -2))))
            (table.set $t (i32.const 0) (ref.func $eight))
            (if (i32.ne (table.grow $t (ref.null func) (i32.const 3)) (i32.const 2)) (then (return (i32.const -3))))
            (data.drop 0)
            (i32.add (global.get $count) (i32.load (i32.const 0)))))`,
      );
      const results = await Promise.all([1, 2, 3, 4, 5, 6].map((value) => store.run(module, "next", [value])));
      expect(results).toEqual([7, 8, 9, 10, 11, 12]);
      await expect(store.run(module, "other")).rejects.toThrow(TypeError);
    });
  });

  test("run with string constants, which each agent makes for itself", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const module = await store.WebAssembly.compile(
        `(module (global (import "text" "hello") externref) (import "wasm:js-string" "length" (func $length (param externref) (result i32)))
          (func (export "length") (result i32) (call $length (global.get 0))))`,
        { builtins: ["js-string"], importedStringConstants: "text" },
      );
      expect(await store.run(module, "length")).toBe(5);
    });
  });

  test("hands shared memories and objects to the runs, and refuses what is not shared", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const memory = new store.WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const module = await store.WebAssembly.compile(
        `(module (import "m" "memory" (memory 1 1 shared))
          (func (export "add") (param i32) (loop $l (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))`,
      );
      const imports = { m: { memory } };
      await Promise.all([1, 2, 3].map(() => store.run(module, "add", [1000], imports)));
      expect(new Int32Array(memory.buffer)[2]).toBe(3000);
      const local = await store.WebAssembly.compile(
        `(module (import "m" "f" (func $f)) (func (export "run") (call $f)))`,
      );
      await expect(store.run(local, "run", [], { m: { f: () => 1 } })).rejects.toThrow(TypeError);
    });
  });

  // Race: a Worker may take a run's job between its look at the messages and the message that tells it of the imports.
  test("knows the imports of each run, however many there are", async () => {
    await withStore({ threads: 2 }, async (store) => {
      const module = await store.WebAssembly.compile(
        `(module (import "m" "memory" (memory 1 1 shared)) (func (export "read") (result i32) (i32.load (i32.const 0))))`,
      );
      const memory = new store.WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      new Int32Array(memory.buffer)[0] = 7;
      for (let i = 0; i < 2000; i++) expect(await store.run(module, "read", [], { m: { memory } })).toBe(7);
    });
  });

  test("refuses each kind of import whose values belong to a thread, and takes shared ones and tags of numbers", async () => {
    await withStore({ threads: 1 }, async (store) => {
      const { Global, Table, Tag, JSTag } = store.WebAssembly;
      const seven = (
        await exportsOf<{ seven(): number }>(store, '(module (func (export "seven") (result i32) (i32.const 7)))')
      ).seven;
      const run = async (imported: string, value: unknown): Promise<unknown> => {
        const module = await store.WebAssembly.compile(
          `(module (import "js" "value" (${imported})) (func (export "run") (result i32) (i32.const 1)))`,
        );
        return store.run(module, "run", [], { js: { value } } as never);
      };
      const own: [string, unknown][] = [
        ["table 1 externref", new Table({ element: "externref", initial: 1 })],
        ["func (result i32)", seven],
        ["func (result i32)", () => 7],
        ["global (mut i32)", new Global({ value: "i32", mutable: true })],
        ["tag (param externref)", new Tag({ parameters: ["externref"] })],
      ];
      for (const [type, value] of own) await expect(run(type, value)).rejects.toThrow("which are not shared");
      const crossing: [string, unknown][] = [
        [
          "table shared 1 1 (ref null (shared any))",
          new Table({ element: "anyref", initial: 1, maximum: 1, shared: true }),
        ],
        ["tag (param i32 i64)", new Tag({ parameters: ["i32", "i64"] })],
        ["tag (param externref)", JSTag],
      ];
      for (const [type, value] of crossing) expect(await run(type, value)).toBe(1);
    });
  });
});
