/**
 * Instructions that the host has as they are: numeric and vector instructions, memory accesses (`memory.ts`), locals,
 * constants. Only indices change: locals behind the parameters make room for the shadow-stack pointer, memories for the
 * heap. Memory orders weaker than sequential consistency become that, which is stronger.
 */
import { byRow, rows } from "../../../core/ops/table.ts";
import type { ValType } from "../../../core/types/types.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type Rule, type RuleEntry, type RuleFamily } from "../../function/rule.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import { memoryRule, usesMemory } from "../items/memory.ts";

const same = onStack(({ code }, { row, immediates }) => code.instruction(row, immediates));

const constant: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => lowering.pushConstant(instruction),
};

const localGet: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, { immediates, pushed }) => lowering.pushSourceLocal(immediates.index, pushed[0] as ValType, false),
};

const localTee: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, { immediates, pushed }) => {
    assign(lowering, immediates.index);
    lowering.code.get(lowering.hostLocal(immediates.index));
    lowering.pushSourceLocal(immediates.index, pushed[0] as ValType, true);
  },
};

function assign(lowering: FunctionLowering, local: number): void {
  const host = lowering.hostLocal(local);
  lowering.code.set(host);
  lowering.slots.invalidate(host);
}

const localSet = onStack((lowering, { immediates }) => assign(lowering, immediates.index));

const unreachable = onStack(({ code, slots }) => {
  code.op("unreachable");
  slots.unreachable();
});

/** `select` of references, which for the host are numbers for the most part. */
const selectTyped = onStack(({ code, module }, { row, immediates, pushed }: Instruction) => {
  const type = module.lowered(pushed[0] as ValType);
  if (type < 0) {
    code.op("select");
    return;
  }
  const typed = immediates.copy();
  typed.types = [type];
  code.instruction(row, typed);
});

const special = byRow<Rule>({ "local.get": localGet, "local.set": localSet, "local.tee": localTee, unreachable });
/** By the row's number; undefined for instructions on memories, whose rule depends on the memory. */
const rules: readonly (Rule | undefined)[] = rows.map(
  (row) => special[row.id] ?? (row.literal ? constant : usesMemory(row) ? undefined : same),
);
const keep: RuleEntry = (instruction, module) => rules[instruction.row.id] ?? memoryRule(instruction, module);

export const keepRules = {
  keep,
  "ref.null": constant,
  "select.typed": selectTyped,
  "atomic.fence": onStack(({ code }, { row, immediates }) => {
    const fence = immediates.copy();
    fence.order = "seqcst";
    code.instruction(row, fence);
  }),
  // A hint to the processor that the host has no instruction for.
  pause: onStack(() => undefined),
} satisfies RuleFamily;
