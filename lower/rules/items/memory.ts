/**
 * Instructions on linear memories. On a memory that is the host's own in every respect they are the host's; on others,
 * addresses and sizes are checked and converted first (`memory-access.ts`), and sizes of memories with pages of a byte
 * are kept in a cell.
 */
import type { Row } from "../../../core/ops/row.ts";
import { byRow } from "../../../core/ops/table.ts";
import { I64 } from "../../../core/types/types.ts";
import { checkBytes, pushAccess, pushHostAddress, withHostMemories } from "../../access/memory-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type Rule, type RuleEntry, type RuleFamily, withOperands } from "../../function/rule.ts";
import type { HostItem } from "../../host/host-code.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

type Three = readonly [Operand, Operand, Operand];

const direct = onStack(({ code, module }, { row, immediates }) =>
  code.instruction(row, withHostMemories(module, row, immediates)),
);

/** Loads, stores and atomic accesses: the address is the first operand. */
const access = withOperands((lowering, instruction, operands) => {
  pushAccess(lowering, instruction, operands);
  lowering.code.instruction(
    instruction.row,
    withHostMemories(lowering.module, instruction.row, instruction.immediates),
  );
  lowering.pushResults(instruction);
});

const size = onStack((lowering, { row, immediates }) => {
  const { code, module } = lowering;
  if (module.memories.hasBytePages(immediates.index)) {
    module.memories.pushByteLength(code, immediates.index);
    if (!module.memories.type(immediates.index).is64) code.op("i32.wrap_i64");
    return;
  }
  code.instruction(row, withHostMemories(module, row, immediates));
  code.op("i64.extend_i32_u");
});

const grow = withOperands((lowering, instruction, operands) => {
  const [delta] = operands as readonly [Operand];
  const { code, module } = lowering;
  const { row, immediates } = instruction;
  if (module.memories.hasBytePages(immediates.index)) growBytes(lowering, immediates.index, delta);
  else {
    // A delta of more than 32 bits becomes one that the host refuses.
    lowering.get(delta);
    code.op("i32.wrap_i64");
    code.i32(-1);
    lowering.get(delta);
    code.i64(0xffffffffn);
    code.op("i64.le_u");
    code.op("select");
    code.instruction(row, withHostMemories(module, row, immediates));
    code.op("i64.extend_i32_s");
  }
  lowering.pushResults(instruction);
});

function growBytes(lowering: FunctionLowering, memory: number, delta: Operand): void {
  const { code, module } = lowering;
  lowering.get(delta);
  if (delta.type !== I64) code.op("i64.extend_i32_u");
  code.call(growFunction(module, memory));
  if (delta.type !== I64) code.op("i32.wrap_i64");
}

/**
 * (delta: i64) -> i64: the old length or -1. The host's memory grows first, then the length.
 *
 * Race: threads that grow a shared memory at once each add their own part, since the length is exchanged only where it
 * is the one that was read; one that comes second reads again.
 */
function growFunction(module: ModuleLowering, memory: number): HostItem {
  const { memories } = module;
  return module.stubs.define(`heddle.memory.grow.${memory}`, [I64], [I64], (code) => {
    const old = code.local(I64);
    const { shared } = memories.type(memory);
    code.block("loop");
    memories.pushByteLength(code, memory);
    code.set(old);
    code.get(0);
    code.i64(memories.maximumBytes(memory));
    code.get(old);
    code.op("i64.sub");
    code.op("i64.gt_u");
    code.block("if");
    fail();
    code.end();
    growHost();
    const offset = memories.pushLengthCell(code, memory);
    if (shared) code.get(old);
    code.get(old);
    code.get(0);
    code.op("i64.add");
    if (shared) {
      code.access("i64.atomic.rmw.cmpxchg", offset);
      code.get(old);
      code.op("i64.ne");
      code.branch("br_if", 0);
    } else code.access("i64.store", offset);
    code.end();
    code.get(old);

    function fail(): void {
      code.i64(-1n);
      code.op("return");
    }

    /** Grows the host's memory by the pages that are missing, if any are. */
    function growHost(): void {
      const missing = code.local(I64);
      const wide = memories.type(memory).is64 && !memories.isNarrowed(memory);
      code.get(old);
      code.get(0);
      code.op("i64.add");
      code.i64(0xffffn);
      code.op("i64.add");
      code.i64(16n);
      code.op("i64.shr_u");
      code.withItems("memory.size", memories.item(memory));
      if (!wide) code.op("i64.extend_i32_u");
      code.op("i64.sub");
      code.tee(missing);
      code.i64(0n);
      code.op("i64.gt_s");
      code.block("if");
      code.get(missing);
      if (!wide) code.op("i32.wrap_i64");
      code.withItems("memory.grow", memories.item(memory));
      if (!wide) code.op("i64.extend_i32_s");
      code.i64(-1n);
      code.op("i64.eq");
      code.block("if");
      fail();
      code.end();
      code.end();
    }
  });
}

const fill = withOperands((lowering, { row, immediates }, operands) => {
  const [start, value, count] = operands as Three;
  checkBytes(lowering, immediates.index, start, count);
  pushHostAddress(lowering, immediates.index, start);
  lowering.get(value);
  pushHostAddress(lowering, immediates.index, count);
  lowering.code.instruction(row, withHostMemories(lowering.module, row, immediates));
});

const copy = withOperands((lowering, { row, immediates }, operands) => {
  const [to, from, count] = operands as Three;
  checkBytes(lowering, immediates.index2, from, count);
  checkBytes(lowering, immediates.index, to, count);
  pushHostAddress(lowering, immediates.index, to);
  pushHostAddress(lowering, immediates.index2, from);
  pushHostAddress(lowering, immediates.index, count);
  lowering.code.instruction(row, withHostMemories(lowering.module, row, immediates));
});

const initialize = withOperands((lowering, { row, immediates }, operands) => {
  const [to, from, count] = operands as Three;
  checkBytes(lowering, immediates.index2, to, count);
  pushHostAddress(lowering, immediates.index2, to);
  lowering.get(from);
  lowering.get(count);
  lowering.code.instruction(row, withHostMemories(lowering.module, row, immediates));
});

const others = byRow<Rule>({ "memory.size": size, "memory.grow": grow, "memory.fill": fill, "memory.copy": copy });

/** Whether the first immediate of an instruction names a memory. */
export function usesMemory({ immediates: [first] }: Row): boolean {
  return first === "memory" || first === "memarg";
}

/** The rule of an instruction that uses a memory. */
export function memoryRule({ row, immediates }: Pick<Instruction, "row" | "immediates">, module: ModuleLowering): Rule {
  const { memories } = module;
  if (memories.isDirect(immediates.index) && (row.immediates[1] !== "memory" || memories.isDirect(immediates.index2)))
    return direct;
  return others[row.id] ?? access;
}

const init: RuleEntry = ({ immediates }, { memories }) => (memories.isDirect(immediates.index2) ? direct : initialize);

export const memoryRules = { "memory.init": init, "data.drop": direct } satisfies RuleFamily;
