/** What the analyses of a whole module ask about each function, found in one walk over its instructions. */
import { rows } from "../../core/ops/table.ts";
import type { Instruction } from "../instructions/instruction.ts";

export interface Survey<I extends Instruction = Instruction> {
  /** `call` and `return_call`. */
  readonly calls: readonly I[];
  /** Calls through references and tables. */
  readonly indirectCalls: readonly I[];
  /** Whether the collector may run in an instruction that is no call. */
  readonly hasSafepoint: boolean;
  readonly hasLoop: boolean;
}

const OTHER = 0;
const CALL = 1;
const INDIRECT_CALL = 2;
const LOOP = 3;
const kinds = Uint8Array.from(rows, ({ call, control }) => {
  if (call !== undefined) return call === "direct" ? CALL : INDIRECT_CALL;
  return control === "loop" ? LOOP : OTHER;
});

export function surveyOf<I extends Instruction>(instructions: readonly I[]): Survey<I> {
  const calls: I[] = [];
  const indirectCalls: I[] = [];
  let hasSafepoint = false;
  let hasLoop = false;
  for (let at = 0; at < instructions.length; at++) {
    const instruction = instructions[at] as I;
    switch (kinds[instruction.row.id]) {
      case CALL:
        calls.push(instruction);
        break;
      case INDIRECT_CALL:
        indirectCalls.push(instruction);
        break;
      case LOOP:
        hasLoop = true;
        break;
      default:
        if (instruction.rule.safepoint !== "none") hasSafepoint = true;
    }
  }
  return { calls, indirectCalls, hasSafepoint, hasLoop };
}
