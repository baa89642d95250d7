/**
 * A binary module as a list of sections, whether it is well-formed or not: what the mutators change, and what the
 * minimizer takes apart. Sizes and counts are made anew when it is put together, so that a change inside a section does
 * not break everything after it.
 */

import { CompileError } from "../../core/base/errors.ts";
import { Reader } from "../../core/binary/reader.ts";
import { header, Section } from "../../core/binary/sections.ts";
import { Writer } from "../../core/binary/writer.ts";

/** A section. The code section is a list of functions; all others are their bytes. */
export interface LayoutSection {
  id: number;
  payload: Uint8Array;
  /** Each without its size; undefined where the section is not a code section that can be read. */
  functions: Uint8Array[] | undefined;
}

/** Cuts a module into sections. What cannot be read any more is left out. */
export function layoutOf(bytes: Uint8Array): LayoutSection[] {
  const sections: LayoutSection[] = [];
  const reader = new Reader(bytes, undefined, 0, Math.min(8, bytes.length));
  try {
    while (!reader.done) {
      const id = reader.u8();
      const payload = reader.byteVector();
      sections.push({ id, payload, functions: id === Section.code ? functionsOf(payload) : undefined });
    }
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
  }
  return sections;
}

function functionsOf(payload: Uint8Array): Uint8Array[] | undefined {
  const reader = new Reader(payload);
  const functions: Uint8Array[] = [];
  try {
    const count = reader.u32();
    for (let i = 0; i < count; i++) functions.push(reader.byteVector());
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return undefined;
  }
  return functions;
}

/** Puts a module together again. */
export function assemble(sections: readonly LayoutSection[]): Uint8Array {
  const writer = new Writer(1024);
  for (const byte of header) writer.u8(byte);
  for (const { id, payload, functions } of sections) {
    if (functions === undefined) {
      writer.u8(id);
      writer.byteVector(payload);
    } else {
      writer.section(id, (inner) => inner.vector(functions, (body) => inner.byteVector(body)));
    }
  }
  return writer.finish();
}

/** A copy that can be changed without changing the original. */
export function copyLayout(sections: readonly LayoutSection[]): LayoutSection[] {
  return sections.map(({ id, payload, functions }) => ({ id, payload, functions: functions?.slice() }));
}

/** `bytes` with `[start, end)` replaced. */
export function splice(
  bytes: Uint8Array,
  start: number,
  end: number,
  replacement: Uint8Array | readonly number[] = [],
): Uint8Array {
  const result = new Uint8Array(bytes.length - (end - start) + replacement.length);
  result.set(bytes.subarray(0, start));
  result.set(replacement, start);
  result.set(bytes.subarray(end), start + replacement.length);
  return result;
}
