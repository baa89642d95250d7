/**
 * Litmus tests of the order of accesses, for every kind of place that threads share. x and y are two places, 0 at
 * first.
 *
 *     MP      T0: x = 1; y = 1       T1: r0 = y; r1 = x      forbidden: r0 = 1, r1 = 0
 *     SB      T0: x = 1; r0 = y      T1: y = 1; r0 = x       forbidden: both r0 = 0
 *     LB      T0: r0 = x; y = 1      T1: r0 = y; x = 1       forbidden: both r0 = 1
 *     CoRR    T0: x = 1; x = 2       T1: r0 = x; r1 = x      forbidden: r0 > r1
 *     IRIW    T0: x = 1              T1: y = 1
 *             T2: r0 = x; r1 = y     T3: r0 = y; r1 = x      forbidden: T2 and T3 both r0 = 1, r1 = 0
 *
 * Threads run many rounds, each on places of its own, between two barriers; then one of them counts the rounds that
 * ended in what is forbidden. Before each round they wait for each other for a moment, so that its accesses come at the
 * same time. SB and IRIW are forbidden for `seqcst` alone.
 */
import { createStore, type StoreOptions } from "../../api/heddle.ts";

export const places = ["struct", "array", "global", "table", "memory"] as const;
export type Place = (typeof places)[number];
export type Order = "seqcst" | "acqrel" | "plain";

type Location = "x" | "y";
type Step =
  | { readonly write: Location; readonly value: number }
  | { readonly read: Location; readonly register: 0 | 1 };
interface Shape {
  readonly threads: readonly (readonly Step[])[];
  /** With the registers of threads, as text. */
  readonly forbidden: (register: (thread: number, register: 0 | 1) => string) => string;
  /** Whether acquire and release do not forbid it. */
  readonly needsTotalOrder: boolean;
}

const write = (location: Location, value = 1): Step => ({ write: location, value });
const read = (location: Location, register: 0 | 1): Step => ({ read: location, register });
const both = (a: string, b: string): string => `(i32.and ${a} ${b})`;
const not = (a: string): string => `(i32.eqz ${a})`;

export const shapes: Readonly<Record<"MP" | "SB" | "LB" | "CoRR" | "IRIW", Shape>> = {
  MP: {
    threads: [
      [write("x"), write("y")],
      [read("y", 0), read("x", 1)],
    ],
    forbidden: (r) => both(r(1, 0), not(r(1, 1))),
    needsTotalOrder: false,
  },
  SB: {
    threads: [
      [write("x"), read("y", 0)],
      [write("y"), read("x", 0)],
    ],
    forbidden: (r) => both(not(r(0, 0)), not(r(1, 0))),
    needsTotalOrder: true,
  },
  LB: {
    threads: [
      [read("x", 0), write("y")],
      [read("y", 0), write("x")],
    ],
    forbidden: (r) => both(r(0, 0), r(1, 0)),
    needsTotalOrder: false,
  },
  CoRR: {
    threads: [
      [write("x"), write("x", 2)],
      [read("x", 0), read("x", 1)],
    ],
    forbidden: (r) => `(i32.gt_u ${r(1, 0)} ${r(1, 1)})`,
    needsTotalOrder: false,
  },
  IRIW: {
    threads: [[write("x")], [write("y")], [read("x", 0), read("y", 1)], [read("y", 0), read("x", 1)]],
    forbidden: (r) => both(both(r(2, 0), not(r(2, 1))), both(r(3, 0), not(r(3, 1)))),
    needsTotalOrder: true,
  },
};
export type ShapeName = keyof typeof shapes;

/** Rounds between two barriers. Globals have names, so each of their rounds has code of its own. */
const roundsOf = (place: Place): number => (place === "global" ? 64 : 256);
const ROUNDS = 256;
/** Where the module's own memory has what: the barrier's words, registers, and the places that are memory. */
const GENERATION = 64;
const REGISTERS = 4096;
const MEMORY_PLACES = { x: 1 << 16, y: (1 << 16) + (1 << 15) };
/** Apart by a cache line each. */
const STRIDE_LOG2 = 6;
const SPINS = 20_000;
/** Looks at the others before a round: one that does not run is not waited for. */
const LOOKS = 5000;
/** Each thread's number of rounds, a cache line each. */
const CLOCKS = 1024;

/** How one kind of place is defined, written and read. `round` is the text of a round's number. */
class Text {
  readonly #place: Place;
  readonly #suffix: string;
  readonly #infix: string;

