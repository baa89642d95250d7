import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { type FeatureName, featureSet } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { I8, I32, refAbstract, refDefined } from "../../../../core/types/types.ts";
import { custom, moduleOf, section } from "./bytes.ts";

const decode = (...sections: readonly (readonly number[])[]) => decodeModule(moduleOf(...sections));

function errorOf(bytes: Uint8Array): CompileError {
  try {
    decodeModule(bytes);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  return expect.fail("the module was decoded");
}

describe("types", () => {
  test("all forms of a definition are decoded, with their clauses in order", () => {
    const bytes = section(
      1,
      ...[3, 0x60, 1, 0x7f, 1, 0x64, 0x62, 0x01],
      ...[0x4e, 2, 0x50, 0, 0x65, 0x4d, 2, 0x5f, 1, 0x78, 1, 0x4f, 1, 1, 0x65, 0x4c, 1, 0x5e, 0x63, 0x65, 0x6e, 0],
      ...[0x5d, 0],
    );
    const { types, recGroups } = decode(bytes);
    expect(recGroups.map(({ start, types: members }) => [start, members.length])).toEqual([
      [0, 1],
      [1, 2],
      [3, 1],
    ]);
    expect(types).toEqual([
      {
        final: true,
        supertypes: [],
        shared: false,
        descriptor: undefined,
        describes: undefined,
        composite: { kind: "func", params: [I32], results: [refDefined(1, false, true)] },
      },
      {
        final: false,
        supertypes: [],
        shared: true,
        descriptor: 2,
        describes: undefined,
        composite: { kind: "struct", fields: [{ storage: I8, mutable: true }] },
      },
      {
        final: true,
        supertypes: [1],
        shared: true,
        descriptor: undefined,
        describes: 1,
        composite: { kind: "array", element: { storage: refAbstract(0x6e, true, true), mutable: false } },
      },
      {
        final: true,
        supertypes: [],
        shared: false,
        descriptor: undefined,
        describes: undefined,
        composite: { kind: "cont", func: 0 },
      },
    ]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
  });

  test("a type index that no module can have is an unknown type", () => {
    const error = errorOf(moduleOf(section(1, 1, 0x60, 1, 0x63, 0x80, 0x80, 0x80, 0x80, 0x08, 0)));
    expect(error.rule).toBe("unknown type 2147483648");
    expect(error.malformed).toBe(false);
  });

  test.each<[FeatureName, number[]]>([
    ["gc", [1, 0x5f, 0]],
    ["gc", [1, 0x4e, 0]],
    ["gc", [1, 0x50, 0, 0x60, 0, 0]],
    ["shared-everything-threads", [1, 0x65, 0x60, 0, 0]],
    ["custom-descriptors", [1, 0x4d, 0, 0x5f, 0]],
    ["stack-switching", [1, 0x5d, 0]],
    ["multi-value", [1, 0x60, 0, 2, 0x7f, 0x7f]],
    ["simd", [1, 0x60, 1, 0x7b, 0]],
    ["reference-types", [1, 0x60, 1, 0x70, 0]],
    ["exceptions", [1, 0x60, 1, 0x69, 0]],
  ])("without %s its types are refused by its name", (feature, contents) => {
    const bytes = moduleOf(section(1, ...contents));
    expect(() => decodeModule(bytes)).not.toThrow();
    expect(() => decodeModule(bytes, featureSet([], [feature]))).toThrow(`: the feature ${feature} is off`);
  });
});

describe("limits and flags", () => {
  test("memories of every form are decoded and encoded", () => {
    const bytes = section(5, 4, 0x00, 1, 0x07, 1, 2, 0x08, 1, 0, 0x31, 1, 2, 3, 4);
    const { memories } = decode(bytes);
    expect(memories.map(({ type }) => type)).toEqual([
      { minimum: 1n, maximum: undefined, shared: false, is64: false, pageSizeLog2: 16 },
      { minimum: 1n, maximum: 2n, shared: true, is64: true, pageSizeLog2: 16 },
      { minimum: 1n, maximum: undefined, shared: false, is64: false, pageSizeLog2: 0 },
      {
        minimum: 1n,
        maximum: 2n,
        shared: false,
        is64: false,
        pageSizeLog2: 16,
        virtual: true,
        protection: { noAccess: 3, readOnly: 4 },
      },
    ]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
  });

  test("globals are constant or variable, unshared, shared or thread-local", () => {
    const entry = (flags: number): number[] => [0x7f, flags, 0x41, 0, 0x0b];
    const bytes = section(6, 4, ...entry(0), ...entry(3), ...entry(4), ...entry(5));
    const { globals } = decode(bytes);
    expect(globals.map(({ type }) => [type.mutable, type.shared, type.threadLocal])).toEqual([
      [false, false, false],
      [true, true, false],
      [false, false, true],
      [true, false, true],
    ]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
    expect(errorOf(moduleOf(section(6, 1, ...entry(6)))).rule).toBe("malformed mutability");
    expect(errorOf(moduleOf(section(6, 1, ...entry(8)))).rule).toBe("malformed mutability");
  });

  test("tables may have an initializer", () => {
    const bytes = section(4, 2, 0x70, 0, 1, 0x40, 0, 0x64, 0x70, 0, 1, 0xd2, 0, 0x0b);
    expect(decode(bytes).tables.map(({ init }) => init?.bytes.length)).toEqual([undefined, 3]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
  });
});

describe("imports", () => {
  test("exact function imports and all kinds are decoded and encoded", () => {
    const name = [1, 0x6d, 1, 0x6e];
    const bytes = section(
      2,
      6,
      ...[...name, 0, 0],
      ...[...name, 0x20, 0],
      ...[...name, 1, 0x70, 0, 1],
      ...[...name, 2, 0, 1],
      ...[...name, 3, 0x7f, 0],
      ...[...name, 4, 0, 0],
    );
    const { imports } = decode(bytes);
    expect(imports.map(({ type }) => type.kind)).toEqual(["func", "func", "table", "memory", "global", "tag"]);
    expect(imports.map(({ type }) => type.kind === "func" && type.exact)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
  });

  test("compact imports are decoded as what they stand for", () => {
    const { imports } = decode(
      section(
        2,
        2,
        ...[1, 0x6d, 0, 0x7f, 2, 1, 0x61, 0, 5, 1, 0x62, 3, 0x7f, 1],
        ...[1, 0x6e, 0, 0x7e, 0, 6, 2, 1, 0x63, 1, 0x64],
      ),
    );
    expect(imports.map(({ module, name, type }) => [module, name, type.kind])).toEqual([
      ["m", "a", "func"],
      ["m", "b", "global"],
      ["n", "c", "func"],
      ["n", "d", "func"],
    ]);
  });

  test("a compact import is a malformed import kind when the feature is off", () => {
    const bytes = moduleOf(section(2, 1, 1, 0x6d, 0, 0x7f, 0));
    expect(() => decodeModule(bytes, featureSet([], ["compact-imports"]))).toThrow(
      /malformed import kind: the feature compact-imports is off/,
    );
  });
});

describe("segments", () => {
  test("element segments of every form keep their form, shared ones included", () => {
    const end = 0x0b;
    const at = [0x41, 0, end];
    const item = [0xd2, 0, end];
    const bytes = section(
      9,
      9,
      ...[0, ...at, 1, 0],
      ...[1, 0, 1, 0],
      ...[2, 1, ...at, 0, 1, 0],
      ...[3, 0, 1, 0],
      ...[4, ...at, 1, ...item],
      ...[5, 0x70, 1, ...item],
      ...[6, 1, ...at, 0x70, 1, ...item],
      ...[7, 0x70, 1, ...item],
      ...[0x0d, 0x63, 0x65, 0x70, 1, ...item],
    );
    const { elements } = decode(bytes);
    expect(elements.map(({ mode }) => mode.kind).join(" ")).toBe(
      "active passive active declarative active passive active declarative passive",
    );
    expect(elements.map(({ shared }) => shared).lastIndexOf(true)).toBe(8);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
  });

  test("data segments of every form keep their form, shared ones included", () => {
    const bytes = section(11, 4, ...[0, 0x41, 0, 0x0b, 1, 9], ...[1, 1, 9], ...[2, 3, 0x41, 0, 0x0b, 0], ...[9, 1, 7]);
    const { data } = decode(bytes);
    expect(data.map(({ shared }) => shared)).toEqual([false, false, false, true]);
    expect([...encodeModule(decode(bytes))]).toEqual([...moduleOf(bytes)]);
    expect(errorOf(moduleOf(section(11, 1, 3, 0))).rule).toBe("malformed data segment kind");
  });
});

describe("custom sections", () => {
  test("go back to where they were", () => {
    const bytes = [
      custom("a", 1),
      section(1, 1, 0x60, 0, 0),
      custom("b", 2),
      custom("c"),
      section(5, 1, 0, 1),
      custom("d", 3),
    ];
    expect(decode(...bytes).customs.map(({ name, after }) => [name, after])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 1],
      ["d", 5],
    ]);
    expect([...encodeModule(decode(...bytes))]).toEqual([...moduleOf(...bytes)]);
  });

  test("names are read as far as they are well formed", () => {
    const { names } = decode(custom("name", 0, 2, 1, 0x6d, 1, 4, 1, 0, 1, 0x66, 2, 6, 1, 0, 1, 0, 1, 0x78, 1, 50));
    expect(names.module).toBe("m");
    expect(names.functions.get(0)).toBe("f");
    expect(names.locals.get(0)?.get(0)).toBe("x");
  });

  test("names are written where no section holds them", () => {
    const named = decode(custom("name", 0, 2, 1, 0x6d, 1, 4, 1, 0, 1, 0x66, 10, 6, 1, 0, 1, 0, 1, 0x78));
    const again = decodeModule(encodeModule({ ...named, customs: [] }));
    expect(again.names).toEqual(named.names);
  });
});

describe("errors", () => {
  const type = section(1, 1, 0x60, 0, 0);
  const func = section(3, 1, 0);

  test.each<[string, number, Uint8Array]>([
    ["unexpected end", 3, Uint8Array.of(0, 0x61, 0x73)],
    ["magic header not detected", 0, Uint8Array.of(0, 0x61, 0x73, 0x6e, 1, 0, 0, 0)],
    ["unknown binary version", 4, Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0)],
    ["malformed section id", 8, moduleOf([0x20, 0])],
    ["unexpected content after last section", 14, moduleOf(type, type)],
    ["length out of bounds", 9, moduleOf([1, 9, 0])],
    ["section size mismatch", 10, moduleOf([1, 2, 0, 0])],
    ["function and code section have inconsistent lengths", 16, moduleOf(type, func)],
    ["data count and data section have inconsistent lengths", 11, moduleOf([12, 1, 1])],
    ["malformed export kind", 12, moduleOf(section(7, 1, 0, 0x20, 0))],
    ["malformed import kind", 13, moduleOf(section(2, 1, 0, 0, 5, 0))],
    ["malformed elements segment kind", 11, moduleOf(section(9, 1, 0x10, 0))],
    ["malformed reference type", 11, moduleOf(section(4, 1, 0x7f, 0, 0))],
  ])("%s is found at offset %i", (rule, offset, bytes) => {
    const error = errorOf(bytes);
    expect([error.rule, error.offset]).toEqual([rule, offset]);
  });

  test("limits that hold for every module are enforced before anything is allocated", () => {
    const huge = [0xff, 0xff, 0xff, 0xff, 0x0f];
    const locals = section(10, 1, 8, 1, ...huge, 0x7f, 0x0b);
    expect(errorOf(moduleOf(type, func, locals)).code).toBe("implementation-limit");
    expect(errorOf(moduleOf(section(5, 101))).code).toBe("implementation-limit");
    expect(errorOf(moduleOf(section(1, ...huge))).code).toBe("implementation-limit");
    expect(errorOf(moduleOf(section(1, 1, 0x60, 0xe9, 0x07))).code).toBe("implementation-limit");
  });

  test("a body without its end is called what reading on would have found", () => {
    const body = section(10, 1, 2, 0, 0x01);
    expect(errorOf(moduleOf(type, func, body)).rule).toBe("unexpected end of section or function");
    expect(errorOf(moduleOf(type, func, body, [0x0b, 1, 0])).rule).toBe("section size mismatch");
  });
});
