/** Cells of globals in memory: of shared globals, and the copies of host globals that the collector sees. */
import { F32, F64, I64, V128, type ValType } from "../../core/types/types.ts";
import type { HostCode } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

export interface GlobalCell {
  /** Offset from the pushed address. */
  readonly offset: number;
}

/** Pushes the address of a block or cell; the global's cell is `offset` behind it. */
export function pushCell(module: ModuleLowering, code: HostCode, index: number): GlobalCell {
  const place = module.placement.globals[index];
  switch (place?.kind) {
    case "shared":
      code.globalGet(module.sharedBlock);
      return { offset: place.offset };
    case "host":
      code.globalGet(module.rootBlock);
      return { offset: place.rootOffset ?? 0 };
    default:
      code.globalGet(module.imports.number("globalcell", index));
      return { offset: 0 };
  }
}

const prefixes: Readonly<Record<number, string>> = { [I64]: "i64", [F32]: "f32", [F64]: "f64", [V128]: "v128" };

/** The type name of the instructions on cells of a type. */
function prefixOf(type: ValType): string {
  return prefixes[type] ?? "i32";
}

export function loadName(type: ValType): string {
  return `${prefixOf(type)}.load`;
}

/** A reference stored where other threads look is published. */
export function storeName(module: ModuleLowering, type: ValType, shared: boolean): string {
  return type >= 0 && shared && module.options.publication === "atomic" ? "i32.atomic.store" : `${prefixOf(type)}.store`;
}