  constructor(place: Place, order: Order) {
    this.#place = place;
    this.#infix = order === "plain" ? "" : "atomic.";
    this.#suffix = order === "plain" ? "" : order;
  }

  definitions(): string {
    const each = (text: (location: Location) => string): string => `${text("x")} ${text("y")}`;
    switch (this.#place) {
      case "struct":
        return each((l) => `(global $${l} (shared (ref $cells)) (array.new_default $cells (i32.const ${ROUNDS})))`);
      case "array":
        return each(
          (l) =>
            `(global $${l} (shared (ref $numbers)) (array.new_default $numbers (i32.const ${ROUNDS << (STRIDE_LOG2 - 2)})))`,
        );
      case "global":
        return each((l) =>
          Array.from(
            { length: roundsOf("global") },
            (_, i) => `(global $${l}${i} (shared mut i32) (i32.const 0))`,
          ).join(" "),
        );
      case "table":
        return each((l) => `(table $${l} shared ${ROUNDS} (ref null (shared eq)))`);
      case "memory":
        return "";
    }
  }

  #scaled(round: string, log2: number): string {
    return `(i32.shl ${round} (i32.const ${log2}))`;
  }

  write(location: Location, round: string, value: number): string {
    const number = `(i32.const ${value})`;
    switch (this.#place) {
      case "struct":
        return `(struct.${this.#infix}set ${this.#suffix} $cell 0 (array.get $cells (global.get $${location}) ${round}) ${number})`;
      case "array":
        return `(array.${this.#infix}set ${this.#suffix} $numbers (global.get $${location}) ${this.#scaled(round, STRIDE_LOG2 - 2)} ${number})`;
      case "global":
        return `(global.${this.#infix}set ${this.#suffix} $${location}${round} ${number})`;
      case "table":
        return `(table.${this.#infix}set ${this.#suffix} $${location} ${round} (ref.i31_shared ${number}))`;
      case "memory":
        return `(i32.${this.#infix}store ${this.#suffix} offset=${MEMORY_PLACES[location]} ${this.#scaled(round, STRIDE_LOG2)} ${number})`;
    }
  }

  read(location: Location, round: string): string {
    switch (this.#place) {
      case "struct":
        return `(struct.${this.#infix}get ${this.#suffix} $cell 0 (array.get $cells (global.get $${location}) ${round}))`;
      case "array":
        return `(array.${this.#infix}get ${this.#suffix} $numbers (global.get $${location}) ${this.#scaled(round, STRIDE_LOG2 - 2)})`;
      case "global":
        return `(global.${this.#infix}get ${this.#suffix} $${location}${round})`;
      case "table":
        return `(i31.get_u (ref.cast (ref (shared i31)) (table.${this.#infix}get ${this.#suffix} $${location} ${round})))`;
      case "memory":
        return `(i32.${this.#infix}load ${this.#suffix} offset=${MEMORY_PLACES[location]} ${this.#scaled(round, STRIDE_LOG2)})`;
    }
  }

  /** `body` for each round, in a loop over the local `$i` where places have numbers. */
  rounds(body: (round: string, number: string) => string): string {
    if (this.#place === "global") {
      return Array.from({ length: roundsOf("global") }, (_, i) => body(`${i}`, `(i32.const ${i})`)).join("\n");
    }
    return `(local.set $i (i32.const 0)) (loop $round ${body("(local.get $i)", "(local.get $i)")}
      (br_if $round (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${ROUNDS}))))`;
  }
}

const registerAddress = (thread: number, register: number, number: string): string =>
  `(i32.add (i32.const ${REGISTERS + (thread * ROUNDS * 2 + register) * 4}) (i32.shl ${number} (i32.const 3)))`;

function threadFunction({ threads, forbidden }: Shape, text: Text, thread: number): string {
  const steps = text.rounds(
    (round, number) =>
      `(local.set $clock (call $align (i32.const ${CLOCKS + 64 * thread}) (local.get $clock)))` +
      (threads[thread] as readonly Step[])
        .map((step) =>
          "write" in step
            ? text.write(step.write, round, step.value)
            : `(i32.store ${registerAddress(thread, step.register, number)} ${text.read(step.read, round)})`,
        )
        .join(" "),
  );
  const reset = text.rounds((round) => `${text.write("x", round, 0)} ${text.write("y", round, 0)}`);
  const judge = text.rounds((_, number) => {
    const found = forbidden((of, register) => `(i32.load ${registerAddress(of, register, number)})`);
    return `(local.set $found (i32.add (local.get $found) ${found}))`;
  });
  return `(func (export "thread${thread}") (type $run) (param $batches i32) (result i32) (local $i i32) (local $found i32) (local $clock i32)
    (loop $batch
      ${thread === 0 ? reset : ""}
      (call $barrier)
      ${steps}
      (call $barrier)
      ${thread === 0 ? judge : ""}
      (br_if $batch (local.tee $batches (i32.sub (local.get $batches) (i32.const 1)))))
    (local.get $found))`;
}

