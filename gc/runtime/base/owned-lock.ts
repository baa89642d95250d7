/**
 * Locks that know their owner, as the runtime takes them: what threads/sync/owned-lock.ts does in JS
 * (gc/layout/owned-lock.ts has the word). A lock is held inside of a critical section, so that an agent that is
 * condemned comes to rest without it.
 */
import { LOCK_CONTENDED, LOCK_LOOKS, LOCK_OWNER, LOCK_PATIENCE } from "../../layout/owned-lock";
import { beginCritical, endCritical } from "./condemn";
import { agent, mayBlock } from "./state";

const NANOSECONDS_PER_MILLISECOND: i64 = 1000000;

/** Takes the lock at address `lock`, which this agent does not have. */
export function acquireLock(lock: usize): void {
  // Race: were the lock taken first, the agent could come to rest between both with a lock that its creator waits for.
  beginCritical();
  let mine = agent + 1;
  for (let looks: u32 = 0; ; looks++) {
    // Acquires: what the last owner wrote before it freed the lock is seen from here on.
    const found = atomic.cmpxchg<u32>(lock, 0, mine);
    if (found == 0) return;
    if (looks < (LOCK_LOOKS as u32) || !mayBlock) continue;
    // Freeing wakes one sleeper, which does not know whether others still sleep: its own release must wake the next.
    mine = (agent + 1) | LOCK_CONTENDED;
    const contended = found | LOCK_CONTENDED;
    // Race: set before the wait compares, so that an owner that frees the lock in between either notifies, or the
    // comparison fails.
    if (found != contended && atomic.cmpxchg<u32>(lock, found, contended) != found) continue;
    atomic.wait<u32>(lock, contended, (LOCK_PATIENCE as i64) * NANOSECONDS_PER_MILLISECOND);
  }
}

/** Frees the lock, which this agent has. */
export function releaseLock(lock: usize): void {
  // Releases, and reads in the same step: between a load and a store a waiter could set the bit and sleep, to be woken
  // by nobody.
  if ((atomic.xchg<u32>(lock, 0) & LOCK_CONTENDED) != 0) atomic.notify(lock, 1);
  endCritical();
}

/** Frees the lock if the dead agent `id` has it. What it guards needs no mending. */
export function breakLock(lock: usize, id: u32): void {
  for (;;) {
    const found = atomic.load<u32>(lock);
    if ((found & LOCK_OWNER) != id + 1) return;
    // Race: a waiter may set the bit after the load, and must be woken then.
    if (atomic.cmpxchg<u32>(lock, found, 0) != found) continue;
    if ((found & LOCK_CONTENDED) != 0) atomic.notify(lock, 1);
    return;
  }
}
