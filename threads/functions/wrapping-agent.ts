/** What the wrappers around functions, on both sides, ask of their agent. */
import type { Gate } from "../sync/gate.ts";
import type { Conversions } from "../values/convert.ts";
import type { Exceptions } from "../values/exceptions.ts";
import type { LoweredFunction } from "../values/functions.ts";
import type { Signature } from "../values/kinds.ts";

/** An agent whose functions JS calls, and which calls functions of JS. */
export interface WrappingAgent extends Conversions {
  readonly gate: Gate;
  readonly exceptions: Exceptions;
  /** Calls lowered code from JS, whatever its signature: converts, calls, converts back. */
  invoke(target: LoweredFunction, signature: Signature, args: readonly unknown[]): unknown;
}
