/** Control instructions (core 3.4.2), calls, and the parametric instructions (core 3.4.1). */

import type { Immediates } from "../../ops/immediates.ts";
import { areSubtypes, isSubtype } from "../../types/subtype.ts";
import {
  AbstractHeap,
  BOT,
  type FuncType,
  I32,
  isNumeric,
  isRef,
  isVector,
  refAbstract,
  refDefined,
  type ValType,
  withoutNull,
} from "../../types/types.ts";
import { type Body, FrameKind } from "../body/body.ts";
import { addressOf, funcTypeAt, idAt, resolve, tableAt, typeOfFunction } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { typeNames } from "../body/type-names.ts";

const noTypes: readonly ValType[] = [];
const emptyBlock: FuncType = { kind: "func", params: noTypes, results: noTypes };
const blocksByResult = new Map<ValType, FuncType>();

/** The type of a block with one result: one object per result type, so that blocks allocate nothing. */
function blockWithResult(result: ValType): FuncType {
  let block = blocksByResult.get(result);
  if (block === undefined) {
    block = { kind: "func", params: noTypes, results: [result] };
    blocksByResult.set(result, block);
  }
  return block;
}

/** Core 3.2.8 "Block types". */
export function blockType(body: Body, immediates: Immediates): FuncType {
  switch (immediates.blockKind) {
    case "empty":
      return emptyBlock;
    case "result":
      return blockWithResult(resolve(body, immediates.block as ValType));
    case "type": {
      const type = body.types.type(idAt(body, immediates.block)).composite;
      if (type.kind !== "func")
        body.fail(
          "unknown-type",
          `unknown type: block type ${immediates.block} is not a function type`,
          "a function type",
        );
      return type;
    }
  }
}

/** Opens a block: its parameters move from the stack outside to the stack inside. */
export function open(body: Body, kind: FrameKind, type: FuncType): void {
  body.popAll(type.params);
  body.enter(kind, type.params, type.results);
}

/** A call: also what a tail call does before it leaves. */
function call(body: Body, type: FuncType): void {
  body.popAll(type.params);
  body.pushAll(type.results);
}

/** Core 3.4.2, `return_call`: the callee's results must be what the caller returns. */
function tailCall(body: Body, type: FuncType): void {
  if (!areSubtypes(body.types, type.results, body.results)) {
    const wanted = typeNames(body.module, body.results);
    body.fail(
      "type-mismatch",
      `type mismatch: the caller returns ${wanted} but the callee ${typeNames(body.module, type.results)}`,
      wanted,
    );
  }
  body.popAll(type.params);
  body.unreachable();
}

/** The function type of an indirect call, whose callee's index has been popped. */
function indirectType(body: Body, immediates: Immediates): FuncType {
  const table = tableAt(body, immediates.index2);
  const element = table.element;
  const isFunctions =
    isSubtype(body.types, element, refAbstract(AbstractHeap.func, true)) ||
    isSubtype(body.types, element, refAbstract(AbstractHeap.func, true, true));
  if (!isFunctions) {
    body.fail(
      "type-mismatch",
      `type mismatch: instruction requires a table of functions but table has ${body.name(element)}`,
      "funcref",
    );
  }
  const type = funcTypeAt(body, immediates.index);
  body.pop(addressOf(table));
  return type;
}

/** The function type of a call through a reference, which is popped. */
function referredType(body: Body, immediates: Immediates): FuncType {
  const type = funcTypeAt(body, immediates.index);
  body.pop(refDefined(idAt(body, immediates.index), true));
  return type;
}

/**
 * The legacy `try` and `if` may end in the arm that they began with; a block whose kind is another must not meet
 * `else`.
 */
function otherwise(body: Body): void {
  if (body.frame.kind !== FrameKind.if)
    body.failMalformed("unexpected-else", "unexpected token: else outside of an if");
  const { params, results } = body.leave();
  body.enter(FrameKind.else, params, results);
}

function end(body: Body): void {
  const { kind, params, results } = body.frame;
  body.leave();
  // Without an else the parameters are the results.
  if (kind === FrameKind.if && !areSubtypes(body.types, params, results)) {
    body.fail(
      "type-mismatch",
      `type mismatch: if without else requires ${typeNames(body.module, results)} but has ${typeNames(body.module, params)}`,
    );
  }
  if (body.depth > 0) body.pushAll(results);
}

function branchIf(body: Body, label: number): void {
  const types = body.label(label).labelTypes;
  body.pop(I32);
  body.popAll(types);
  body.pushAll(types);
}

