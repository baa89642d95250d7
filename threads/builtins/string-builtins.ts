/**
 * Module `wasm:js-string` (JS API, "String Builtins"): functions on JS strings, in their lowered signatures.
 *
 * They run no code of the program, so the agent stays a mutator. Their arrays lie in the heap memory.
 */

import {
  AbstractHeap,
  type CompositeType,
  EXTERNREF,
  I16,
  I32,
  refAbstract,
  refDefined,
  type ValType,
} from "../../core/types/types.ts";
import { type HeapObjects, textOf } from "../../gc/objects.ts";
import { TrapCode } from "../../lower/host/lowered.ts";
import { NULL } from "../values/kinds.ts";
import type { BuiltinAgent, BuiltinSet } from "./builtin.ts";

const string = refAbstract(AbstractHeap.extern, false);
/** `(ref null $array)`, where the array's type is the first of two. */
const array = refDefined(0, true);

function type(params: readonly ValType[], result: ValType): readonly CompositeType[] {
  return [
    { kind: "array", element: { storage: I16, mutable: true } },
    { kind: "func", params, results: [result] },
  ];
}

/** The builtin set `js-string`. */
export const stringBuiltins: BuiltinSet = {
  cast: { types: type([EXTERNREF], string), create: unwrapper },
  test: { types: type([EXTERNREF], I32), create: () => (value: unknown) => (typeof value === "string" ? 1 : 0) },
  fromCharCodeArray: {
    types: type([array, I32, I32], string),
    create: (agent) => {
      const objectsOf = arrayChecker(agent);
      return (reference: number, first: number, last: number) => {
        const objects = objectsOf(reference);
        const [start, end] = [first >>> 0, last >>> 0];
        if (start > end || end > objects.arrayLength(reference)) outOfBounds(agent);
        const from = objects.firstUnit(reference) + start;
        return textOf(objects.unitsAround(reference), from, from + end - start);
      };
    },
  },
  intoCharCodeArray: {
    types: type([EXTERNREF, array, I32], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      const objectsOf = arrayChecker(agent);
      return (value: unknown, reference: number, first: number) => {
        const objects = objectsOf(reference);
        const text = unwrap(value);
        if ((first >>> 0) + text.length > objects.arrayLength(reference)) outOfBounds(agent);
        const units = objects.unitsAround(reference);
        const start = objects.firstUnit(reference) + (first >>> 0);
        for (let i = 0; i < text.length; i++) units[start + i] = text.charCodeAt(i);
        return text.length;
      };
    },
  },
  fromCharCode: { types: type([I32], string), create: () => (unit: number) => String.fromCharCode(unit) },
  fromCodePoint: {
    types: type([I32], string),
    create: (agent) => (point: number) => (point >>> 0 > 0x10ffff ? outOfBounds(agent) : String.fromCodePoint(point)),
  },
  charCodeAt: {
    types: type([EXTERNREF, I32], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (value: unknown, index: number) => {
        const text = unwrap(value);
        return index >>> 0 < text.length ? text.charCodeAt(index) : outOfBounds(agent);
      };
    },
  },
  codePointAt: {
    types: type([EXTERNREF, I32], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (value: unknown, index: number) => {
        const text = unwrap(value);
        return index >>> 0 < text.length ? text.codePointAt(index) : outOfBounds(agent);
      };
    },
  },
  length: {
    types: type([EXTERNREF], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (value: unknown) => unwrap(value).length;
    },
  },
  concat: {
    types: type([EXTERNREF, EXTERNREF], string),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (first: unknown, second: unknown) => unwrap(first) + unwrap(second);
    },
  },
  substring: {
    types: type([EXTERNREF, I32, I32], string),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (value: unknown, first: number, last: number) => {
        const text = unwrap(value);
        const [start, end] = [first >>> 0, last >>> 0];
        return start > end || start > text.length ? "" : text.substring(start, end);
      };
    },
  },
  equals: {
    types: type([EXTERNREF, EXTERNREF], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      const check = (value: unknown): unknown => (value === null ? null : unwrap(value));
      return (first: unknown, second: unknown) => (check(first) === check(second) ? 1 : 0);
    },
  },
  compare: {
    types: type([EXTERNREF, EXTERNREF], I32),
    create: (agent) => {
      const unwrap = unwrapper(agent);
      return (first: unknown, second: unknown) => {
        const [a, b] = [unwrap(first), unwrap(second)];
        if (a === b) return 0;
        return a < b ? -1 : 1;
      };
    },
  },
};

/** UnwrapString of the JS API. */
function unwrapper(agent: BuiltinAgent): (value: unknown) => string {
  return (value) => (typeof value === "string" ? value : agent.raise(TrapCode.castFailure));
}

function outOfBounds(agent: BuiltinAgent): never {
  return agent.raise(TrapCode.arrayOutOfBounds);
}

/** How arrays are read here; traps where one is null. */
function arrayChecker(agent: BuiltinAgent): (reference: number) => HeapObjects {
  const { objects } = agent.heap;
  return (reference) => (reference === NULL ? agent.raise(TrapCode.nullArrayReference) : objects);
}
