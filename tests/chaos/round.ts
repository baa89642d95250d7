/**
 * One round of chaos: so many random acts on eight agents, and then everything is awaited and looked at.
 *
 * What must hold in the end: each call was answered, with its result, its own error, or the loss of its Worker; no
 * waiter that was woken still waits, and not more woke than were woken; the heap verifies.
 */
import { readFileSync } from "node:fs";
import { createStore, type Store, WorkerLostError } from "../../api/heddle.ts";
import type { Random } from "../stress/random.ts";

const source = readFileSync(new URL("./program.wat", import.meta.url), "utf8");
const AGENTS = 8;
/** A call that takes longer has hung. */
const PATIENCE = 30_000;
/** Below the number of agents: those that wait leave others that wake them. */
const MOST_WAITERS = 5;
const BACKLOG = 40;

interface Program {
  work(n: number): number;
  wait(nanoseconds: bigint): number;
  notify(count: number): number;
  spawn(n: number): number;
  trap(): void;
  throw(): void;
  deep(): void;
}

export interface ChaosResult {
  readonly acts: number;
  readonly calls: number;
  readonly kills: number;
  readonly woken: number;
  readonly loads: number;
}

export class ChaosRound {
  readonly #random: Random;
  readonly #store: Store;
  readonly #program: Program;
  readonly #running = new Set<Promise<void>>();
  #waiting = 0;
  #notified = 0;
  #woken = 0;
  #calls = 0;
  #kills = 0;
  #loads = 0;
  #lostWaits = 0;
  #failure: unknown;

  private constructor(random: Random, store: Store, program: Program) {
    this.#random = random;
    this.#store = store;
    this.#program = program;
  }

  static async run(random: Random, acts: number): Promise<ChaosResult> {
    const heap = { maximum: 96 << 20, debug: random.chance(3) };
    const store = await createStore({ threads: AGENTS, maximumThreads: AGENTS, heap, onThreadError: () => undefined });
    try {
      const { instance } = await store.WebAssembly.instantiate(source);
      const round = new ChaosRound(random, store, instance.exports as unknown as Program);
      for (let act = 0; act < acts && round.#failure === undefined; act++) await round.#act();
      await round.#finish();
      return { acts, calls: round.#calls, kills: round.#kills, woken: round.#woken, loads: round.#loads };
    } finally {
      await store.close();
    }
  }

  async #act(): Promise<void> {
    const random = this.#random;
    const program = this.#program;
    if (this.#running.size > BACKLOG) await Promise.race(this.#running);
    switch (random.below(12)) {
      case 0:
        return this.#expectError(program.trap, "unreachable");
      case 1:
        return this.#expectError(program.throw, "Exception");
      case 2:
        return random.chance(4) ? this.#expectError(program.deep, "stack") : undefined;
      case 3:
      case 4:
        return this.#wait(random.chance(2) ? -1n : BigInt(random.below(20_000_000)));
      case 5:
        return this.#notifyOne();
      case 6:
        return random.chance(3) ? this.#kill() : undefined;
      case 7:
        return random.chance(4) ? this.#load() : undefined;
      case 8:
        program.work(1 + random.below(2000));
        return;
      case 9:
        return this.#track(this.#store.spawn(program.spawn, 1 + random.below(500)));
      case 10:
        return new Promise((resolve) => setTimeout(resolve, random.below(4)));
      default:
        return this.#track(
          this.#store.spawn(program.work, 1 + random.below(3000)).then((rest) => this.#expectZero(rest)),
        );
    }
  }

  #expectZero(rest: number): void {
    if (rest !== 0) throw new Error(`a list ends at ${rest}`);
  }

  /** Notes a call: its end, and what is wrong with it. The loss of its Worker is not. */
  #track(call: Promise<unknown>): void {
    this.#calls++;
    let timer: ReturnType<typeof setTimeout>;
    const hung = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("a call hangs")), PATIENCE);
    });
    const tracked: Promise<void> = Promise.race([call, hung]).then(
      () => undefined,
      (error: unknown) => {
        if (!(error instanceof WorkerLostError)) this.#failure ??= error;
      },
    );
    const done = tracked.finally(() => {
      clearTimeout(timer);
      this.#running.delete(done);
    });
    this.#running.add(done);
  }

  #expectError(callee: () => void, text: string): void {
    this.#track(
      this.#store.spawn(callee).then(
        () => Promise.reject(new Error(`no error: ${text}`)),
        (error: unknown) => {
          if (
            error instanceof WorkerLostError ||
            `${Object.prototype.toString.call(error)} ${String(error)}`.includes(text)
          )
            return;
          throw error;
        },
      ),
    );
  }

  #wait(nanoseconds: bigint): void {
    if (this.#waiting >= MOST_WAITERS) return;
    this.#waiting++;
    const call = this.#store.spawn(this.#program.wait, nanoseconds).then(
      (result) => {
        if (result === 0) this.#woken++;
        else if (result !== 2 || nanoseconds < 0n) throw new Error(`a wait of ${nanoseconds} ns returned ${result}`);
      },
      (error: unknown) => {
        this.#lostWaits++;
        throw error;
      },
    );
    this.#track(call.finally(() => this.#waiting--));
  }

  #notifyOne(): void {
    this.#notified += this.#program.notify(this.#random.chance(3) ? 100 : 1);
  }

  async #kill(): Promise<void> {
    const victim = this.#random.pick(this.#store.workers);
    if (victim === undefined) return;
    this.#kills++;
    await this.#store.terminateWorker(victim);
  }

  /** A module of its own, which other agents learn of while they run, or never. */
  async #load(): Promise<void> {
    const number = this.#random.below(1000);
    const text = `(module (type $f (shared (func (param i32) (result i32))))
      (func (export "add") (type $f) (i32.add (local.get 0) (i32.const ${number}))))`;
    const { instance } = await this.#store.WebAssembly.instantiate(text);
    const { add } = instance.exports as unknown as { add(value: number): number };
    this.#loads++;
    this.#track(
      this.#store.spawn(add, 5).then((sum) => {
        if (sum !== number + 5) throw new Error(`5 + ${number} is ${sum}`);
      }),
    );
  }

  /** Everything ends: waiters are woken until none is left. */
  async #finish(): Promise<void> {
    while (this.#running.size > 0 && this.#failure === undefined) {
      this.#notified += this.#program.notify(100);
      await Promise.race([...this.#running, new Promise((resolve) => setTimeout(resolve, 5))]);
    }
    if (this.#failure !== undefined) throw this.#failure;
    // A waiter may have been killed after it was woken.
    if (this.#woken > this.#notified || this.#woken + this.#lostWaits < this.#notified) {
      throw new Error(`${this.#notified} were notified, ${this.#woken} woke, ${this.#lostWaits} waiters were lost`);
    }
    await this.#store.threadsEnded().catch(() => undefined);
    this.#store.collect();
    const bad = this.#store.heap.verify();
    if (bad !== 0) throw new Error(`the heap is not sound at 0x${bad.toString(16)}`);
  }
}
