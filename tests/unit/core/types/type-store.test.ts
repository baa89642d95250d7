import { expect, test } from "vitest";
import { TypeStore } from "../../../../core/types/type-store.ts";
import { ANYREF, F64, I8, I32, I64, refDefined, type SubType } from "../../../../core/types/types.ts";
import { array, cont, field, final, func, struct, sub, typeModule } from "./types.fixture.ts";

const ref = (index: number) => refDefined(index, true);
const canonicalize = (store: TypeStore, ...groups: readonly (readonly SubType[])[]) => [
  ...store.canonicalize(typeModule(...groups)),
];

test("equal types of one module have one id", () => {
  expect(canonicalize(new TypeStore(), [final(func([I32]))], [final(func([I64]))], [final(func([I32]))])).toEqual([
    0, 1, 0,
  ]);
});

test("equal types of two modules have one id", () => {
  const store = new TypeStore();
  const first = canonicalize(store, [final(struct(field(I32)))], [final(func([ref(0)]))]);
  const second = canonicalize(store, [final(array(field(I8)))], [final(struct(field(I32)))], [final(func([ref(1)]))]);
  expect(second.slice(1)).toEqual(first);
  expect(store.size).toBe(3);
});

test("recursive groups of the same shape are equal wherever they stand", () => {
  const list = (index: number): SubType => final(struct(field(I32), field(ref(index))));
  const store = new TypeStore();
  expect(canonicalize(store, [list(0)], [list(1)])).toEqual([0, 0]);
  expect(canonicalize(store, [final(func([]))], [list(1)])).toEqual([1, 0]);
});

test("a recursive type differs from its own unrolling", () => {
  const store = new TypeStore();
  expect(canonicalize(store, [final(struct(field(ref(0))))], [final(struct(field(ref(0))))])).toEqual([0, 1]);
});

test("position in a group and size of a group are part of a type", () => {
  const store = new TypeStore();
  const pair = [final(func([])), final(struct())];
  const ids = canonicalize(store, pair, [final(func([]))], [final(struct())], [final(struct()), final(func([]))]);
  expect(new Set(ids).size).toBe(6);
});

test("mutability, finality, sharedness, exactness and nullability are parts of a type", () => {
  const variants: SubType[] = [
    final(struct(field(I32))),
    final(struct(field(I32, true))),
    sub(struct(field(I32))),
    final(struct(field(I32)), { shared: true }),
    final(struct(field(I32), field(I32))),
    final(struct(field(refDefined(0, true)))),
    final(struct(field(refDefined(0, false)))),
    final(struct(field(refDefined(0, false, true)))),
    final(struct(field(ANYREF))),
  ];
  const ids = canonicalize(new TypeStore(), ...variants.map((type) => [type]));
  expect(new Set(ids).size).toBe(variants.length);
});

test("descriptor clauses are parts of a type", () => {
  const described = [final(struct(field(I32)), { descriptor: 0 + 1 }), final(struct(field(I32)), { describes: 0 })];
  const plain = [final(struct(field(I32))), final(struct(field(I32)))];
  expect(canonicalize(new TypeStore(), described, plain)).toEqual([0, 1, 2, 3]);
});

test("indices inside a canonical type are ids", () => {
  const store = new TypeStore();
  store.canonicalize(typeModule([final(func([F64]))]));
  const ids = store.canonicalize(typeModule([final(struct())], [final(cont(2)), final(func([ref(0), ref(1)]))]));
  expect([...ids]).toEqual([1, 2, 3]);
  expect(store.type(2).composite).toEqual(cont(3));
  expect(store.type(3).composite).toEqual(func([ref(1), ref(2)]));
});

test("a display lists the supertypes from the root down", () => {
  const store = new TypeStore();
  store.canonicalize(
    typeModule([sub(struct())], [sub(struct(field(I32)), 0)], [sub(struct(field(I32), field(I64)), 1)]),
  );
  expect(store.display(2)).toEqual([0, 1, 2]);
  expect(store.depth(2)).toBe(2);
  expect(store.depth(0)).toBe(0);
});

