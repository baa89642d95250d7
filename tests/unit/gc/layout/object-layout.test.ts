import { describe, expect, test } from "vitest";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { TypeStore } from "../../../../core/types/type-store.ts";
import { arrayBytes, arrayLayout, structLayout } from "../../../../gc/layout/object-layout.ts";

function layouts(text: string): { readonly types: TypeStore; readonly ids: Int32Array } {
  const types = new TypeStore();
  return { types, ids: types.canonicalize(parseModule(`(module ${text})`)) };
}
const idOf = (ids: Int32Array, index: number): number => ids[index] as number;

describe("struct layout", () => {
  test("larger fields come first, and smaller ones fill the gap before them", () => {
    const { types, ids } = layouts("(type (struct (field i8) (field i64) (field i32) (field i16)))");
    expect(structLayout(types, idOf(ids, 0))).toMatchObject({ size: 24, offsets: [18, 8, 4, 16], references: [] });
  });

  test("a struct of two references takes 16 bytes", () => {
    const { types, ids } = layouts("(type $t (struct (field (ref null $t)) (field (ref null $t))))");
    expect(structLayout(types, idOf(ids, 0))).toMatchObject({ size: 16, offsets: [4, 8], references: [4, 8] });
  });

  test("a subtype begins as its supertype does and may use the gaps there", () => {
    const { types, ids } = layouts(
      "(type $a (sub (struct (field i64)))) (type (sub $a (struct (field i64) (field i64) (field i32) (field anyref))))",
    );
    expect(structLayout(types, idOf(ids, 0))).toMatchObject({ size: 16, offsets: [8] });
    expect(structLayout(types, idOf(ids, 1))).toMatchObject({ size: 32, offsets: [8, 16, 4, 24], references: [24] });
  });

  test("fields do not overlap and are aligned, whatever their order", () => {
    const sizes = { i8: 1, i16: 2, i32: 4, f32: 4, i64: 8, f64: 8, v128: 16, anyref: 4, funcref: 4, externref: 4 };
    const names = Object.keys(sizes) as (keyof typeof sizes)[];
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return (seed >> 8) % n;
    };
    for (let round = 0; round < 200; round++) {
      const fields = Array.from({ length: random(12) }, () => names[random(names.length)] as keyof typeof sizes);
      const { types, ids } = layouts(`(type (struct ${fields.map((field) => `(field ${field})`).join(" ")}))`);
      const { offsets, size } = structLayout(types, idOf(ids, 0));
      const used = new Set<number>([0, 1, 2, 3]);
      for (const [i, field] of fields.entries()) {
        const offset = offsets[i] as number;
        expect(offset % Math.min(sizes[field], 8)).toBe(0);
        for (let byte = offset; byte < offset + sizes[field]; byte++) {
          expect(used.has(byte)).toBe(false);
          used.add(byte);
        }
        expect(offset + sizes[field]).toBeLessThanOrEqual(size);
      }
      expect(size % 8).toBe(0);
    }
  });

  test("function references are not followed by the collector, externs are, shared or not", () => {
    const { types, ids } = layouts(
      "(type (struct (field funcref) (field externref) (field i31ref))) (type (shared (struct (field (ref null (shared extern))))))",
    );
    expect(structLayout(types, idOf(ids, 0)).references).toEqual([8, 12]);
    expect(structLayout(types, idOf(ids, 1)).references).toEqual([4]);
  });
});

describe("array layout", () => {
  test("tells the size of elements and whether they are references", () => {
    const { types, ids } = layouts(
      "(type (array i16)) (type (array anyref)) (type (array v128)) (type (array funcref))",
    );
    expect([0, 1, 2, 3].map((i) => arrayLayout(types, idOf(ids, i)))).toEqual([
      { elementLog2: 1, references: false },
      { elementLog2: 2, references: true },
      { elementLog2: 4, references: false },
      { elementLog2: 2, references: false },
    ]);
  });

  test("the size of an array is a multiple of 8", () => {
    expect([arrayBytes(0, 0), arrayBytes(0, 1), arrayBytes(2, 3), arrayBytes(4, 1)]).toEqual([8, 16, 24, 24]);
  });
});
