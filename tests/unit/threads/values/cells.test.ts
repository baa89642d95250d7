import { describe, expect, test } from "vitest";
import { AbstractHeap } from "../../../../core/types/types.ts";
import { bytesOf, initializeCell, loadCell, readFinalCell, storeCell } from "../../../../threads/values/cells.ts";
import type { ValueKind } from "../../../../threads/values/kinds.ts";

const reference: ValueKind = {
  ...({ kind: "ref", hierarchy: "any", nullable: true, shared: true } as const),
  heap: AbstractHeap.any,
  record: 0,
  exact: false,
  depth: 0,
};
const values: readonly [ValueKind, readonly unknown[]][] = [
  [{ kind: "i32" }, [0, -1, 2 ** 31 - 1, -(2 ** 31)]],
  [{ kind: "i64" }, [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x1_0000_0002n]],
  [{ kind: "f32" }, [0, -0, 1.5, Math.fround(0.1), Number.NaN, Number.NEGATIVE_INFINITY]],
  [{ kind: "f64" }, [0, -0, 0.1, Number.MAX_VALUE, Number.NaN, Number.POSITIVE_INFINITY]],
  [reference, [-16, 64, 7]],
];

describe.each(values)("a cell of kind %o", (kind, all) => {
  const memory = (): { words: Int32Array<SharedArrayBuffer>; bytes: Uint8Array<SharedArrayBuffer> } => {
    const buffer = new SharedArrayBuffer(64);
    return { words: new Int32Array(buffer).fill(-1), bytes: new Uint8Array(buffer) };
  };

  test.each([4, 16])("keeps values at address %i, written and read alone or among threads", (address) => {
    for (const value of all) {
      for (const write of [initializeCell, storeCell]) {
        const cells = memory();
        write(cells, kind, address, value);
        expect(loadCell(cells, kind, address)).toBe(value);
        expect(readFinalCell(cells, kind, address)).toBe(value);
        const around = [...cells.words].filter((_, i) => i < address / 4 || i >= (address + bytesOf(kind)) / 4);
        expect(new Set(around)).toEqual(new Set([-1]));
      }
    }
  });
});
