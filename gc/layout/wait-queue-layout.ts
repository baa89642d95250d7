/**
 * Wait queues in the heap memory.
 *
 * A queue is a heap object of 24 bytes without references. Its waiters form a list of nodes, each a permanent record:
 * every agent has one for the wait that it sleeps in, and more for the promises of `waitAsync`.
 *
 *     queue                            node
 *      0  header                        0  state    NODE_...
 *      4  lock     (owned-lock.ts)      4  next     the node behind it, or 0
 *      8  waiters  nodes in the list    8  queue    that it waits in
 *     12  head     first node, or 0    12  chain    next node of the same agent
 *     16  tail     last node, or 0     16  locking  queue whose lock the agent takes, or 0 (the
 *     20  waking   node that is being               agent's first node only)
 *                  taken off the list, or 0
 */

export const QUEUE_LOCK = 4;
export const QUEUE_WAITERS = QUEUE_LOCK + 4;
export const QUEUE_HEAD = QUEUE_WAITERS + 4;
export const QUEUE_TAIL = QUEUE_HEAD + 4;
export const QUEUE_WAKING = QUEUE_TAIL + 4;
export const QUEUE_BYTES = QUEUE_WAKING + 4;

export const NODE_STATE = 0;
export const NODE_NEXT = NODE_STATE + 4;
export const NODE_QUEUE = NODE_NEXT + 4;
export const NODE_CHAIN = NODE_QUEUE + 4;
export const NODE_LOCKING = NODE_CHAIN + 4;
export const NODE_BYTES = 32;

export const NODE_IDLE = 0;
/** In a queue's list. */
export const NODE_WAITING = 1;
/** Woken; nobody but its agent touches it any more. */
export const NODE_WOKEN = 2;
