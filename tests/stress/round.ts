/**
 * One round: a store with a heap of random settings, whose threads all mutate at random, each its own structures, and
 * all of them the board. After each batch the graphs are compared with the models, and the heap verifies. JavaScript
 * keeps references of its own, and puts them back. Small heaps run out of memory: that ends the batch of the thread
 * that needed it, and nothing else.
 */
import { readFileSync } from "node:fs";
import { createStore, type Store, WorkerLostError } from "../../api/heddle.ts";
import { Comparison } from "./compare.ts";
import { ENTRIES, SLOTS, type Slot, StateModel } from "./model.ts";
import type { StressProgram } from "./program.ts";
import type { Random } from "./random.ts";

/** How a round's store is made. */
export interface RoundSettings {
  readonly threads: number;
  readonly megabytes: number;
  readonly nurseryKilobytes: number;
  readonly debug: boolean;
  readonly collectAtSafepoints: boolean;
  readonly kills: boolean;
}

export interface RoundResult {
  readonly steps: number;
  readonly compared: number;
  readonly kills: number;
  readonly collections: number;
  /** Batches that ended because the heap was full. */
  readonly exhausted: number;
}

/** One thread's structures: in the heap, and in the model. */
interface Pair {
  readonly thread: number;
  readonly state: object;
  readonly model: StateModel;
  /** References to its objects that only JS holds. */
  readonly held: { readonly object: object; readonly model: Slot }[];
}

/** What `action` gives or throws. */
function settle(action: () => void): PromiseSettledResult<void> {
  try {
    return { status: "fulfilled", value: action() };
  } catch (reason) {
    return { status: "rejected", reason };
  }
}

function isOutOfMemory(reason: unknown): boolean {
  return reason instanceof Error && "code" in reason && reason.code === "out-of-memory";
}

const source = readFileSync(new URL("./program.wat", import.meta.url), "utf8");

export function randomSettings(random: Random): RoundSettings {
  const collectAtSafepoints = random.chance(8);
  return {
    threads: 1 + random.below(3),
    megabytes: collectAtSafepoints ? 24 : random.pick([24, 48, 128]),
    nurseryKilobytes: random.pick([128, 256, 1024, 0]),
    debug: collectAtSafepoints || random.chance(3),
    collectAtSafepoints,
    kills: random.chance(2),
  };
}

export class Round {
  readonly #random: Random;
  readonly #settings: RoundSettings;
  readonly #store: Store;
  readonly #program: StressProgram;
  readonly #board: object;
  readonly #pairs: Pair[] = [];
  #steps = 0;
  #compared = 0;
  #kills = 0;
  #exhausted = 0;

  private constructor(random: Random, settings: RoundSettings, store: Store, program: StressProgram) {
    this.#random = random;
    this.#settings = settings;
    this.#store = store;
    this.#program = program;
    this.#board = program.newBoard();
    // Thread 0 is the creator itself.
    for (let thread = 0; thread <= settings.threads; thread++) this.#pairs.push(this.#newPair(thread));
  }

  static async run(random: Random, settings: RoundSettings, deadline: number): Promise<RoundResult> {
    const { threads, megabytes, nurseryKilobytes, debug, collectAtSafepoints } = settings;
    const heap = {
      maximum: megabytes << 20,
      debug,
      ...(nurseryKilobytes > 0 ? { nurseryBytes: nurseryKilobytes << 10 } : {}),
    };
    const store = await createStore({ threads, heap, collectAtSafepoints });
    try {
      const { instance } = await store.WebAssembly.instantiate(source);
      const round = new Round(random, settings, store, instance.exports as unknown as StressProgram);
      do await round.#batch();
      while (performance.now() < deadline);
      return {
        steps: round.#steps,
        compared: round.#compared,
        kills: round.#kills,
        collections: store.heap.collections,
        exhausted: round.#exhausted,
      };
    } finally {
      await store.close();
    }
  }

  #newPair(thread: number): Pair {
    const seed = this.#random.next() | 1;
    return { thread, state: this.#program.newState(seed, thread, this.#board), model: new StateModel(seed), held: [] };
  }

