/**
 * `memory.atomic.wait32` and `memory.atomic.wait64`: the host's own, in a safe region of the heap, so that a sleeping
 * agent keeps no collection waiting.
 *
 * Output: an atomic load, which traps where the wait would; `beginWait`, which leaves to the safe region or traps on an
 * agent that must not block; the wait; `endWait`. So nothing traps between the last three, and the agent's state stays
 * right.
 */

import { atomicAccess } from "../../../core/ops/table.ts";
import type { ValType } from "../../../core/types/types.ts";
import { checkAccess, pushHostAddress, withHostMemories } from "../../access/memory-access.ts";
import { type RuleEntry, type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Operand } from "../../instructions/operand.ts";

/** Which parameter the expected value is. */
const EXPECTED = 1;

const wait = withOperands((lowering, instruction, operands) => {
  const { code, module } = lowering;
  const { row } = instruction;
  const { index } = instruction.immediates;
  const [address, expected, timeout] = operands as readonly [Operand, Operand, Operand];
  const immediates = withHostMemories(module, row, instruction.immediates);
  const sizeLog2 = row.memory?.sizeLog2 ?? 0;
  const load = atomicAccess("get", row.signature?.params[EXPECTED] as ValType, sizeLog2);
  checkAccess(lowering, index, address, instruction.immediates.offset, sizeLog2);
  pushHostAddress(lowering, index, address);
  code.instruction(load, immediates);
  code.op("drop");
  lowering.get(timeout);
  code.i64(0n);
  code.op("i64.lt_s");
  lowering.pushCalleeStack();
  code.call(module.runtime("beginWait"));
  pushHostAddress(lowering, index, address);
  for (const operand of [expected, timeout]) lowering.get(operand);
  code.instruction(row, immediates);
  code.call(module.runtime("endWait"));
  lowering.pushResults(instruction);
}, "call");

/** On a memory that is not shared, a wait always traps. */
const trap = withOperands((lowering, instruction) => {
  lowering.code.call(lowering.module.stubs.trap(TrapCode.expectedSharedMemory));
  lowering.code.op("unreachable");
  lowering.pushResults(instruction);
});

const entry: RuleEntry = ({ immediates }, module) =>
  module.valid.memories[immediates.index]?.shared === true ? wait : trap;

export const blockingRules = { "memory.atomic.wait": entry } satisfies RuleFamily;
