/** Custom descriptors ("Allocation With Descriptors" and "New Instructions" in its overview). */
import type { Immediates } from "../../ops/immediates.ts";
import { difference, exactRef, topOf } from "../../types/subtype.ts";
import { indexOf, isAbstract, isExact, refDefined, type StructType, type ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { idAt, structAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { popFields, requireDefaultable } from "./aggregates.ts";
import { branchingCast, branchWith, castTarget } from "./references.ts";

/** The canonical id of the descriptor of the type that is allocated. */
function allocationDescriptor(body: Body, index: number): number {
  const { descriptor } = body.types.type(idAt(body, index));
  if (descriptor === undefined) {
    body.fail("descriptor", `type without descriptor requires non-descriptor allocation: type ${index}`, "struct.new");
  }
  return descriptor;
}

function newStruct(body: Body, index: number, popOperands: (struct: StructType) => void): void {
  const struct = structAt(body, index);
  body.pop(refDefined(allocationDescriptor(body, index), true, true));
  popOperands(struct);
  body.push(exactRef(idAt(body, index)));
}

/** `ref.get_desc x`: if the operand is exact, so is its descriptor. */
function getDescriptor(body: Body, index: number): void {
  const id = idAt(body, index);
  const { descriptor } = body.types.type(id);
  if (descriptor === undefined)
    body.fail("descriptor", `type without descriptor: type ${index} has none`, "a type with a descriptor");
  const reference = body.pop(refDefined(id, true));
  // A bottom is below the exact type too (rule `exact_1` is chosen as the operand allows).
  const exact = reference < 0 || isAbstract(reference) || (isExact(reference) && indexOf(reference) === id);
  body.push(refDefined(descriptor, false, exact));
}

/** The nullable reference to the descriptor of a cast's target, exact where the target is. */
function descriptorOf(body: Body, target: ValType, written: ValType): ValType {
  const descriptor = isAbstract(target) ? undefined : body.types.type(indexOf(target)).descriptor;
  if (descriptor === undefined) {
    const name = isAbstract(target) ? body.heapName(target) : String(indexOf(written));
    body.fail("descriptor", `type ${name} does not have a descriptor`, "a type with a descriptor");
  }
  return refDefined(descriptor, true, isExact(target));
}

/** Pops a descriptor and the reference below it; what branches and what goes on is for the caller to say. */
function popBranchingCast(
  body: Body,
  immediates: Immediates,
): { source: ValType; target: ValType; label: ReturnType<Body["label"]> } {
  const cast = branchingCast(body, immediates);
  body.pop(descriptorOf(body, cast.target, immediates.heap2));
  body.pop(cast.source);
  return cast;
}

export const descriptorRules: Rules<
  | "struct.new_desc"
  | "struct.new_default_desc"
  | "ref.get_desc"
  | "ref.cast_desc_eq"
  | "br_on_cast_desc_eq"
  | "br_on_cast_desc_eq_fail"
> = {
  "struct.new_desc": (body, { index }) => newStruct(body, index, (struct) => popFields(body, struct)),
  "struct.new_default_desc": (body, { index }) =>
    newStruct(body, index, ({ fields }) => {
      for (const field of fields) requireDefaultable(body, field);
    }),
  "ref.get_desc": (body, { index }) => getDescriptor(body, index),
  "ref.cast_desc_eq": (body, { heap }) => {
    const target = castTarget(body, heap);
    body.pop(descriptorOf(body, target, heap));
    body.pop(topOf(body.types, target));
    body.push(target);
  },
  br_on_cast_desc_eq: (body, immediates) => {
    const { source, target, label } = popBranchingCast(body, immediates);
    branchWith(body, label, target, difference(source, target));
  },
  br_on_cast_desc_eq_fail: (body, immediates) => {
    const { source, target, label } = popBranchingCast(body, immediates);
    branchWith(body, label, difference(source, target), target);
  },
};
