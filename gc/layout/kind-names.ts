/** What the kinds of type records are called, for people who look into the heap. */
import {
  KIND_ARRAY,
  KIND_CONT,
  KIND_FUNC,
  KIND_HOST,
  KIND_NUMBER,
  KIND_STRING,
  KIND_STRUCT,
  KIND_THREAD_BOUND,
  KIND_WAIT_QUEUE,
} from "./record-kinds.ts";

const names: Readonly<Record<number, string>> = {
  [KIND_STRUCT]: "struct",
  [KIND_ARRAY]: "array",
  [KIND_FUNC]: "exception",
  [KIND_CONT]: "continuation",
  [KIND_HOST]: "JavaScript value",
  [KIND_WAIT_QUEUE]: "wait queue",
  [KIND_THREAD_BOUND]: "thread-bound data",
  [KIND_STRING]: "string",
  [KIND_NUMBER]: "number",
};

/** A kind in words. */
export function kindName(kind: number): string {
  return names[kind] ?? `kind ${kind}`;
}
