/** Reference instructions (core 3.4.6, 3.4.8 and 3.4.9) and casts that branch (core 3.4.2). */
import type { Immediates } from "../../ops/immediates.ts";
import { difference, isContinuation, isSubtype, sharednessOf, topOf } from "../../types/subtype.ts";
import {
  AbstractHeap,
  type AbstractHeapCode,
  I32,
  isNullable,
  isRef,
  refAbstract,
  refDefined,
  refUnknownShare,
  type ValType,
  withNull,
  withoutNull,
} from "../../types/types.ts";
import type { Body, Frame } from "../body/body.ts";
import { functionAt, resolve } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { typeNames } from "../body/type-names.ts";
import { requireSubtype } from "./tables.ts";

const { any, array, eq, extern, i31 } = AbstractHeap;

/**
 * Pops a reference to an abstract heap type of either sharedness, and returns its own type; `BOT_REF` where unreachable
 * code makes it up.
 */
function popEitherShare(body: Body, code: AbstractHeapCode): ValType {
  const reference = body.popRef();
  const fits =
    isSubtype(body.types, reference, refAbstract(code, true)) ||
    isSubtype(body.types, reference, refAbstract(code, true, true));
  if (!fits) body.mismatch(body.name(refAbstract(code, true)), body.name(reference));
  return reference;
}

/** Core 3.4.9, `any.convert_extern` and back: nullability and sharedness stay. */
function convert(body: Body, from: AbstractHeapCode, to: AbstractHeapCode): void {
  const reference = popEitherShare(body, from);
  const shared = sharednessOf(body.types, reference);
  const result = shared === undefined ? refUnknownShare(to) : refAbstract(to, false, shared);
  body.push(isNullable(reference) ? withNull(result) : result);
}

/** Core 3.4.6, `ref.eq`; shared-everything threads: the sharedness of both operands matches. */
function equal(body: Body): void {
  const second = sharednessOf(body.types, popEitherShare(body, eq));
  const first = sharednessOf(body.types, popEitherShare(body, eq));
  if (first !== undefined && second !== undefined && first !== second) {
    const wanted = body.name(refAbstract(eq, true, first));
    body.mismatch(wanted, body.name(refAbstract(eq, true, second)));
  }
  body.push(I32);
}

/** Core 3.4.6, `ref.func`: in a body, the function must be declared for it somewhere else in the module. */
function refFunc(body: Body, index: number): void {
  const { type, exact } = functionAt(body, index);
  if (body.constant) body.declared.add(index);
  else if (!body.module.declaredFunctions.has(index))
    body.fail("undeclared-function", `undeclared function reference ${index}`);
  body.push(refDefined(type, false, exact));
}

/** The type that a cast or test names. Stack switching, "Instructions": continuations are not castable. */
export function castTarget(body: Body, written: ValType): ValType {
  const target = resolve(body, written);
  if (isContinuation(body.types, target)) body.fail("invalid-cast", "invalid cast to a continuation type");
  return target;
}

/** Both types of a branching cast, and the label's frame. */
export interface BranchingCast {
  readonly source: ValType;
  readonly target: ValType;
  readonly label: Frame;
}

export function branchingCast(body: Body, immediates: Immediates): BranchingCast {
  const label = body.label(immediates.label);
  const source = resolve(body, immediates.heap);
  const target = castTarget(body, immediates.heap2);
  // Custom descriptors, "New Instructions": with it both need only be in one hierarchy; before, the target had to be
  // below the source.
  if (body.module.features.has("custom-descriptors")) requireSubtype(body, target, topOf(body.types, source));
  else requireSubtype(body, target, source);
  return { source, target, label };
}

/** Finishes a branching cast, whose reference was popped: `branched` goes to the label, `kept` goes on. */
export function branchWith(body: Body, label: Frame, branched: ValType, kept: ValType): void {
  const types = label.labelTypes;
  const last = types[types.length - 1];
  if (last === undefined || !isRef(last) || !isSubtype(body.types, branched, last)) {
    const wanted = `[... ${body.name(branched)}]`;
    body.fail(
      "type-mismatch",
      `type mismatch: label must take ${wanted} but has ${typeNames(body.module, types)}`,
      wanted,
    );
  }
  const rest = types.slice(0, -1);
  body.popAll(rest);
  body.pushAll(rest);
  body.push(kept);
}

export const referenceRules: Rules<
  | "ref.null"
  | "ref.is_null"
  | "ref.func"
  | "ref.eq"
  | "ref.as_non_null"
  | "ref.test"
  | "ref.cast"
  | "br_on_cast"
  | "br_on_cast_fail"
  | "i31.get"
  | "any.convert_extern"
  | "extern.convert_any"
  | "array.len"
> = {
  "ref.null": (body, { heap }) => body.push(withNull(resolve(body, heap))),
  "ref.is_null": (body) => {
    body.popRef();
    body.push(I32);
  },
  "ref.func": (body, { index }) => refFunc(body, index),
  "ref.eq": equal,
  "ref.as_non_null": (body) => body.push(withoutNull(body.popRef())),
  "ref.test": (body, { heap }) => {
    body.pop(topOf(body.types, castTarget(body, heap)));
    body.push(I32);
  },
  "ref.cast": (body, { heap }) => {
    const target = castTarget(body, heap);
    body.pop(topOf(body.types, target));
    body.push(target);
  },
  br_on_cast: (body, immediates) => {
    const { source, target, label } = branchingCast(body, immediates);
    body.pop(source);
    branchWith(body, label, target, difference(source, target));
  },
  br_on_cast_fail: (body, immediates) => {
    const { source, target, label } = branchingCast(body, immediates);
    body.pop(source);
    branchWith(body, label, difference(source, target), target);
  },
  "i31.get": (body) => {
    popEitherShare(body, i31);
    body.push(I32);
  },
  "any.convert_extern": (body) => convert(body, extern, any),
  "extern.convert_any": (body) => convert(body, any, extern),
  "array.len": (body) => {
    popEitherShare(body, array);
    body.push(I32);
  },
};
