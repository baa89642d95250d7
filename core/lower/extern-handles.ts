/**
 * Unshared externs: `externref` of the host in locals and signatures, handles of the agent's table of JS values wherever memory holds
 * them. Handle 0xFEFEFEFE, as of all null references, is null.
 */
import { EXTERNREF, I32, type ValType } from "../types.ts";
import type { HostCode } from "./host-code.ts";
import type { ModuleLowering } from "./module-lowering.ts";
import { isHostExtern } from "./reference-types.ts";

/** Turns the value on the stack from how locals have it into how memory has it. */
export function toMemory(module: ModuleLowering, code: HostCode, type: ValType): void {
  if (isHostExtern(module.types, type)) code.call(module.runtime("externHandle", [EXTERNREF], [I32]));
}

/** Turns the value on the stack from how memory has it into how locals have it. */
export function fromMemory(module: ModuleLowering, code: HostCode, type: ValType): void {
  if (isHostExtern(module.types, type)) code.call(module.runtime("externValue", [I32], [EXTERNREF]));
}
