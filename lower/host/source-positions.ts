/**
 * Where the code of a host module comes from: for each instruction that may trap or call, its offset in the host module
 * and its place in the module that was lowered. Stack traces are rewritten with it (threads/traps/stack-trace.ts).
 *
 * Kept as bytes, since every agent has a copy and few ever look: pairs of signed LEB128s, each the difference to the
 * pair before.
 */
import { Reader } from "../../core/binary/reader.ts";
import { Writer } from "../../core/binary/writer.ts";
import type { Row } from "../../core/ops/row.ts";
import { rows } from "../../core/ops/table.ts";
import type { SourceMap } from "../../core/types/module.ts";

export interface SourcePositions {
  /** The name of the host module, which hosts may show in stack traces. */
  readonly hostName: string;
  /** The module's own name, if it has one. */
  readonly moduleName: string | undefined;
  /** The host's index of the first function that the module defines; its other functions follow in their order. */
  readonly firstHostFunction: number;
  /** What places are: byte offsets in the binary, or lines and columns of the text (`textPlace`). */
  readonly unit: "offset" | "text";
  readonly pairs: Uint8Array;
}

const COLUMN_BITS = 12;
const LAST_COLUMN = (1 << COLUMN_BITS) - 1;

const rowsWithPosition: readonly boolean[] = rows.map(
  ({ effects }) => effects.trap === true || effects.call === true || effects.alloc === true || effects.block === true,
);

/** Whether stack traces show a place in this instruction. */
export function hasPosition(row: Row): boolean {
  return rowsWithPosition[row.id] === true;
}

/** A line and a column as one number. */
export function textPlace(sourceMap: SourceMap, offset: number): number {
  const { line, column } = sourceMap.positionOf(offset);
  return (line << COLUMN_BITS) | Math.min(column, LAST_COLUMN);
}

/**
 * For each function where its body begins in the host module, and alternately offsets in the body, which ascend, and
 * places.
 */
export function encodePositions(
  functions: readonly { readonly start: number; readonly positions: readonly number[] }[],
): Uint8Array {
  const writer = new Writer();
  let host = 0;
  let place = 0;
  for (const { start, positions } of functions) {
    for (let i = 0; i < positions.length; i += 2) {
      const nextHost = start + (positions[i] as number);
      const nextPlace = positions[i + 1] as number;
      writer.s32(nextHost - host);
      writer.s32(nextPlace - place);
      host = nextHost;
      place = nextPlace;
    }
  }
  return writer.finish();
}

/** The place, in words, of the instruction at or before an offset in the host module; undefined where there is none. */
export function placeOf({ pairs, unit }: SourcePositions, hostOffset: number): string | undefined {
  const reader = new Reader(pairs);
  let host = 0;
  let place = 0;
  let found: number | undefined;
  while (!reader.done) {
    host += reader.s32();
    if (host > hostOffset) break;
    place += reader.s32();
    found = place;
  }
  if (found === undefined) return undefined;
  return unit === "offset" ? `0x${found.toString(16)}` : `${found >> COLUMN_BITS}:${found & LAST_COLUMN}`;
}
