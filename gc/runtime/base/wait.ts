/**
 * Waiting: look many times (another agent's answer comes in a fraction of a microsecond when it runs), then sleep
 * (waking takes 60), because with more agents than cores the one we wait for may need this core.
 *
 * Every sleep ends by itself after a while: an agent can die between the store that ends a wait and the notification of
 * it.
 */
import { COLLECTOR_SLEEPS, EVENT, SLEEPERS, SPINS } from "../../layout/control-words";
import { mayBlock } from "./state";

const SLEEP_NANOSECONDS: i64 = 20000000;

let looks: u32 = 0;

/** Counts a look in vain; true when it is time to sleep. */
export function tired(): bool {
  if (++looks < load<u32>(SPINS) || !mayBlock) return false;
  looks = 0;
  return true;
}

/** Sleeps until EVENT is no more `event`, which the caller read before it found that it must wait. */
export function sleepUntilEvent(event: u32): void {
  // Counted before the wait compares: who changes EVENT either sees the sleeper, or the comparison sees the change.
  atomic.add<u32>(SLEEPERS, 1);
  atomic.wait<u32>(EVENT, event, SLEEP_NANOSECONDS);
  atomic.sub<u32>(SLEEPERS, 1);
}

/** The collector waits for the word at `address`, an agent's state, to be no more `value`. */
export function pauseForAgent(address: usize, value: u32): void {
  if (!tired()) return;
  // Set before the wait compares: an agent either sees it after it changed its state, and notifies, or the comparison
  // sees the change.
  atomic.store<u32>(COLLECTOR_SLEEPS, 1);
  atomic.wait<u32>(address, value, SLEEP_NANOSECONDS);
  atomic.store<u32>(COLLECTOR_SLEEPS, 0);
}

/** An agent has changed the word at `address`: wakes the collector if it sleeps. */
export function wakeCollector(address: usize): void {
  if (atomic.load<u32>(COLLECTOR_SLEEPS) != 0) atomic.notify(address, 1);
}

/** Wakes up to `count` agents that sleep on EVENT. The count first: who is about to sleep then finds it changed. */
export function wakeSleepers(count: i32): void {
  atomic.add<u32>(EVENT, 1);
  if (atomic.load<u32>(SLEEPERS) != 0) atomic.notify(EVENT, count);
}
