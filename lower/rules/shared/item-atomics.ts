/**
 * Atomic accesses to globals and tables. A global that is not shared is a global of the host which no other thread can
 * reach, so that there plain instructions do.
 */

import type { AtomicOperation } from "../../../core/ops/row.ts";
import { I64, type ValType } from "../../../core/types/types.ts";
import { pushCell } from "../../access/global-cell.ts";
import { checkIndex, pushElementAddress, tableRecordLocal } from "../../access/table-access.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import type { Operand } from "../../instructions/operand.ts";
import { needsRootCell } from "../../module/placement.ts";
import { access } from "./atomic-access.ts";

const table = withOperands((lowering, instruction, operands) => {
  const [index, ...values] = operands as readonly [Operand, ...Operand[]];
  const { module } = lowering;
  const record = tableRecordLocal(lowering, instruction.immediates.index);
  checkIndex(lowering, record, index, TrapCode.tableOutOfBounds);
  const element = module.valid.tables[instruction.immediates.index]?.element as ValType;
  access(lowering, instruction.row, element, values, () => {
    pushElementAddress(lowering, record, index);
    return 0;
  });
  lowering.pushResults(instruction);
});

const global = withOperands((lowering, instruction, operands) => {
  const { module, code } = lowering;
  const { index } = instruction.immediates;
  const { shared, type } = module.valid.globals[index] as { readonly shared: boolean; readonly type: ValType };
  if (shared) access(lowering, instruction.row, type, operands, () => pushCell(module, code, index).offset);
  else accessHostGlobal(lowering, instruction, operands, type);
  lowering.pushResults(instruction);
});

/** Reads the old value where there is a result, and writes the new one. */
function accessHostGlobal(
  lowering: FunctionLowering,
  { row, immediates }: Instruction,
  operands: readonly Operand[],
  type: ValType,
): void {
  const { code, module } = lowering;
  const item = module.globalAt(immediates.index);
  if (row.atomic !== "set") code.globalGet(item);
  if (row.atomic === "get") return;
  const value = lowering.temporary(module.lowered(type));
  pushNewValue(lowering, row.atomic, operands, type, () => code.globalGet(item));
  code.tee(value);
  code.globalSet(item);
  if (!needsRootCell(module.types, type)) return;
  const { offset } = pushCell(module, code, immediates.index);
  code.get(value);
  code.access("i32.store", offset);
}

function pushNewValue(
  lowering: FunctionLowering,
  operation: AtomicOperation | undefined,
  operands: readonly Operand[],
  type: ValType,
  pushOld: () => void,
): void {
  const { code } = lowering;
  const prefix = type === I64 ? "i64" : "i32";
  const [first, replacement] = operands as readonly [Operand, Operand];
  switch (operation) {
    case "set":
    case "xchg":
      lowering.get(first);
      return;
    case "cmpxchg":
      lowering.get(replacement);
      pushOld();
      pushOld();
      lowering.get(first);
      code.op(`${prefix}.eq`);
      code.op("select");
      return;
    default:
      pushOld();
      lowering.get(first);
      code.op(`${prefix}.${operation}`);
  }
}

export const itemAtomicRules = {
  "table.atomic.get": table,
  "table.atomic.set": table,
  "table.atomic.xchg": table,
  "table.atomic.cmpxchg": table,
  "global.atomic.get": global,
  "global.atomic.set": global,
  "global.atomic.rmw": global,
  "global.atomic.xchg": global,
  "global.atomic.cmpxchg": global,
} satisfies RuleFamily;
