/**
 * The guard against an agent's shadow stack growing beyond its end, which the host does not see.
 *
 * A shadow stack lies at a multiple of its size, a power of two. Half of it is for use: where a function is entered in
 * the other half, it traps before it writes there. That half has room for the frame of one function, which has no more
 * slots than the host allows locals. So the guard is one test of one bit, in the functions that use the stack at all.
 *
 *     local.get $sp, i32.const <half>, i32.and, if (unlikely) call $trap, unreachable, end
 */
import type { HostCode } from "../host/host-code.ts";
import { TrapCode } from "../host/lowered.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

/** Writes the guard of a function whose shadow-stack pointer is the local `sp`. */
export function guardStack(module: ModuleLowering, code: HostCode, sp: number): void {
  const { stackGuard } = module.options;
  if (stackGuard === undefined) return;
  code.get(sp);
  code.i32(stackGuard);
  code.op("i32.and");
  code.unlikely();
  code.call(module.stubs.trap(TrapCode.shadowStackOverflow));
  code.op("unreachable");
  code.end();
}