test("an invalid group is not entered, and the store goes on", () => {
  const store = new TypeStore();
  const bad = typeModule([final(struct())], [sub(struct(), 0)]);
  expect(() => store.canonicalize(bad)).toThrow("sub type 1 does not match super type 0: the super type is final");
  expect(store.size).toBe(1);
  expect(canonicalize(store, [sub(struct())], [sub(struct(field(I32)), 0)])).toEqual([1, 2]);
});

const refused: readonly (readonly [string, string, ...groups: (readonly SubType[])[]])[] = [
  ["a reference behind the group", "unknown type 1", [final(func([ref(1)]))], [final(func([]))]],
  ["a supertype that comes later", "unknown type 1", [sub(struct(), 1), sub(struct())]],
  ["a supertype of another kind", "sub type 1 does not match super type 0", [sub(struct())], [sub(func([]), 0)]],
  [
    "a supertype with more fields",
    "sub type 1 does not match super type 0",
    [sub(struct(field(I32)))],
    [sub(struct(), 0)],
  ],
  [
    "a mutable field that varies",
    "sub type 1 does not match super type 0",
    [sub(struct(field(ANYREF, true)))],
    [sub(struct(field(ref(1), true)), 0)],
  ],
  [
    "a shared type below an unshared one",
    "sub type 1 does not match super type 0",
    [sub(struct())],
    [sub(struct(), 0, { shared: true })],
  ],
  [
    "an unshared field in a shared type",
    "shared composite type must contain shared types",
    [final(struct(field(ANYREF)), { shared: true })],
  ],
  ["a continuation of a structure", "non-function type 0", [final(struct())], [final(cont(0))]],
  [
    "a descriptor outside the group",
    "descriptor type is outside rec group",
    [final(struct(), { descriptor: 1 })],
    [final(struct(), { describes: 0 })],
  ],
  ["a type that describes itself", "forward use of described type", [final(struct(), { describes: 0, descriptor: 0 })]],
  [
    "a descriptor of an array",
    "descriptor type must be a struct",
    [final(array(field(I8)), { descriptor: 1 }), final(struct(), { describes: 0 })],
  ],
  [
    "a descriptor with another sharedness",
    "descriptor type 1 does not match",
    [final(struct(), { descriptor: 1, shared: true }), final(struct(), { describes: 0 })],
  ],
];
for (const [what, message, ...groups] of refused) {
  test(`${what} is refused`, () => {
    expect(() => new TypeStore().canonicalize(typeModule(...groups))).toThrow(message);
  });
}

test("64 levels of subtyping are refused, 63 supertypes are not", () => {
  const chain = (length: number) => Array.from({ length }, (_, i) => [sub(struct(), i === 0 ? undefined : i - 1)]);
  expect(() => new TypeStore().canonicalize(typeModule(...chain(65)))).toThrow("64 supertypes");
  expect(new TypeStore().canonicalize(typeModule(...chain(64))).length).toBe(64);
});

test("10,000 types are entered in well under a second, and a second time too", () => {
  const groups = Array.from({ length: 10_000 }, (_, i) => [final(struct(field(I32), field(ref(Math.max(0, i - 1)))))]);
  const module = typeModule(...groups);
  const store = new TypeStore();
  const start = performance.now();
  store.canonicalize(module);
  const size = store.size;
  store.canonicalize(module);
  expect(performance.now() - start).toBeLessThan(1000);
  expect(store.size).toBe(size);
});

test("a group of 100,000 types needs no host stack", () => {
  const types = Array.from({ length: 100_000 }, (_, i) => final(struct(field(ref((i + 1) % 100_000)))));
  const store = new TypeStore();
  store.canonicalize(typeModule(types));
  expect(store.size).toBe(100_000);
});
