/**
 * Blocks, loops and branches: as in the source, with labels counted anew, since lowering opens blocks of its own.
 *
 * A loop that polls has its poll outside, so that nothing but a load and a branch stands in the loop:
 *
 *     block $done
 *       loop $again
 *         block $poll
 *           loop $L   (br_if $poll (i32.atomic.load STOP_REQUEST))  body  end
 *           br $done
 *         end
 *         call $poll
 *         br $again
 *       end
 *     end
 *
 * The loop's parameters stay on the host's stack while it polls: all four blocks take them.
 */

import { STOP_REQUEST } from "../../../gc/layout/control-words.ts";
import { loweredBlock } from "../../../gc/layout/reference-types.ts";
import { pushIsNotNull, pushIsNull } from "../../access/null-check.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type Rule, type RuleFamily, withTop } from "../../function/rule.ts";
import type { HostBlockType } from "../../host/host-code.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";

function hostBlock(lowering: FunctionLowering, { immediates }: Instruction): HostBlockType {
  return lowering.module.hostBlock(lowering.module.blockType(immediates));
}

const block: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    lowering.code.block("block", hostBlock(lowering, instruction));
    lowering.openLabel({ kind: "block" });
    lowering.pushResults(instruction);
  },
};

const conditional: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    const entered = lowering.slots.save();
    lowering.code.block("if", hostBlock(lowering, instruction));
    lowering.openLabel({ kind: "if", entered });
    lowering.pushResults(instruction);
  },
};

const loop: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    const { code, module } = lowering;
    const type = module.blockType(instruction.immediates);
    const hostType = module.hostBlock(type);
    const outlined = lowering.pollsHere && module.options.collectAtSafepoints !== true;
    lowering.slots.forget();
    if (outlined) {
      const { params } = loweredBlock(module.types, type);
      code.block("block", hostType);
      code.block("loop", hostType);
      code.block("block", module.hostBlockOf(params, params));
    }
    code.block("loop", hostType);
    lowering.openLabel({ kind: outlined ? "polledLoop" : "loop" });
    lowering.pushResults(instruction);
    if (!lowering.pollsHere) return;
    if (!outlined) {
      lowering.poll(lowering.roots());
      return;
    }
    lowering.labels.setRoots(lowering.roots());
    code.i32(STOP_REQUEST);
    code.access("i32.atomic.load", 0);
    code.hint(false);
    code.branch("br_if", 1);
  },
};

/** Closes what a polled loop opened around itself. */
function closePolledLoop(lowering: FunctionLowering, roots: readonly number[]): void {
  const { code, slots } = lowering;
  code.branch("br", 2);
  code.end();
  const after = slots.save();
  slots.forget();
  lowering.callPoll(roots);
  slots.restore(after);
  code.branch("br", 0);
  code.end();
  code.end();
}

const otherwise: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    lowering.truncate(lowering.labels.innermost?.height ?? 0);
    lowering.labels.otherwise();
    lowering.code.else();
    lowering.pushResults(instruction);
  },
};

const end: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    if (lowering.labels.depth === 0) return;
    const label = lowering.labels.pop();
    lowering.truncate(label.height);
    lowering.code.end();
    if (label.kind === "polledLoop") closePolledLoop(lowering, label.roots);
    label.close?.();
    lowering.pushResults(instruction);
  },
};

const branchOnNull = withTop((lowering, { immediates, pushed }, [reference]) => {
  pushIsNull(lowering, reference as Operand);
  lowering.code.branch("br_if", lowering.labels.branch(immediates.label));
  lowering.pushResults({ pushed: pushed.slice(0, -1) });
  lowering.pushOperand(reference as Operand, pushed[pushed.length - 1] as Operand["type"]);
});

const branchOnNonNull = withTop((lowering, instruction, [reference]) => {
  lowering.get(reference as Operand);
  pushIsNotNull(lowering, reference as Operand);
  lowering.code.branch("br_if", lowering.labels.branch(instruction.immediates.label));
  lowering.code.op("drop");
  lowering.pushResults(instruction);
});

export const controlRules = {
  block,
  if: conditional,
  loop,
  else: otherwise,
  end,
  br: onStack(({ code, labels, slots }, { immediates }) => {
    code.branch("br", labels.branch(immediates.label));
    slots.unreachable();
  }),
  br_if: onStack(({ code, labels }, { immediates }) => code.branch("br_if", labels.branch(immediates.label))),
  br_table: onStack(({ code, labels, slots }, { immediates }) => {
    code.branchTable(
      immediates.labels.map((label) => labels.branch(label)),
      labels.branch(immediates.label),
    );
    slots.unreachable();
  }),
  return: onStack(({ code, slots }) => {
    code.op("return");
    slots.unreachable();
  }),
  br_on_null: branchOnNull,
  br_on_non_null: branchOnNonNull,
} satisfies RuleFamily;
