/**
 * Exceptions are the host's. A tag has the lowered parameters of the source's, without the shadow-stack pointer: that of the catching function
 * has not changed.
 *
 * Known deviations: an exception reference exists in locals and on the operand stack, not in the heap; and since the collector does not see
 * what such a reference holds, the forms of `catch` that push one are refused in modules with a tag that carries heap references.
 */
import type { CatchClause } from "../../ops/immediates.ts";
import type { FunctionLowering } from "../function-lowering.ts";
import { notLowered } from "../instruction.ts";
import { isRoot } from "../reference-types.ts";
import { onStack, type Rule, registerRules } from "../registry.ts";

const clauseCodes: Readonly<Record<CatchClause["kind"], number>> = { catch: 0, catch_ref: 1, catch_all: 2, catch_all_ref: 3 };

function hasReferences({ module }: FunctionLowering): boolean {
  return module.valid.tags.some((id) => module.functionTypeOf(id).params.some((param) => isRoot(module.types, param)));
}

const tryTable: Rule = {
  operands: 0,
  safepoint: "none",
  emit: (lowering, instruction) => {
    const { code, labels, module } = lowering;
    const clauses = instruction.immediates.catches.map(({ kind, tag, label }) => {
      if (kind.endsWith("_ref") && hasReferences(lowering)) {
        notLowered(module, `${kind} in a module whose exceptions hold references`, instruction.offset);
      }
      labels.catches(label);
      return { code: clauseCodes[kind], tag: tag === undefined ? undefined : module.tags[tag], label: labels.branch(label) };
    });
    code.tryTable(module.hostBlock(module.blockType(instruction.immediates)), clauses);
    lowering.openLabel({ kind: "block" });
    lowering.pushResults(instruction);
  },
};

registerRules({
  throw: onStack(({ code, module, slots }, { immediates }) => {
    code.throw(module.tags[immediates.index] as NonNullable<(typeof module.tags)[number]>);
    slots.unreachable();
  }),
  throw_ref: onStack(({ code, slots }) => {
    code.op("throw_ref");
    slots.unreachable();
  }),
  try_table: tryTable,
});
