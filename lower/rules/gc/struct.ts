/**
 * Structs.
 *
 *     struct.new   allocate, store the header and each field; a custom descriptor (struct.new_desc) is the header
 *     struct.get   one load: null lies beyond the memory, so that the host traps
 *     struct.set   one store; of references, behind the write barrier
 */

import { isPacked, type StorageType, type StructType, type ValType } from "../../../core/types/types.ts";
import { NULL_REFERENCE } from "../../../gc/layout/memory-map.ts";
import { type StructLayout, storageLog2, structLayout } from "../../../gc/layout/object-layout.ts";
import { isScanned } from "../../../gc/layout/reference-types.ts";
import { TYPE_RECORD } from "../../../gc/layout/type-record.ts";
import { trapIfNull } from "../../access/null-check.ts";
import { publishesAtomically, valueStore } from "../../access/publication.ts";
import { loadName, needsBarrier, storeName, writeBarrier } from "../../access/storage.ts";
import type { FunctionLowering } from "../../function/function-lowering.ts";
import { onStack, type RuleEntry, type RuleFamily, withOperands } from "../../function/rule.ts";
import { TrapCode } from "../../host/lowered.ts";
import type { Instruction } from "../../instructions/instruction.ts";
import { isNullConstant, type Operand } from "../../instructions/operand.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

/** A field that an instruction names, and where it is. */
export interface FieldPlace {
  readonly storage: StorageType;
  readonly offset: number;
  readonly shared: boolean;
}

/** The field of `struct.get`, `struct.set` and their like. */
export function fieldOf(module: ModuleLowering, { immediates }: Pick<Instruction, "immediates">): FieldPlace {
  const id = module.idOf(immediates.index);
  const { composite, shared } = module.types.type(id);
  const storage = (composite as StructType).fields[immediates.index2]?.storage as StorageType;
  return { storage, offset: structLayout(module.types, id).offsets[immediates.index2] as number, shared };
}

/**
 * Allocates a struct and stores what is in front of its fields; returns the local with its address. The last operand of
 * a type with custom descriptors is the object's, which becomes its header. A descriptor itself gets the record of the
 * type that it describes.
 */
function allocate(lowering: FunctionLowering, id: number, layout: StructLayout, operands: readonly Operand[]): number {
  const { code, module } = lowering;
  const { descriptor, describes } = module.types.type(id);
  const header = descriptor === undefined ? undefined : operands.at(-1);
  if (header !== undefined) trapIfNull(lowering, header, TrapCode.nullDescriptor);
  const address = lowering.allocation(operands).fixed(layout.size);
  code.get(address);
  if (header === undefined) module.typeRecord(code, id);
  else lowering.get(header);
  code.access("i32.store", 0);
  if (describes !== undefined) {
    code.get(address);
    module.typeRecord(code, describes);
    code.access("i32.store", TYPE_RECORD);
  }
  return address;
}

const create = withOperands((lowering, { immediates, pushed }, operands) => {
  const { code, module } = lowering;
  const id = module.idOf(immediates.index);
  const layout = structLayout(module.types, id);
  const { fields } = module.types.type(id).composite as StructType;
  const address = allocate(lowering, id, layout, operands);
  fields.forEach(({ storage }, index) => {
    code.get(address);
    lowering.get(operands[index] as Operand);
    code.access(storeName(storage), layout.offsets[index] as number);
  });
  lowering.pushLocal(address, pushed[0] as ValType);
}, "allocation");

const createDefault = withOperands((lowering, { immediates, pushed }, operands) => {
  const { module } = lowering;
  const id = module.idOf(immediates.index);
  const layout = structLayout(module.types, id);
  const { fields } = module.types.type(id).composite as StructType;
  const address = allocate(lowering, id, layout, operands);
  for (const [index, { storage }] of fields.entries())
    storeDefault(lowering, address, layout.offsets[index] as number, storage);
  lowering.pushLocal(address, pushed[0] as ValType);
}, "allocation");

/** Stores a field's default value: zero or null. */
function storeDefault({ code }: FunctionLowering, address: number, offset: number, storage: StorageType): void {
  const bytes = 1 << storageLog2(storage);
  if (bytes >= 8) {
    for (let at = 0; at < bytes; at += 8) {
      code.get(address);
      code.i64(0n);
      code.access("i64.store", offset + at);
    }
    return;
  }
  code.get(address);
  code.i32(storage >= 0 ? NULL_REFERENCE : 0);
  code.access(storage >= 0 || !isPacked(storage) ? "i32.store" : storeName(storage), offset);
}

const get = onStack(({ code, module }, instruction) => {
  const { storage, offset } = fieldOf(module, instruction);
  code.access(loadName(storage, instruction.row.sign), offset, TrapCode.nullStructureReference);
});

const setValue = onStack(({ code, module }, instruction) => {
  const { storage, offset } = fieldOf(module, instruction);
  code.access(storeName(storage), offset, TrapCode.nullStructureReference);
});

/** Null is told apart before an atomic store: its address is unaligned, and the host would say so. */
const setReference = withOperands((lowering, instruction, operands) => {
  const [object, value] = operands as readonly [Operand, Operand];
  const { code, module } = lowering;
  const { storage, offset, shared } = fieldOf(module, instruction);
  const publishes = shared && !isNullConstant(value);
  if (needsBarrier(lowering, value)) writeBarrier(lowering, object);
  else if (publishesAtomically(module, publishes)) trapIfNull(lowering, object, TrapCode.nullStructureReference);
  lowering.get(object);
  lowering.get(value);
  code.access(valueStore(module, storage, publishes), offset, TrapCode.nullStructureReference);
});

const set: RuleEntry = (instruction, module) => {
  const { storage, shared } = fieldOf(module, instruction);
  return isScanned(module.types, storage) || (storage >= 0 && publishesAtomically(module, shared))
    ? setReference
    : setValue;
};

export const structRules = {
  "struct.new": create,
  "struct.new_desc": create,
  "struct.new_default": createDefault,
  "struct.new_default_desc": createDefault,
  "struct.get": get,
  "struct.set": set,
} satisfies RuleFamily;
