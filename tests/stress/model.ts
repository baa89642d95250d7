/** What program.wat does, done to objects of JavaScript: the same random numbers, the same steps, the same graph. */

export type Model = NodeModel | RefsModel | BytesModel | WideModel;
export type Slot = Model | null;

interface NodeModel {
  readonly kind: "node";
  readonly value: number;
  a: Slot;
  b: Slot;
}
export interface RefsModel {
  readonly kind: "refs";
  readonly elements: Slot[];
}
export interface BytesModel {
  readonly kind: "bytes";
  readonly length: number;
  readonly fill: number;
}
interface WideModel {
  readonly kind: "wide";
  readonly first: Slot;
  last: Slot;
  more: Slot;
}

export const SLOTS = 64;
export const ENTRIES = 16;

type Step = (state: StateModel) => void;

/** One thread's part of the heap. */
export class StateModel {
  seed: number;
  readonly slots: Slot[] = new Array<Slot>(SLOTS).fill(null);
  /** The thread's elements of the table. */
  readonly entries: Slot[] = new Array<Slot>(ENTRIES).fill(null);

  constructor(seed: number) {
    this.seed = seed;
  }

  /** xorshift32; as an unsigned number. */
  next(): number {
    let x = this.seed;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.seed = x;
    return x >>> 0;
  }

  below(bound: number): number {
    return this.next() % bound;
  }

  slot(): number {
    return this.below(SLOTS);
  }

  any(): Slot {
    return this.slots[this.slot()] as Slot;
  }

  run(steps: number): void {
    for (let i = 0; i < steps; i++) (stepOf[this.below(stepOf.length)] as Step)(this);
  }
}

function newNode(state: StateModel): void {
  const d = state.slot();
  // In the order in which the operands are evaluated.
  const value = state.next() | 0;
  const a = state.any();
  state.slots[d] = { kind: "node", value, a, b: state.any() };
}

function newRefs(state: StateModel): void {
  const d = state.slot();
  let length = state.below(40);
  if (state.below(50) === 0) length = 7000 + state.below(3000);
  state.slots[d] = { kind: "refs", elements: new Array<Slot>(length).fill(state.any()) };
}

function newBytes(state: StateModel): void {
  const d = state.slot();
  let length = state.below(200);
  if (state.below(40) === 0) length = state.below(100_000);
  state.slots[d] = { kind: "bytes", length, fill: state.next() & 255 };
}

function newWide(state: StateModel): void {
  const d = state.slot();
  const first = state.any();
  const last = state.any();
  state.slots[d] = { kind: "wide", first, last, more: state.any() };
}

function setField(state: StateModel): void {
  const x = state.any();
  const y = state.any();
  const which = state.below(2);
  if (x?.kind === "node") x[which === 1 ? "a" : "b"] = y;
  else if (x?.kind === "wide") x[which === 1 ? "last" : "more"] = y;
}

function getField(state: StateModel): void {
  const d = state.slot();
  const x = state.any();
  const which = state.below(2);
  if (x?.kind === "node") state.slots[d] = x[which === 1 ? "a" : "b"];
  else if (x?.kind === "wide") state.slots[d] = x[which === 1 ? "last" : "more"];
}

function setElement(state: StateModel): void {
  const x = state.any();
  const y = state.any();
  const i = state.next();
  if (x?.kind === "refs" && x.elements.length > 0) x.elements[i % x.elements.length] = y;
}

function getElement(state: StateModel): void {
  const d = state.slot();
  const x = state.any();
  const i = state.next();
  if (x?.kind === "refs" && x.elements.length > 0) state.slots[d] = x.elements[i % x.elements.length] as Slot;
}

function drop(state: StateModel): void {
  state.slots[state.slot()] = null;
}

function copy(state: StateModel): void {
  const x = state.any();
  const y = state.any();
  const i = state.next();
  const j = state.next();
  const n = state.next();
  if (x?.kind !== "refs" || y?.kind !== "refs") return;
  const count = n % (Math.min(x.elements.length, y.elements.length) + 1);
  const to = i % (x.elements.length - count + 1);
  const from = j % (y.elements.length - count + 1);
  const copied = y.elements.slice(from, from + count);
  for (const [k, element] of copied.entries()) x.elements[to + k] = element;
}

function fill(state: StateModel): void {
  const x = state.any();
  const y = state.any();
  const i = state.next();
  const n = state.next();
  if (x?.kind !== "refs") return;
  const count = n % (x.elements.length + 1);
  const to = i % (x.elements.length - count + 1);
  x.elements.fill(y, to, to + count);
}

function tableSet(state: StateModel): void {
  const entry = state.below(ENTRIES);
  state.entries[entry] = state.any();
}

function tableGet(state: StateModel): void {
  const d = state.slot();
  state.slots[d] = state.entries[state.below(ENTRIES)] as Slot;
}

function churn(state: StateModel): void {
  const length = state.below(300);
  const d = state.slot();
  if (state.below(8) !== 0) return;
  let list: Slot = null;
  for (let value = length; value > 0; value--) list = { kind: "node", value, a: list, b: null };
  state.slots[d] = list;
}

/** The board is no part of the model: only its random numbers are. */
function publish(state: StateModel): void {
  state.next();
  state.slot();
  state.below(3);
}

function look(state: StateModel): void {
  state.slot();
}

const stepOf: readonly Step[] = [
  ...[
    newNode,
    newNode,
    newNode,
    newNode,
    newRefs,
    newRefs,
    newBytes,
    newWide,
    setField,
    setField,
    setField,
    getField,
    getField,
  ],
  ...[setElement, setElement, getElement, getElement, drop, copy, fill, tableSet, tableGet, churn, publish, look],
];
