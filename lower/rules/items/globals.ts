/**
 * Globals. Unshared and thread-local ones are globals of the host; those that hold addresses are written through to a
 * cell where the collector sees them. Shared globals are cells of the instance's shared block. All cells are roots, so
 * that they need no write barrier.
 */

import type { GlobalType } from "../../../core/types/module.ts";
import { pushCell } from "../../access/global-cell.ts";
import { valueStore } from "../../access/publication.ts";
import { loadName } from "../../access/storage.ts";
import { onStack, type RuleEntry, type RuleFamily, withTop } from "../../function/rule.ts";
import type { Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";
import { needsRootCell } from "../../module/placement.ts";

function globalType(module: ModuleLowering, index: number): GlobalType {
  return module.valid.globals[index] as GlobalType;
}

const getShared = onStack(({ code, module }, { immediates: { index } }) => {
  const { type } = globalType(module, index);
  const cell = pushCell(module, code, index);
  code.access(loadName(type, undefined), cell.offset);
});

const getHost = onStack(({ code, module }, { immediates: { index } }) => {
  const constant = module.constantGlobal(index);
  if (constant === undefined) code.globalGet(module.globalAt(index));
  else code.instruction(constant.row, constant.immediates);
});

const get: RuleEntry = ({ immediates: { index } }, module) => (globalType(module, index).shared ? getShared : getHost);

const setShared = withTop((lowering, { immediates: { index } }, [value]) => {
  const { code, module } = lowering;
  const { type } = globalType(module, index);
  const cell = pushCell(module, code, index);
  lowering.get(value as Operand);
  code.access(valueStore(module, type, true), cell.offset);
});

const setHost = onStack(({ code, module }, { immediates: { index } }) => code.globalSet(module.globalAt(index)));

const setHostReference = withTop((lowering, { immediates: { index } }, [value]) => {
  const { code, module } = lowering;
  lowering.get(value as Operand);
  code.globalSet(module.globalAt(index));
  const cell = pushCell(module, code, index);
  lowering.get(value as Operand);
  code.access("i32.store", cell.offset);
});

const set: RuleEntry = ({ immediates: { index } }, module) => {
  const { type, shared } = globalType(module, index);
  if (shared) return setShared;
  return needsRootCell(module.types, type) ? setHostReference : setHost;
};

export const globalRules = { "global.get": get, "global.set": set } satisfies RuleFamily;
