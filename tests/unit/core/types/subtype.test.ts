import { describe, expect, test } from "vitest";
import { difference, isSubtype, topOf } from "../../../../core/types/subtype.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import {
  AbstractHeap,
  type AbstractHeapName,
  BOT,
  BOT_REF,
  I32,
  I64,
  refAbstract,
  refDefined,
  refUnknownShare,
  V128,
  type ValType,
  withNull,
} from "../../../../core/types/types.ts";
import { array, cont, field, final, func, struct, sub, typeModule } from "./types.fixture.ts";

const store = new TypeStore();
const [top, middle, leaf, other, list, fn, continuation, sharedStruct] = store.canonicalize(
  typeModule(
    [sub(struct())],
    [sub(struct(field(I32)), 0)],
    [final(struct(field(I32), field(I64)), { supertypes: [1] })],
    [sub(struct(field(I64)), 0)],
    [final(array(field(I32)))],
    [final(func([]))],
    [final(cont(5))],
    [final(struct(), { shared: true })],
  ),
) as unknown as number[] as [number, number, number, number, number, number, number, number];

const below = (a: ValType, b: ValType): boolean => isSubtype(store, a, b);
const heap = (name: AbstractHeapName, shared = false): ValType => refAbstract(AbstractHeap[name], false, shared);
const ref = (id: number, exact = false): ValType => refDefined(id, false, exact);

/** What is strictly above each abstract heap type. */
const above: Readonly<Record<AbstractHeapName, readonly AbstractHeapName[]>> = {
  any: [],
  eq: ["any"],
  i31: ["eq", "any"],
  struct: ["eq", "any"],
  array: ["eq", "any"],
  none: ["i31", "struct", "array", "eq", "any"],
  func: [],
  nofunc: ["func"],
  extern: [],
  noextern: ["extern"],
  exn: [],
  noexn: ["exn"],
  cont: [],
  nocont: ["cont"],
  waitqueue: [],
  nowaitqueue: ["waitqueue"],
};
const names = Object.keys(above) as AbstractHeapName[];

describe("abstract heap types", () => {
  test.each(names)("%s is below itself and what its hierarchy puts above it, and nothing else", (name) => {
    for (const other of names) {
      const expected = name === other || above[name].includes(other);
      expect(below(heap(name), heap(other)), `${name} <: ${other}`).toBe(expected);
      expect(below(heap(name, true), heap(other, true)), `(shared ${name}) <: (shared ${other})`).toBe(expected);
      expect(below(heap(name, true), heap(other)), `(shared ${name}) <: ${other}`).toBe(false);
      expect(below(heap(name), heap(other, true)), `${name} <: (shared ${other})`).toBe(false);
    }
  });

  test("a heap type of unknown sharedness is below both, and neither is below it", () => {
    const unknown = refUnknownShare(AbstractHeap.any);
    expect(below(unknown, heap("any"))).toBe(true);
    expect(below(unknown, heap("any", true))).toBe(true);
    expect(below(unknown, heap("eq"))).toBe(false);
    expect(below(heap("any"), unknown)).toBe(false);
    expect(below(refUnknownShare(AbstractHeap.none), ref(leaf))).toBe(true);
    expect(below(refUnknownShare(AbstractHeap.none), ref(sharedStruct))).toBe(true);
  });
});

describe("defined types", () => {
  test("are below their declared supertypes", () => {
    expect(below(ref(leaf), ref(middle))).toBe(true);
    expect(below(ref(leaf), ref(top))).toBe(true);
    expect(below(ref(top), ref(leaf))).toBe(false);
    expect(below(ref(leaf), ref(other))).toBe(false);
    expect(below(ref(other), ref(middle))).toBe(false);
  });

  test("are below the abstract types of their kind", () => {
    for (const [id, supertypes] of [
      [leaf, ["struct", "eq", "any"]],
      [list, ["array", "eq", "any"]],
      [fn, ["func"]],
      [continuation, ["cont"]],
    ] as const) {
      for (const name of names) {
        expect(below(ref(id), heap(name)), name).toBe((supertypes as readonly string[]).includes(name));
        expect(below(ref(id), heap(name, true)), name).toBe(false);
      }
    }
  });

  test("are above the bottom of their hierarchy only", () => {
    for (const [id, bottom] of [
      [leaf, "none"],
      [list, "none"],
      [fn, "nofunc"],
      [continuation, "nocont"],
    ] as const) {
      for (const name of names) {
        expect(below(heap(name), ref(id)), name).toBe(name === bottom);
        expect(below(heap(name), ref(id, true)), name).toBe(name === bottom);
      }
    }
  });

  test("keep to their sharedness", () => {
    expect(below(ref(sharedStruct), heap("struct", true))).toBe(true);
    expect(below(ref(sharedStruct), heap("struct"))).toBe(false);
    expect(below(heap("none", true), ref(sharedStruct))).toBe(true);
    expect(below(heap("none"), ref(sharedStruct))).toBe(false);
  });
});

describe("exact types", () => {
  test("are below their base type and what is above that", () => {
    expect(below(ref(leaf, true), ref(leaf))).toBe(true);
    expect(below(ref(leaf, true), ref(top))).toBe(true);
    expect(below(ref(leaf, true), heap("struct"))).toBe(true);
  });

  test("have no subtypes but themselves and bottoms", () => {
    expect(below(ref(middle, true), ref(middle, true))).toBe(true);
    expect(below(ref(middle), ref(middle, true))).toBe(false);
    expect(below(ref(leaf, true), ref(middle, true))).toBe(false);
  });
});

describe("value types", () => {
  test("numbers and vectors are below themselves only", () => {
    const types = [I32, I64, V128, heap("any")];
    for (const a of types) for (const b of types) expect(below(a, b)).toBe(a === b);
  });

  test("a nullable reference is not below a non-null one", () => {
    expect(below(withNull(heap("eq")), heap("any"))).toBe(false);
    expect(below(heap("eq"), withNull(heap("any")))).toBe(true);
    expect(below(withNull(ref(leaf)), withNull(ref(top)))).toBe(true);
  });

  test("the operand of unreachable code is below everything, a reference of it below every reference", () => {
    for (const type of [I32, V128, heap("func"), ref(leaf, true), withNull(heap("exn", true))])
      expect(below(BOT, type)).toBe(true);
    expect(below(BOT_REF, I32)).toBe(false);
    expect(below(BOT_REF, ref(leaf, true))).toBe(true);
    expect(below(BOT_REF, heap("extern", true))).toBe(true);
    expect(below(heap("none"), BOT_REF)).toBe(false);
    expect(below(ref(leaf), BOT_REF)).toBe(false);
  });
});

test("the top of a hierarchy keeps the sharedness", () => {
  expect(topOf(store, heap("none"))).toBe(withNull(heap("any")));
  expect(topOf(store, heap("noextern", true))).toBe(withNull(heap("extern", true)));
  expect(topOf(store, ref(fn))).toBe(withNull(heap("func")));
  expect(topOf(store, ref(sharedStruct))).toBe(withNull(heap("any", true)));
});

test("a type loses null to a nullable cast only", () => {
  expect(difference(withNull(heap("any")), withNull(heap("eq")))).toBe(heap("any"));
  expect(difference(withNull(heap("any")), heap("eq"))).toBe(withNull(heap("any")));
});
