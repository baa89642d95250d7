/** Which functions of a module can never let the collector run: calls of those are no safepoints. */
import type { CallGraph } from "./call-graph.ts";
import type { PollPlan } from "./polls.ts";
import type { Survey } from "./survey.ts";

/** For each function of the module, whether the collector may run while it does. */
export function mayCollect(
  surveys: readonly Survey[],
  { importedFunctions }: CallGraph,
  polls: readonly PollPlan[],
): readonly boolean[] {
  const callers: number[][] = surveys.map(() => []);
  const found = new Uint8Array(surveys.length);
  const pending: number[] = [];
  const mark = (index: number): void => {
    if (found[index] === 1) return;
    found[index] = 1;
    pending.push(index);
  };
  for (const [index, { calls, indirectCalls, hasSafepoint }] of surveys.entries()) {
    if (polls[index]?.atEntry === true || (polls[index]?.loops.size ?? 0) > 0) mark(index);
    if (hasSafepoint || indirectCalls.length > 0) mark(index);
    for (const { immediates } of calls) {
      const callee = immediates.index - importedFunctions;
      if (callee >= 0) callers[callee]?.push(index);
      else mark(index);
    }
  }
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) callers[index]?.forEach(mark);
  return Array.from(found, (value) => value === 1);
}
