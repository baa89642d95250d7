/** How a module is lowered. */
export interface LowerOptions {
  /**
   * How a reference is stored where another thread may see it. `atomic`: in release order, as the memory model asks.
   * `tso`: by a plain store, for hosts whose processor is known to keep the order of stores.
   */
  readonly publication: "tso" | "atomic";
  /**
   * `host`: 64-bit memories are the host's. `lowered`: they are 32-bit memories with checked addresses, for hosts
   * without 64-bit ones. Default: `host`.
   */
  readonly memory64?: "host" | "lowered";
  /**
   * The bit of the shadow-stack pointer that is set when too little of an agent's shadow stack is left
   * (`stack-guard.ts`). Without it no function looks.
   */
  readonly stackGuard?: number;
  /** Name of the host module, by which stack traces tell it from others. */
  readonly name?: string;
  /** Take every slow path that may collect: for tests. */
  readonly collectAtSafepoints?: boolean;
}
