/**
 * What wrappers of functions ask of their agent: how it goes into lowered code and comes out, and what its values and
 * exceptions become.
 */
import type { Gate } from "../sync/gate.ts";
import type { Conversions, Converter } from "../values/convert.ts";

export interface WrappingAgent extends Conversions {
  readonly gate: Gate;
  readonly exceptions: {
    /** What JS sees of what came out of lowered code. The agent is a mutator. */
    toJs(error: unknown): unknown;
    /** What lowered code meets of what came out of JS. The agent is a mutator with the shadow stack up to `sp`. */
    toLowered(error: unknown, sp: number): unknown;
  };
}

/** A function of JS. */
export type Callee = (...args: unknown[]) => unknown;

/** A converter for each parameter: as many as there are, of which wrappers by the number of parameters take theirs. */
export type Converters = readonly [
  Converter,
  Converter,
  Converter,
  Converter,
  Converter,
  Converter,
  Converter,
  Converter,
];
