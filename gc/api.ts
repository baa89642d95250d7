/**
 * What lowered code and the embedder may ask of the heap runtime: the exports of the AssemblyScript module in
 * `runtime/`.
 *
 * Addresses and sizes are bytes in the heap memory (unsigned, though JS sees i32). `sp` is the caller's shadow-stack
 * pointer: all words of the agent's shadow stack below it are roots.
 */

/** Exports of the heap runtime, instantiated once per agent. */
export interface RuntimeExports {
  /**
   * Sets up a fresh memory whose plan words (layout/plan.ts) are written. In a memory that is set up it only reads
   * them. Called first.
   */
  initialize(): void;

  /**
   * Makes the calling instance the runtime of agent `id`, in a safe region. `mayBlock` is 0 where `Atomics.wait` is
   * forbidden: there waits spin.
   */
  attach(id: number, mayBlock: number): void;
  /**
   * Ends the agent: its blocks, root ranges, handles and shadow stack are reclaimable. The agent must be in a safe
   * region.
   */
  detach(): void;
  /**
   * Does the same for another agent that can run no more (a terminated Worker), in whatever state it died, and finishes
   * the collection that it may have been running. The caller is in a safe region.
   */
  reclaim(id: number): void;
  /**
   * Brings another agent to rest, for good, where it holds nothing that anybody waits for: its Worker is about to be
   * terminated. The caller is in a safe region and waits until the agent comes to a safepoint.
   */
  condemn(id: number): void;
  /**
   * Begins what a condemned agent must not leave half done, such as what it does with a lock; may be nested. Comes to
   * rest if it is condemned.
   */
  beginCritical(): void;
  endCritical(): void;

  /**
   * Leaves the safe region: waits while a collection runs, then the agent counts as a mutator. Returns its current
   * `sp`.
   */
  enter(): number;
  /** Enters the safe region with the shadow stack ending at `sp`; from here the agent touches no object. */
  leave(sp: number): void;

  /**
   * Serves `size` bytes (a multiple of 8) when the inlined allocation cannot: next hole, new chunk, large object, or
   * collection. Contents are undefined: the caller writes every word before its next safepoint. Returns 0 when a full
   * collection did not free enough; the lowered stub then throws `outOfMemory`.
   */
  allocate(size: number, sp: number): number;
  /** Called when the stop request was seen: takes part in the collection. */
  poll(sp: number): void;
  /** Write barrier, slow half: the header of `object` has HEADER_OLD_UNLOGGED set; logs it and clears the bit. */
  log(object: number): void;
  /**
   * The same for a write to `bytes` bytes of elements, at `start`, of an array of references: of a large array only
   * these are looked at again. The array's header may keep HEADER_OLD_UNLOGGED.
   */
  logElements(array: number, start: number, bytes: number): void;
  /** Collects now. `full` is 0 for a young collection, 1 for a full one. */
  collect(sp: number, full: number): void;

  /**
   * `bytes` zeroed bytes, 16-byte aligned, outside the collected heap and never freed: type records, instance blocks,
   * table elements. Any agent may call it at any time. Returns 0 when the memory is full.
   */
  allocatePermanent(bytes: number): number;
  /**
   * Makes all words in [start, end) roots, in every collection. Any agent may call it. Returns the range's entry, or 0
   * where there are no words.
   */
  addRoots(start: number, end: number): number;
  /** The same, until `removeRoots` or the end of the calling agent. */
  addAgentRoots(start: number, end: number): number;
  /** Takes back what gave the entry. */
  removeRoots(entry: number): void;
  /**
   * Another chunk of handle slots for the calling agent (gc/heap/slots.ts); its address, or 0 when the memory is full.
   */
  addHandles(): number;
  /** The same for box slots. */
  addBoxes(): number;

  /**
   * Gives pages of free blocks back to the system, from a safe region: what collections have found to be more than is
   * needed soon, because another agent, which cannot, has asked for it; or, where `isIdle` is 1, nearly all.
   */
  shrink(isIdle: number): void;

  /**
   * Stops the world, from a safe region, so that JS can look at objects: until `resumeWorld` no agent changes any, and
   * this one must not call anything else here.
   */
  stopWorld(): void;
  /** Lets the world go. */
  resumeWorld(): void;

  /**
   * Heap verifier: stops the world, from a safe region. 0 when every header, reference and line mark is right, else the
   * address of the first bad object.
   */
  verify(): number;
}

/** What lowered code imports of the heap itself, from `heap` (lower/host/host-imports.ts has the whole table). */
export interface HeapImports extends Pick<RuntimeExports, "allocate" | "poll" | "log"> {
  readonly memory: WebAssembly.Memory;
  readonly top: WebAssembly.Global;
  readonly limit: WebAssembly.Global;
}
