/**
 * Custom descriptors (its overview, "Custom Descriptor Definitions" and "New Instructions").
 *
 * The header of an object with a custom descriptor is the descriptor's address, so that
 *
 *     struct.new_desc       stores the descriptor where other structs have their type record
 *     ref.get_desc          is one load, without the collector's flags
 *     ref.cast_desc_eq      is one compare of the header
 *
 * A descriptor itself is a struct that has the record of the type that it describes in front of its fields (see
 * struct.ts).
 */

import { I32, isNullable, type ValType } from "../../../core/types/types.ts";
import { pushIsNull, trapIfNull } from "../../access/null-check.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type Rule, type RuleFamily } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";
import { dropFlags, mayBeI31, pushDistance, pushHeader, pushIsI31 } from "./header.ts";

const getDescriptor = onStack(({ code }) => {
  code.access("i32.load", 0, TrapCode.nullReference);
  dropFlags(code);
});

/** With a header on the stack, pushes two numbers as `pushDistance` says. */
function pushDescriptorDistance(lowering: FunctionLowering, descriptor: Operand): void {
  lowering.get(descriptor);
  pushDistance(lowering.code);
}

/** Traps unless the reference has the descriptor, or is a null that the target takes. */
function check(lowering: FunctionLowering, reference: Operand, descriptor: Operand, target: ValType): void {
  const { code, module } = lowering;
  const skipsNull = isNullable(reference.type) && isNullable(target);
  if (skipsNull) {
    code.block("block");
    pushIsNull(lowering, reference);
    code.branch("br_if", 0);
  }
  if (mayBeI31(module, reference.type)) {
    pushIsI31(lowering, reference);
    lowering.trapIf(TrapCode.descriptorCastFailure);
  }
  // A null that the target does not take traps here.
  pushHeader(lowering, reference, TrapCode.descriptorCastFailure);
  pushDescriptorDistance(lowering, descriptor);
  code.op("i32.ge_u");
  lowering.trapIf(TrapCode.descriptorCastFailure);
  if (skipsNull) code.end();
}

/** Pushes whether the reference has the descriptor, or is a null that the target takes. */
function pushTest(lowering: FunctionLowering, reference: Operand, descriptor: Operand, target: ValType): void {
  const { code, module } = lowering;
  let open = 0;
  const answer = (value: number): void => {
    code.block("if", { kind: "result", type: I32 });
    code.i32(value);
    code.else();
    open++;
  };
  if (isNullable(reference.type)) {
    pushIsNull(lowering, reference);
    answer(isNullable(target) ? 1 : 0);
  }
  if (mayBeI31(module, reference.type)) {
    pushIsI31(lowering, reference);
    answer(0);
  }
  pushHeader(lowering, reference);
  pushDescriptorDistance(lowering, descriptor);
  code.op("i32.lt_u");
  while (open-- > 0) code.end();
}

/** A rule for a reference and the descriptor above it, which must not be null. */
function withDescriptor(
  emit: (lowering: FunctionLowering, instruction: Instruction, reference: Operand, descriptor: Operand) => void,
): Rule {
  return {
    operands: 2,
    safepoint: "none",
    emit: (lowering, instruction, [reference, descriptor]) => {
      trapIfNull(lowering, descriptor as Operand, TrapCode.nullDescriptor);
      emit(lowering, instruction, reference as Operand, descriptor as Operand);
    },
  };
}

const cast = withDescriptor((lowering, { immediates, pushed }, reference, descriptor) => {
  check(lowering, reference, descriptor, lowering.module.resolve(immediates.heap));
  lowering.pushOperand(reference, pushed[0] as ValType);
});

/** The reference stays on the host's stack, where the label or the code behind takes it. */
function branch(onSuccess: boolean): Rule {
  return withDescriptor((lowering, instruction, reference, descriptor) => {
    const { code, labels, module } = lowering;
    lowering.get(reference);
    pushTest(lowering, reference, descriptor, module.resolve(instruction.immediates.heap2));
    if (!onSuccess) code.op("i32.eqz");
    code.branch("br_if", labels.branch(instruction.immediates.label));
    lowering.pushResults(instruction);
  });
}

export const descriptorRules = {
  "ref.get_desc": getDescriptor,
  "ref.cast_desc_eq": cast,
  br_on_cast_desc_eq: branch(true),
  br_on_cast_desc_eq_fail: branch(false),
} satisfies RuleFamily;
