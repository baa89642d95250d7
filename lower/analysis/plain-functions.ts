/**
 * Plain functions: those that need nothing from the agent that runs them. They take and give numbers, touch no
 * reference, never allocate, block or trap, and call plain functions alone. Whoever calls one from JS need not make the
 * agent a mutator, nor translate errors: the host's own function can be the exported one.
 *
 * A function that may trap is none, although the host would trap as well, nor one that calls itself and so may exhaust
 * the stack: a stack trace must show places in the module that was lowered (`source-positions.ts`), and an error of the
 * host's that is thrown past all of our code has none of them.
 *
 * A plain function may poll. Where it was called from JS the agent is in a safe region, for which no collection waits,
 * and the poll returns at once.
 */
import type { LoweringName } from "../../core/ops/rules.ts";
import type { ValType } from "../../core/types/types.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction } from "../instructions/instruction.ts";
import type { PollPlan } from "./polls.ts";

/**
 * Lowering rules whose code touches the host's own stack, locals, globals and memories, or a shared global's cell of
 * numbers.
 */
const plainRules: ReadonlySet<LoweringName> = new Set<LoweringName>([
  ...([
    "keep",
    "block",
    "if",
    "loop",
    "else",
    "end",
    "br",
    "br_if",
    "br_table",
    "return",
    "global.get",
    "global.set",
  ] as const),
  ...(["wide.add", "wide.sub", "wide.mul", "half.vector", "half.extract_lane", "half.replace_lane"] as const),
]);

const isPlainType = (type: ValType): boolean => type < 0;

function isPlainInstruction({ row, popped, pushed }: Instruction): boolean {
  const { trap, alloc, block, suspend } = row.effects;
  if (trap === true || alloc === true || block === true || suspend === true) return false;
  return plainRules.has(row.lowering) && popped.every(isPlainType) && pushed.every(isPlainType);
}

/** Functions of the module, without the imported ones, that are plain: by their position in `bodies`. */
export function plainFunctions(
  bodies: readonly FunctionBody[],
  polls: readonly PollPlan[],
  importedFunctions: number,
): Uint8Array {
  const callers: number[][] = bodies.map(() => []);
  const plain = new Uint8Array(bodies.length).fill(1);
  const pending: number[] = [];
  const exclude = (index: number): void => {
    if (plain[index] === 0) return;
    plain[index] = 0;
    pending.push(index);
  };
  for (const [index, { instructions, locals }] of bodies.entries()) {
    // Recursive functions poll at their entry unless they allocate, and then they are not plain either.
    if (polls[index]?.atEntry === true || !locals.every(isPlainType)) exclude(index);
    for (const instruction of instructions) {
      if (plain[index] === 0) break;
      const callee = instruction.immediates.index - importedFunctions;
      if (instruction.row.call === "direct" && callee >= 0) callers[callee]?.push(index);
      else if (!isPlainInstruction(instruction)) exclude(index);
    }
  }
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) callers[index]?.forEach(exclude);
  return plain;
}