  /** All threads run for a while; then everything is looked at. */
  async #batch(): Promise<void> {
    const most = this.#settings.collectAtSafepoints ? 40 : this.#settings.debug ? 2000 : 30_000;
    const steps = this.#pairs.map(() => 1 + this.#random.below(most));
    const [creator, ...others] = this.#pairs as [Pair, ...Pair[]];
    const running = others.map((pair) =>
      this.#store.spawn(this.#program.batch, pair.state, steps[pair.thread] as number),
    );
    const killed = this.#settings.kills ? this.#kill() : undefined;
    const own = settle(() => this.#program.batch(creator.state, steps[0] as number));
    const outcomes = [own, ...(await Promise.allSettled(running))];
    await killed;
    const lost: number[] = [];
    for (const [thread, outcome] of outcomes.entries()) {
      if (outcome.status === "fulfilled") this.#pairs[thread]?.model.run(steps[thread] as number);
      // How far such a thread came nobody knows: its structures must be sound, which `verify` looks at, and are given
      // up.
      else if (outcome.reason instanceof WorkerLostError) lost.push(thread);
      else if (isOutOfMemory(outcome.reason)) {
        this.#checkExhausted(outcome.reason);
        lost.push(thread);
      } else throw outcome.reason;
    }
    for (const thread of lost) this.#pairs[thread] = this.#newPair(thread);
    this.#steps += steps.reduce((sum, count) => sum + count, 0);
    this.#verify();
    this.#compare();
    this.#holdAndPutBack();
    // History would keep all objects alive in the end.
    if (this.#random.chance(4)) {
      const thread = this.#random.below(this.#pairs.length);
      this.#pairs[thread] = this.#newPair(thread);
    }
  }

  /**
   * A heap may be exhausted only when it is at least half full of objects, as they were at its last full collection.
   */
  #checkExhausted(reason: unknown): void {
    this.#exhausted++;
    const { maximumBytes } = this.#store.heap;
    const full = this.#store.heap.recentCollections().filter(({ kind }) => kind === "full");
    const live = Math.max(...full.slice(-8 * this.#pairs.length).map(({ markedBytes }) => markedBytes));
    if (live < maximumBytes / 2)
      throw new Error(`out of memory with ${live} bytes alive of ${maximumBytes}`, { cause: reason });
  }

  async #kill(): Promise<void> {
    const delay = this.#random.below(12);
    await new Promise((resolve) => setTimeout(resolve, delay));
    const victim = this.#random.pick(this.#store.workers);
    if (victim === undefined) return;
    await this.#store.terminateWorker(victim);
    this.#kills++;
  }

  #verify(): void {
    const bad = this.#store.heap.verify();
    if (bad !== 0) throw new Error(`the heap is not sound at 0x${bad.toString(16)}`);
  }

  #compare(): void {
    const comparison = new Comparison(this.#program);
    for (const { thread, state, model, held } of this.#pairs) {
      for (let i = 0; i < SLOTS; i++)
        comparison.add(this.#program.slotOf(state, i), model.slots[i] as Slot, `slot ${i}`);
      for (let i = 0; i < ENTRIES; i++) {
        comparison.add(
          this.#program.tableElement(thread * ENTRIES + i),
          model.entries[i] as Slot,
          `table element ${i}`,
        );
      }
      for (const { object, model: kept } of held) comparison.add(object, kept, "a reference that JS holds");
    }
    comparison.finish();
    this.#compared += comparison.size;
  }

  #holdAndPutBack(): void {
    const random = this.#random;
    for (const { state, model, held } of this.#pairs) {
      for (let i = 0; i < 10; i++) {
        const slot = random.below(SLOTS);
        const known = random.pick(held);
        if (known === undefined || random.chance(2)) {
          const object = this.#program.slotOf(state, slot);
          if (object !== null) held.push({ object, model: model.slots[slot] as Slot });
        } else {
          this.#program.putSlot(state, slot, known.object);
          model.slots[slot] = known.model;
        }
      }
      while (held.length > 100) held.splice(random.below(held.length), 1);
    }
  }
}
