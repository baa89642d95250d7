/**
 * Shared values in messages between agents, as programs see them (shared-everything threads, "JS API": shared objects
 * keep their identity where they are posted). What makes handles is in posting.ts.
 */

/**
 * A posted value. Plain data: every way of messages carries it, and it can be cloned, but received only once where it
 * stands for a heap object. Such a handle keeps its object alive until it is received, and for as long as the store
 * lives where nobody does.
 */
export interface Handle {
  /** The store that the value belongs to. */
  readonly heddle: string;
  /** What kind of value it stands for. */
  readonly kind: string;
}

/** What comlink asks of a transfer handler: `Comlink.transferHandlers.set("heddle", messages.transferHandler)`. */
export interface TransferHandler {
  canHandle(value: unknown): value is unknown;
  serialize(value: unknown): [Handle, Transferable[]];
  deserialize(handle: Handle): unknown;
}

/**
 * Posts and receives for one agent: `store.messages` on the creator, `joined.messages` on a Worker that was admitted.
 */
export interface Posting {
  /** For comlink: shared values among arguments and results go as handles. */
  readonly transferHandler: TransferHandler;
  /**
   * Whether a value is one of the store's that other agents can have: a shared object, function, global, table, tag or
   * exception.
   */
  canPost(value: unknown): boolean;
  /**
   * The handle of a shared value, to be put into a message. Raises a `TypeError` for values that other agents cannot
   * have.
   */
  post(value: unknown): Handle;
  /**
   * What a handle stands for on this agent: one object for one value, and the same one again where it comes back.
   * Raises a `TypeError` for values that are no handle of this store, and for the handle of a heap object that has been
   * received before.
   */
  receive(handle: Handle): unknown;
}
