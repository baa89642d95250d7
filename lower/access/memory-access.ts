/**
 * Addresses in memories that differ from the host's (`memories.ts`): what is checked in code, and how the host gets its
 * address.
 *
 * The host's own check stays in place behind these, so that they need not see what it sees: a sum that wraps past 2^64
 * is out of the host's bounds too.
 */
import { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import { rows } from "../../core/ops/table.ts";
import { I64 } from "../../core/types/types.ts";
import type { FunctionLowering } from "../function/function-lowering.ts";
import { TrapCode } from "../host/lowered.ts";
import type { Instruction } from "../instructions/instruction.ts";
import type { Operand } from "../instructions/operand.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

const { memoryOutOfBounds } = TrapCode;
const LARGEST_32 = 0xffffffffn;

const namesMemory: readonly boolean[] = rows.map(({ immediates }) =>
  immediates.some((kind) => kind === "memory" || kind === "memarg"),
);
const changed = new Immediates();

/**
 * The immediates for the host: its memory's index, the strongest order, and an offset that its addresses can have. To
 * be written before the next call, which uses the object again.
 */
export function withHostMemories({ memories }: ModuleLowering, row: Row, immediates: Immediates): Immediates {
  if (namesMemory[row.id] !== true) return immediates;
  immediates.copy(changed);
  changed.order = "seqcst";
  changed.hasOrder = false;
  // The second index is a memory in `memory.init`, and in `memory.copy` besides the first.
  if (row.immediates[0] !== "data") {
    changed.index = memories.hostIndex(immediates.index);
    if (memories.isNarrowed(immediates.index) && immediates.offset > LARGEST_32) changed.offset = LARGEST_32;
  }
  if (row.immediates.length > 1 && row.immediates[1] === "memory")
    changed.index2 = memories.hostIndex(immediates.index2);
  return changed;
}

/** Pushes an operand as an i64. */
function pushWide(lowering: FunctionLowering, operand: Operand): void {
  lowering.get(operand);
  if (operand.type !== I64) lowering.code.op("i64.extend_i32_u");
}

/** Traps unless an access of `2^sizeLog2` bytes is within a memory's bounds, as far as the host does not see to it. */
export function checkAccess(
  lowering: FunctionLowering,
  memory: number,
  address: Operand,
  offset: bigint,
  sizeLog2: number,
): void {
  const { code, module } = lowering;
  if (module.memories.isNarrowed(memory)) {
    lowering.get(address);
    code.i64(offset > LARGEST_32 ? 0n : LARGEST_32);
    code.op(offset > LARGEST_32 ? "i64.ge_u" : "i64.gt_u");
    lowering.trapIf(memoryOutOfBounds);
  }
  if (!module.memories.hasBytePages(memory)) return;
  pushWide(lowering, address);
  code.i64(offset + (1n << BigInt(sizeLog2)));
  code.op("i64.add");
  module.memories.pushByteLength(code, memory);
  code.op("i64.gt_u");
  lowering.trapIf(memoryOutOfBounds);
}

/** Pushes an address or a size that was checked, for the host. */
export function pushHostAddress(lowering: FunctionLowering, memory: number, operand: Operand): void {
  lowering.get(operand);
  if (operand.type === I64 && lowering.module.memories.isNarrowed(memory)) lowering.code.op("i32.wrap_i64");
}

/** Pushes the operands of a load, a store or an atomic access, with the address checked and for the host. */
export function pushAccess(
  lowering: FunctionLowering,
  { row, immediates }: Instruction,
  operands: readonly Operand[],
): void {
  const [address, ...values] = operands as readonly [Operand, ...Operand[]];
  checkAccess(lowering, immediates.index, address, immediates.offset, row.memory?.sizeLog2 ?? 0);
  pushHostAddress(lowering, immediates.index, address);
  for (const value of values) lowering.get(value);
}

/** Traps unless `count` bytes from `start` on are within a memory's bounds, as far as the host does not see to it. */
export function checkBytes(lowering: FunctionLowering, memory: number, start: Operand, count: Operand): void {
  const { code, module } = lowering;
  if (module.memories.isNarrowed(memory)) {
    // As one number: a bit of the upper halves is a bit too many.
    lowering.get(start);
    pushWide(lowering, count);
    code.op("i64.or");
    code.i64(LARGEST_32);
    code.op("i64.gt_u");
    lowering.trapIf(memoryOutOfBounds);
  }
  if (!module.memories.hasBytePages(memory)) return;
  // The sum of two 64-bit operands may wrap; then the host sees to it.
  pushWide(lowering, start);
  pushWide(lowering, count);
  code.op("i64.add");
  module.memories.pushByteLength(code, memory);
  code.op("i64.gt_u");
  lowering.trapIf(memoryOutOfBounds);
}