/** Core 3.4.2, `br_table`: the operands fit every label; the default's arity is that of all. */
function branchTable(body: Body, labels: readonly number[], otherwiseLabel: number): void {
  body.pop(I32);
  const types = body.label(otherwiseLabel).labelTypes;
  for (let i = 0; i < labels.length; i++) {
    const frame = body.label(labels[i] as number);
    // A table may name one label thousands of times.
    if (frame.checkedAt === body.offset) continue;
    frame.checkedAt = body.offset;
    const others = frame.labelTypes;
    if (others.length !== types.length) {
      const wanted = typeNames(body.module, types);
      body.fail(
        "type-mismatch",
        `type mismatch: br_table's default label has ${wanted} but label ${labels[i]} has ${typeNames(body.module, others)}`,
        wanted,
      );
    }
    body.checkTop(others);
  }
  body.popAll(types);
  body.unreachable();
}

/** Core 3.4.2, `br_on_null`: the branch drops the null; the reference goes on without it. */
function branchOnNull(body: Body, label: number): void {
  const types = body.label(label).labelTypes;
  const reference = body.popRef();
  body.popAll(types);
  body.pushAll(types);
  body.push(withoutNull(reference));
}

/** Core 3.4.2, `br_on_non_null`: the label takes the reference, without null, as its last operand. */
function branchOnNonNull(body: Body, label: number): void {
  const types = body.label(label).labelTypes;
  const last = types[types.length - 1];
  const reference = withoutNull(body.popRef());
  if (last === undefined || !isRef(last) || !isSubtype(body.types, reference, last)) {
    const wanted = `[... ${body.name(reference)}]`;
    body.fail(
      "type-mismatch",
      `type mismatch: label must take ${wanted} but has ${typeNames(body.module, types)}`,
      wanted,
    );
  }
  const rest = types.slice(0, -1);
  body.popAll(rest);
  body.pushAll(rest);
}

/** Core 3.4.1, `select` without a type: both operands are of one numeric or vector type. */
function select(body: Body): void {
  body.pop(I32);
  const second = body.popAny();
  const first = body.popAny();
  for (const type of [first, second]) {
    if (type !== BOT && !isNumeric(type) && !isVector(type)) body.mismatch("a number or vector", body.name(type));
  }
  if (first !== second && first !== BOT && second !== BOT) body.mismatch(body.name(first), body.name(second));
  body.push(first === BOT ? second : first);
}

function selectTyped(body: Body, types: readonly ValType[]): void {
  if (types.length !== 1)
    body.fail("result-arity", `invalid result arity: select has ${types.length} types`, "one type");
  const type = resolve(body, types[0] as ValType);
  body.pop(I32);
  body.pop(type);
  body.pop(type);
  body.push(type);
}

export const controlRules: Rules<
  | "unreachable"
  | "block"
  | "loop"
  | "if"
  | "else"
  | "end"
  | "br"
  | "br_if"
  | "br_table"
  | "br_on_null"
  | "br_on_non_null"
  | "return"
  | "call"
  | "call_ref"
  | "call_indirect"
  | "return_call"
  | "return_call_ref"
  | "return_call_indirect"
  | "drop"
  | "select"
  | "select.typed"
> = {
  unreachable: (body) => body.unreachable(),
  block: (body, immediates) => open(body, FrameKind.block, blockType(body, immediates)),
  loop: (body, immediates) => open(body, FrameKind.loop, blockType(body, immediates)),
  if: (body, immediates) => {
    const type = blockType(body, immediates);
    body.pop(I32);
    open(body, FrameKind.if, type);
  },
  else: otherwise,
  end,
  br: (body, { label }) => {
    body.popAll(body.label(label).labelTypes);
    body.unreachable();
  },
  br_if: (body, { label }) => branchIf(body, label),
  br_table: (body, { labels, label }) => branchTable(body, labels, label),
  br_on_null: (body, { label }) => branchOnNull(body, label),
  br_on_non_null: (body, { label }) => branchOnNonNull(body, label),
  return: (body) => {
    body.popAll(body.results);
    body.unreachable();
  },
  call: (body, { index }) => call(body, typeOfFunction(body, index)),
  call_ref: (body, immediates) => call(body, referredType(body, immediates)),
  call_indirect: (body, immediates) => call(body, indirectType(body, immediates)),
  return_call: (body, { index }) => tailCall(body, typeOfFunction(body, index)),
  return_call_ref: (body, immediates) => tailCall(body, referredType(body, immediates)),
  return_call_indirect: (body, immediates) => tailCall(body, indirectType(body, immediates)),
  drop: (body) => {
    body.popAny();
  },
  select,
  "select.typed": (body, { types }) => selectTyped(body, types),
};
