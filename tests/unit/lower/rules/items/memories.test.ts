import { describe, expect, test } from "vitest";
import { exportsOf, openStore } from "./programs.fixture.ts";

type Run = (...values: (number | bigint)[]) => number;
type Program = Record<string, Run> & { readonly memory: WebAssembly.Memory };

const functions = (address: string): string => `
  (func (export "size") (result ${address}) (memory.size))
  (func (export "grow") (param ${address}) (result ${address}) (memory.grow (local.get 0)))
  (func (export "load") (param ${address}) (result i32) (i32.load8_u (local.get 0)))
  (func (export "load64") (param ${address}) (result i64) (i64.load offset=1 (local.get 0)))
  (func (export "store") (param ${address} i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "add") (param ${address} i32) (result i32) (i32.atomic.rmw8.add_u (local.get 0) (local.get 1)))
  (func (export "fill") (param ${address} i32 ${address}) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param ${address} ${address} ${address}) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param ${address} i32 i32) (memory.init $d (local.get 0) (local.get 1) (local.get 2)))`;
const outOfBounds = "out of bounds memory access";

describe("memories with pages of a byte", () => {
  const text = (limits: string): string =>
    `(module (memory (export "memory") ${limits} (pagesize 1)) (data $d "wxyz") ${functions("i32")})`;

  test("every access ends at the last byte, and the next byte is one more page", async () => {
    const { size, load, load64, store, grow } = await exportsOf<Program>(await openStore(), text("9 11"));
    expect(size!()).toBe(9);
    store!(8, 7);
    expect(load!(8)).toBe(7);
    expect(load64!(0)).toBe(0x0700000000000000n);
    expect(() => load!(9)).toThrow(outOfBounds);
    expect(() => load64!(1)).toThrow(outOfBounds);
    expect(() => load!(-1)).toThrow(outOfBounds);
    expect(grow!(2)).toBe(9);
    expect(load!(10)).toBe(0);
    expect(grow!(1)).toBe(-1);
    expect(grow!(-1)).toBe(-1);
    expect(size!()).toBe(11);
  });

  test("bulk operations and atomic accesses have the same bound", async () => {
    const { load, add, fill, copy, init } = await exportsOf<Program>(await openStore(), text("10 20 shared"));
    fill!(6, 5, 4);
    expect(add!(9, 1)).toBe(5);
    expect(load!(9)).toBe(6);
    for (const [bad, operands] of [
      [fill, [6, 5, 5]],
      [fill, [11, 5, 0]],
      [copy, [0, 7, 4]],
      [copy, [7, 0, 4]],
      [init, [7, 0, 4]],
      [add, [10, 1]],
    ] as const) {
      expect(() => bad!(...operands)).toThrow(outOfBounds);
    }
    init!(6, 0, 4);
    copy!(0, 8, 2);
    expect([load!(0), load!(1)]).toEqual([121, 122]);
  });

  test("grows beyond the pages of the host, and keeps what was there", async () => {
    const { size, load, store, grow, memory } = await exportsOf<Program>(await openStore(), text("65536"));
    store!(65535, 3);
    expect(memory.buffer.byteLength).toBe(65536);
    expect(grow!(1)).toBe(65536);
    expect(memory.buffer.byteLength).toBe(2 * 65536);
    store!(65536, 4);
    expect([load!(65535), load!(65536), size!()]).toEqual([3, 4, 65537]);
    expect(() => load!(65537)).toThrow(outOfBounds);
  });

  test("an importer sees the length, and may only ask for pages of the same size", async () => {
    const store = await openStore();
    const { memory, grow } = await exportsOf<Program>(store, text("3 5"));
    const importer = (limits: string): string =>
      `(module (memory (import "m" "memory") ${limits}) (data $d "") ${functions("i32")})`;
    const imported = await exportsOf<Program>(store, importer("2 5 (pagesize 1)"), { m: { memory } });
    expect(imported["size"]!()).toBe(3);
    grow!(1);
    expect(imported["size"]!()).toBe(4);
    expect(() => imported["load"]!(4)).toThrow(outOfBounds);
    for (const limits of ["0", "5 (pagesize 1)", "2 4 (pagesize 1)"]) {
      await expect(exportsOf(store, importer(limits), { m: { memory } })).rejects.toThrow("incompatible import type");
    }
  });
});

describe("64-bit memories made from 32-bit ones", () => {
  const text = `(module (memory (export "memory") i64 1 3) (data $d "wxyz") ${functions("i64")}
    (func (export "far") (param i64) (result i32) (i32.load8_u offset=0x100000000 (local.get 0))))`;

  test("have 64-bit sizes and addresses", async () => {
    const { size, grow, load, store, init, copy, fill } = await exportsOf<Program>(
      await openStore({ memory64: "lowered" }),
      text,
    );
    expect(size!()).toBe(1n);
    expect(grow!(1n)).toBe(1n);
    expect(grow!(2n)).toBe(-1n);
    expect(grow!(1n << 32n)).toBe(-1n);
    store!(70000n, 9);
    expect(load!(70000n)).toBe(9);
    init!(0n, 0, 4);
    copy!(4n, 0n, 4n);
    fill!(0n, 1, 2n);
    expect([0n, 1n, 2n, 4n, 7n].map((at) => load!(at))).toEqual([1, 1, 121, 119, 122]);
  });

  test("trap on what only a 64-bit memory would have", async () => {
    const { load, far, fill, copy } = await exportsOf<Program>(await openStore({ memory64: "lowered" }), text);
    expect(() => load!(1n << 32n)).toThrow(outOfBounds);
    expect(() => load!(-1n)).toThrow(outOfBounds);
    expect(() => far!(0n)).toThrow(outOfBounds);
    expect(() => fill!(1n << 32n, 0, 0n)).toThrow(outOfBounds);
    expect(() => copy!(0n, 0n, 1n << 40n)).toThrow(outOfBounds);
  });

  test("are no 32-bit memories to an importer", async () => {
    const store = await openStore({ memory64: "lowered" });
    const { memory } = await exportsOf<Program>(store, text);
    const importer = (address: string): string => `(module (memory (import "m" "memory") ${address} 1))`;
    await expect(exportsOf(store, importer("i64"), { m: { memory } })).resolves.toBeDefined();
    await expect(exportsOf(store, importer("i32"), { m: { memory } })).rejects.toThrow("incompatible import type");
  });
});
