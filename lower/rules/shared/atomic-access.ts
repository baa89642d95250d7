/**
 * An atomic access to a word of memory: what the instruction does, by its name, as the host's instruction for the width of the storage.
 *
 * The host has sequentially consistent accesses only, which are right for weaker orders too. Fields lie at multiples of their size, so that no
 * access is unaligned.
 */

import type { Row } from "../../../core/ops/row.ts";
import { I8, I16, I64, type StorageType } from "../../../core/types/types.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import type { Operand } from "../../instructions/operand.ts";

/** The bits of a packed access, with the suffix of its result; empty for a whole word. */
function width(storage: StorageType): { readonly bits: string; readonly extension: string } {
  if (storage === I8) return { bits: "8", extension: "_u" };
  if (storage === I16) return { bits: "16", extension: "_u" };
  return { bits: "", extension: "" };
}

/** The host's instruction for one of `struct.atomic.get`, `struct.atomic.rmw.add`, ... on this storage. */
function hostName(row: Row, storage: StorageType): string {
  const operation = row.name.slice(row.name.indexOf(".atomic.") + ".atomic.".length);
  const prefix = storage === I64 ? "i64" : "i32";
  const { bits, extension } = width(storage);
  if (operation.startsWith("get")) return `${prefix}.atomic.load${bits}${extension}`;
  if (operation === "set") return `${prefix}.atomic.store${bits}`;
  return `${prefix}.atomic.rmw${bits}.${operation.slice("rmw.".length)}${extension}`;
}

/** Writes the access: `pushPlace` pushes an address and returns the offset from it; then come the values. */
export function access(
  lowering: FunctionLowering,
  row: Row,
  storage: StorageType,
  values: readonly Operand[],
  pushPlace: () => number,
): void {
  const offset = pushPlace();
  for (const value of values) lowering.get(value);
  lowering.code.access(hostName(row, storage), offset);
  if (row.name.endsWith("_s")) lowering.code.op(storage === I8 ? "i32.extend8_s" : "i32.extend16_s");
}

/** The operand that the instruction stores, if it stores one: always the last. */
export function storedOperand(row: Row, values: readonly Operand[]): Operand | undefined {
  return row.name.includes(".get") ? undefined : values[values.length - 1];
}
