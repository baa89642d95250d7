/**
 * Atomic accesses to globals, tables, structures and arrays, and waiting (shared-everything threads, "Instructions").
 */
import type { Row, Signature } from "../../ops/row.ts";
import { isSubtype } from "../../types/subtype.ts";
import { AbstractHeap, I32, I64, isPacked, isRef, refAbstract, refDefined, type ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { addressOf, elementAt, fieldAt, globalAt, idAt, memoryAt, tableAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { checkSign, requireMutable, unpacked } from "./aggregates.ts";
import { mutableGlobal } from "./variables.ts";

const anyref = refAbstract(AbstractHeap.any, true);
const sharedAnyref = refAbstract(AbstractHeap.any, true, true);
const eqref = refAbstract(AbstractHeap.eq, true);
const sharedEqref = refAbstract(AbstractHeap.eq, true, true);
const waitQueue = refAbstract(AbstractHeap.waitqueue, true, true);

/** Which parameter of `memory.wait32` and `memory.wait64` the expected value is. */
const EXPECTED = 2;

const isNumber = (type: ValType): boolean => type === I32 || type === I64;
const isAny = (body: Body, type: ValType): boolean =>
  isRef(type) && (isSubtype(body.types, type, anyref) || isSubtype(body.types, type, sharedAnyref));

/** Names an instruction as its family where several share a rule. */
function refuse(body: Body, row: Row, allowed: string): never {
  const name = row.rule?.endsWith(".rmw") ? `${row.rule}.*` : row.name;
  return body.fail("atomic-type", `invalid type: \`${name}\` only allows ${allowed}`, allowed);
}

const numbers = (row: Row, packed = false): string =>
  row.place === "table" ? "" : packed ? "`i8`, `i16`, `i32`, `i64` and " : "`i32`, `i64` and ";

/** `get`: i32, i64 and references of the any hierarchy. */
function requireReadable(body: Body, row: Row, type: ValType): void {
  if (!isNumber(type) && !isAny(body, type)) refuse(body, row, `${numbers(row)}subtypes of \`anyref\``);
}

/** `set`: packed types too, where the place has them. */
function requireWritable(body: Body, row: Row, type: ValType): void {
  if (isPacked(type)) return;
  if (!isNumber(type) && !isAny(body, type))
    refuse(body, row, `${numbers(row, row.place !== "global")}subtypes of \`anyref\``);
}

function requireNumber(body: Body, row: Row, type: ValType): void {
  if (!isNumber(type)) refuse(body, row, "`i32` and `i64`");
}

/** `xchg`: as `get`. */
const requireExchangeable = requireReadable;

/**
 * The type of the expected value that `cmpxchg` compares with: the number's own type, or for a reference the nullable
 * `eq` of its sharedness ("Its type may be a supertype of the field type").
 */
function comparand(body: Body, row: Row, type: ValType): ValType {
  if (isNumber(type)) return type;
  if (isRef(type)) {
    if (isSubtype(body.types, type, eqref)) return eqref;
    if (isSubtype(body.types, type, sharedEqref)) return sharedEqref;
  }
  return refuse(body, row, `${numbers(row)}subtypes of \`eqref\``);
}

/** Pops what `cmpxchg` puts in place and what it expects. */
function popExchange(body: Body, row: Row, type: ValType): void {
  const expected = comparand(body, row, type);
  body.pop(type);
  body.pop(expected);
}

type Check = (body: Body, row: Row, type: ValType) => void;
type Place = Rules<"global.atomic.rmw">["global.atomic.rmw"];

const global = {
  /** A read-modify-write with one operand, of the global's type. */
  update:
    (check: Check): Place =>
    (body, { index }, row) => {
      const type = mutableGlobal(body, index);
      check(body, row, type);
      body.pop(type);
      body.push(type);
    },
};

const table = {
  popIndex: (body: Body, index: number): void => {
    body.pop(addressOf(tableAt(body, index)));
  },
  update:
    (check: Check): Place =>
    (body, { index }, row) => {
      const type = tableAt(body, index).element;
      check(body, row, type);
      body.pop(type);
      table.popIndex(body, index);
      body.push(type);
    },
};

const struct = {
  /** The type of a field that is about to be written. */
  mutable: (body: Body, index: number, position: number): ValType => {
    const field = fieldAt(body, index, position);
    requireMutable(body, "field", field);
    return field.storage;
  },
  popObject: (body: Body, index: number): void => {
    body.pop(refDefined(idAt(body, index), true));
  },
  update:
    (check: Check): Place =>
    (body, { index, index2 }, row) => {
      const type = struct.mutable(body, index, index2);
      check(body, row, type);
      body.pop(type);
      struct.popObject(body, index);
      body.push(type);
    },
};

const array = {
  mutable: (body: Body, index: number): ValType => {
    const element = elementAt(body, index);
    requireMutable(body, "array", element);
    return element.storage;
  },
  /** Pops `[array, index]`. */
  popPlace: (body: Body, index: number): void => {
    body.pop(I32);
    body.pop(refDefined(idAt(body, index), true));
  },
  update:
    (check: Check): Place =>
    (body, { index }, row) => {
      const type = array.mutable(body, index);
      check(body, row, type);
      body.pop(type);
      array.popPlace(body, index);
      body.push(type);
    },
};

/**
 * Pops `[expected, timeout]`; where it is, and the queue, are below. `wait_expected`: of references only shared ones
 * can be waited for.
 */
function popWait(body: Body, row: Row, type: ValType): void {
  if (!isNumber(type) && !isSubtype(body.types, type, sharedEqref))
    refuse(body, row, "`i32`, `i64` and subtypes of `(ref null (shared eq))`");
  body.pop(I64);
  body.pop(comparand(body, row, type));
}

export const atomicRules: Rules<
  | "global.atomic.get"
  | "global.atomic.set"
  | "global.atomic.rmw"
  | "global.atomic.xchg"
  | "global.atomic.cmpxchg"
  | "table.atomic.get"
  | "table.atomic.set"
  | "table.atomic.xchg"
  | "table.atomic.cmpxchg"
  | "struct.atomic.get"
  | "struct.atomic.set"
  | "struct.atomic.rmw"
  | "struct.atomic.xchg"
  | "struct.atomic.cmpxchg"
  | "array.atomic.get"
  | "array.atomic.set"
  | "array.atomic.rmw"
  | "array.atomic.xchg"
  | "array.atomic.cmpxchg"
  | "struct.wait"
  | "array.wait"
  | "global.wait"
  | "table.wait"
  | "memory.wait"
> = {
  "global.atomic.get": (body, { index }, row) => {
    const { type } = globalAt(body, index);
    requireReadable(body, row, type);
    body.push(type);
  },
  "global.atomic.set": (body, { index }, row) => {
    const type = mutableGlobal(body, index);
    requireWritable(body, row, type);
    body.pop(type);
  },
  "global.atomic.rmw": global.update(requireNumber),
  "global.atomic.xchg": global.update(requireExchangeable),
  "global.atomic.cmpxchg": (body, { index }, row) => {
    const type = mutableGlobal(body, index);
    popExchange(body, row, type);
    body.push(type);
  },
  "table.atomic.get": (body, { index }, row) => {
    const type = tableAt(body, index).element;
    requireReadable(body, row, type);
    table.popIndex(body, index);
    body.push(type);
  },
  "table.atomic.set": (body, { index }, row) => {
    const type = tableAt(body, index).element;
    requireWritable(body, row, type);
    body.pop(type);
    table.popIndex(body, index);
  },
  "table.atomic.xchg": table.update(requireExchangeable),
  "table.atomic.cmpxchg": (body, { index }, row) => {
    const type = tableAt(body, index).element;
    popExchange(body, row, type);
    table.popIndex(body, index);
    body.push(type);
  },
  "struct.atomic.get": (body, { index, index2 }, row) => {
    const field = fieldAt(body, index, index2);
    checkSign(body, row, field);
    if (!isPacked(field.storage)) requireReadable(body, row, field.storage);
    struct.popObject(body, index);
    body.push(unpacked(field.storage));
  },
  "struct.atomic.set": (body, { index, index2 }, row) => {
    const type = struct.mutable(body, index, index2);
    requireWritable(body, row, type);
    body.pop(unpacked(type));
    struct.popObject(body, index);
  },
  "struct.atomic.rmw": struct.update(requireNumber),
  "struct.atomic.xchg": struct.update(requireExchangeable),
  "struct.atomic.cmpxchg": (body, { index, index2 }, row) => {
    const type = struct.mutable(body, index, index2);
    popExchange(body, row, type);
    struct.popObject(body, index);
    body.push(type);
  },
  "array.atomic.get": (body, { index }, row) => {
    const element = elementAt(body, index);
    checkSign(body, row, element);
    if (!isPacked(element.storage)) requireReadable(body, row, element.storage);
    array.popPlace(body, index);
    body.push(unpacked(element.storage));
  },
  "array.atomic.set": (body, { index }, row) => {
    const type = array.mutable(body, index);
    requireWritable(body, row, type);
    body.pop(unpacked(type));
    array.popPlace(body, index);
  },
  "array.atomic.rmw": array.update(requireNumber),
  "array.atomic.xchg": array.update(requireExchangeable),
  "array.atomic.cmpxchg": (body, { index }, row) => {
    const type = array.mutable(body, index);
    popExchange(body, row, type);
    array.popPlace(body, index);
    body.push(type);
  },
  "struct.wait": (body, { index, index2 }, row) => {
    popWait(body, row, fieldAt(body, index, index2).storage);
    body.pop(waitQueue);
    struct.popObject(body, index);
    body.push(I32);
  },
  "array.wait": (body, { index }, row) => {
    popWait(body, row, elementAt(body, index).storage);
    body.pop(I32);
    body.pop(waitQueue);
    body.pop(refDefined(idAt(body, index), true));
    body.push(I32);
  },
  "global.wait": (body, { index }, row) => {
    popWait(body, row, globalAt(body, index).type);
    body.pop(waitQueue);
    body.push(I32);
  },
  "table.wait": (body, { index }, row) => {
    popWait(body, row, tableAt(body, index).element);
    table.popIndex(body, index);
    body.pop(waitQueue);
    body.push(I32);
  },
  "memory.wait": (body, { index }, row) => {
    const memory = memoryAt(body, index);
    body.pop(I64);
    body.pop((row.signature as Signature).params[EXPECTED] as ValType);
    body.pop(addressOf(memory));
    body.pop(waitQueue);
    body.push(I32);
  },
};
