/**
 * Exceptions in the heap (layout/exception-layout.ts draws them), written where the agent has just allocated, and read.
 */

import { EXCEPTION_PAYLOAD, EXCEPTION_TAG, JS_TAG, placePayload } from "../layout/exception-layout.ts";
import { KIND_FUNC, NO_TYPE } from "../layout/record-kinds.ts";
import { FUNC_SHARED } from "../layout/type-record.ts";
import type { HeapObjects } from "../objects.ts";
import { type RecordMemory, writeRecord } from "./type-records.ts";

export { JS_TAG, placePayload };

/** Bytes of an exception that JS threw. */
export const JS_EXCEPTION_BYTES: number = placePayload([4]).size;

/** The record of exceptions that JS threw, whose parameter is an externref. */
export function writeJsExceptionRecord(memory: RecordMemory): number {
  const references = [EXCEPTION_PAYLOAD];
  return writeRecord(memory, { kind: KIND_FUNC, size: JS_EXCEPTION_BYTES, references, id: NO_TYPE, supertypes: [] });
}

/** The beginning of an exception: its payload is still to be written. */
export function writeException(objects: HeapObjects, at: number, record: number, tag: number): void {
  objects.setWord(at, record);
  objects.setWord(at + EXCEPTION_TAG, tag);
}

/** The number of an exception's tag. */
export function tagOf(objects: HeapObjects, exception: number): number {
  return objects.word(exception + EXCEPTION_TAG);
}

/** Whether all agents can have the exception: its tag's function type is shared. */
export function isSharedException(objects: HeapObjects, exception: number): boolean {
  return objects.flagsOf(exception) === FUNC_SHARED;
}

/** The thrown value in an exception that JS threw: an extern as memory has it. */
export function jsPayload(objects: HeapObjects, exception: number): number {
  return objects.word(exception + EXCEPTION_PAYLOAD);
}

export function writeJsPayload(objects: HeapObjects, exception: number, value: number): void {
  objects.setWord(exception + EXCEPTION_PAYLOAD, value);
}