/** The module of one test. */
function orderingProgram(name: ShapeName, place: Place, order: Order): string {
  const shape = shapes[name];
  const text = new Text(place, order);
  const cells = (["x", "y"] as const)
    .map((l) => `(array.set $cells (global.get $${l}) (local.get $i) (struct.new_default $cell))`)
    .join(" ");
  return `(module
    (type $cell (shared (struct (field (mut i32)))))
    (type $cells (shared (array (mut (ref null $cell)))))
    (type $numbers (shared (array (mut i32))))
    (type $run (shared (func (param i32) (result i32))))
    (type $meet (shared (func)))
    (type $align (shared (func (param i32 i32) (result i32))))
    (memory 4 4 shared)
    ${text.definitions()}
    (func (export "init") (local $i i32)
      ${place !== "struct" ? "" : `(loop $next ${cells} (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const ${ROUNDS}))))`})
    ;; Spins, so that all leave it at nearly the same time; where there are fewer cores than threads, sleeps in the end.
    (func $barrier (type $meet) (local $generation i32) (local $spins i32)
      (local.set $generation (i32.atomic.load (i32.const ${GENERATION})))
      (if (i32.eq (i32.atomic.rmw.add (i32.const 0) (i32.const 1)) (i32.const ${shape.threads.length - 1}))
        (then
          (i32.atomic.store (i32.const 0) (i32.const 0))
          (i32.atomic.store (i32.const ${GENERATION}) (i32.add (local.get $generation) (i32.const 1)))
          (drop (memory.atomic.notify (i32.const ${GENERATION}) (i32.const -1)))
          (return)))
      (loop $again
        (if (i32.eq (i32.atomic.load (i32.const ${GENERATION})) (local.get $generation))
          (then
            (if (i32.gt_u (local.tee $spins (i32.add (local.get $spins) (i32.const 1))) (i32.const ${SPINS}))
              (then (drop (memory.atomic.wait32 (i32.const ${GENERATION}) (local.get $generation) (i64.const -1)))))
            (br $again)))))
    ;; Tells that the thread whose clock is at $own begins its next round, and looks whether the others do.
    (func $align (type $align) (param $own i32) (param $clock i32) (result i32) (local $looks i32)
      (local.set $clock (i32.add (local.get $clock) (i32.const 1)))
      (i32.atomic.store (local.get $own) (local.get $clock))
      (local.set $looks (i32.const ${LOOKS}))
      (loop $again
        (if ${shape.threads.map((_, of) => `(i32.lt_s (i32.atomic.load (i32.const ${CLOCKS + 64 * of})) (local.get $clock))`).reduce((a, b) => `(i32.or ${a} ${b})`)}
          (then (br_if $again (local.tee $looks (i32.sub (local.get $looks) (i32.const 1)))))))
      (local.get $clock))
    ${shape.threads.map((_, thread) => threadFunction(shape, text, thread)).join("\n")})`;
}

/**
 * Runs a test for at least so many rounds; returns in how many of them the outcome was the one that the shape forbids.
 */
export async function runOrdering(
  name: ShapeName,
  place: Place,
  order: Order,
  rounds: number,
  options: StoreOptions = {},
): Promise<number> {
  const threads = shapes[name].threads.length;
  const store = await createStore({ threads, heap: { maximum: 16 << 20 }, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(orderingProgram(name, place, order));
    const exports = instance.exports as unknown as Record<string, (batches: number) => number>;
    exports["init"]?.(0);
    const batches = Math.ceil(rounds / roundsOf(place));
    const found = await Promise.all(
      Array.from({ length: threads }, (_, i) =>
        store.spawn(exports[`thread${i}`] as (batches: number) => number, batches),
      ),
    );
    return found[0] as number;
  } finally {
    await store.close();
  }
}
