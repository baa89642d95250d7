/**
 * Shared values in messages between agents, as programs see them (shared-everything threads, "JS API": shared objects
 * keep their identity where they are posted). What makes handles is in posting.ts.
 */

/**
 * A posted value. Plain data: every way of messages carries it, and it can be cloned, but one agent receives it, once.
 * Until then it keeps its value alive, for as long as the store lives, unless somebody revokes it by `discard`.
 */
export interface Handle {
  /** The store that the value belongs to. */
  readonly heddle: string;
  /** What kind of value it stands for: object, exception, function, global, thread-local global, table, tag. */
  readonly kind: string;
  /** Which value: digits, most of them random. Who has them can receive the value. */
  readonly token: string;
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
   * The handle of a shared value, to be put into one message to one agent. Raises a `TypeError` for values that other
   * agents cannot have.
   */
  post(value: unknown): Handle;
  /**
   * What a handle stands for on this agent: one object for one value, and the same one again where it comes back.
   * Raises a `TypeError`, and changes nothing, for what is no handle of this store, or no longer: received before, or
   * discarded.
   */
  receive(handle: Handle): unknown;
}
