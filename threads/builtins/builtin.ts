/** What a builtin function is, and what builtins ask of the agent that they are made for. */
import type { CompositeType } from "../../core/types/types.ts";
import type { TrapCode } from "../../lower/host/lowered.ts";
import type { Traps } from "../traps/traps.ts";
import type { Conversions } from "../values/convert.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";

/** An agent that has builtins. */
export interface BuiltinAgent extends Conversions {
  readonly traps: Traps;
  /** Raises a trap of the host that lowered code cannot catch. */
  raise(code: TrapCode): never;
  /** A JS function as lowered code calls it. */
  hostFunction(signature: Signature, callee: (...args: unknown[]) => unknown): LoweredFunction;
}

/** A builtin function. */
interface Builtin {
  /** Its type, behind the types that this one refers to by index. */
  readonly types: readonly CompositeType[];
  /** Makes it for one agent, in its lowered signature, which is that of `signature`. */
  create(agent: BuiltinAgent, signature: Signature): (...operands: never[]) => unknown;
}

/** The functions of one set. */
export type BuiltinSet = Readonly<Record<string, Builtin>>;
