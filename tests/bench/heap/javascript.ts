/**
 * The programs of the benchmark, as one would write them in JavaScript, on its own objects: the same work in the same
 * order, the same sums.
 */

/** A program: `setup` makes the data that lives on, `run` does so many rounds on it and returns a checksum. */
export interface BenchmarkProgram {
  setup(size: number): unknown;
  run(state: unknown, rounds: number): number;
}

function program<State>(
  setup: (size: number) => State,
  run: (state: State, rounds: number) => number,
): BenchmarkProgram {
  return { setup, run: (state, rounds) => run(state as State, rounds) };
}

const random = (seed: number): number => (Math.imul(seed, 1103515245) + 12345) | 0;

class Tree {
  readonly left: Tree | null;
  readonly right: Tree | null;
  constructor(left: Tree | null, right: Tree | null) {
    this.left = left;
    this.right = right;
  }
}

function grow(depth: number): Tree {
  return depth === 0 ? new Tree(null, null) : new Tree(grow(depth - 1), grow(depth - 1));
}

function count(tree: Tree): number {
  return tree.left === null ? 1 : 1 + count(tree.left) + count(tree.right as Tree);
}

const trees = program(
  (depth) => ({ depth }),
  ({ depth }, rounds) => {
    let objects = 0;
    for (; rounds > 0; rounds--) objects = (objects + count(grow(depth))) | 0;
    return objects;
  },
);

class ListNode {
  readonly value: number;
  readonly next: ListNode | null;
  constructor(value: number, next: ListNode | null) {
    this.value = value;
    this.next = next;
  }
}

function makeList(length: number, value: number): ListNode | null {
  let list: ListNode | null = null;
  for (; length > 0; length--) list = new ListNode((value + length) | 0, list);
  return list;
}

function sumList(list: ListNode | null): number {
  let sum = 0;
  for (; list !== null; list = list.next) sum = (sum + list.value) | 0;
  return sum;
}

const lists = program(
  (size) => ({ lists: Array.from({ length: Math.floor(size / 1000) }, (_, i) => makeList(1000, i)), turn: 0 }),
  (state, rounds) => {
    let sum = 0;
    for (; rounds > 0; rounds--) {
      const turn = state.turn++;
      for (let i = 0; i < 4; i++) sum = (sum + sumList(makeList(1000, turn))) | 0;
      const i = (turn * 7) % state.lists.length;
      sum = (sum + sumList(state.lists[i] as ListNode | null)) | 0;
      state.lists[i] = makeList(1000, turn);
    }
    return sum;
  },
);

const strings = program(
  (keys) => ({ map: new Map<string, number>(), keys, seed: 1 }),
  (state, rounds) => {
    const { map, keys } = state;
    let { seed } = state;
    let sum = 0;
    for (; rounds > 0; rounds--) {
      seed = random(seed);
      const key = `key ${(seed >>> 8) % keys}`;
      if ((seed & 0x70000000) === 0) {
        map.delete(key);
        continue;
      }
      const value = map.get(key);
      if (value === undefined) map.set(key, 1);
      else {
        map.set(key, value + 1);
        sum = (sum + value + 1) | 0;
      }
    }
    state.seed = seed;
    return sum;
  },
);

interface Keyed {
  key: number;
  rank: number;
}

function merge(from: Keyed[], to: Keyed[], start: number, middle: number, end: number): void {
  let i = start;
  let j = middle;
  let k = start;
  while (i < middle && j < end) {
    const a = from[i] as Keyed;
    const b = from[j] as Keyed;
    if (a.key <= b.key) {
      to[k++] = a;
      i++;
    } else {
      to[k++] = b;
      j++;
    }
  }
  while (i < middle) to[k++] = from[i++] as Keyed;
  while (j < end) to[k++] = from[j++] as Keyed;
}

const sort = program(
  (size) => {
    const records = Array.from({ length: size }, (): Keyed => ({ key: 0, rank: 0 }));
    return { records, other: records.slice(), seed: 1 };
  },
  (state, rounds) => {
    let { records: from, other: to, seed } = state;
    const size = from.length;
    let sum = 0;
    for (; rounds > 0; rounds--) {
      for (const record of from) {
        seed = random(seed);
        record.key = seed >>> 4;
      }
      for (let width = 1; width < size; width *= 2) {
        for (let start = 0; start < size; ) {
          const middle = Math.min(start + width, size);
          const end = Math.min(middle + width, size);
          merge(from, to, start, middle, end);
          start = end;
        }
        [from, to] = [to, from];
      }
      for (let i = 0; i < size; i += 1000) {
        const record = from[i] as Keyed;
        record.rank = i;
        sum = (Math.imul(sum, 31) + record.key) | 0;
      }
    }
    state.seed = seed;
    return sum;
  },
);

class CacheEntry {
  readonly key: number;
  value = 0;
  before: CacheEntry | null = null;
  after: CacheEntry | null = null;
  constructor(key: number) {
    this.key = key;
  }
}

function unlink({ before, after }: CacheEntry): void {
  (before as CacheEntry).after = after;
  (after as CacheEntry).before = before;
}

const lru = program(
  (size) => {
    const ring = new CacheEntry(-1);
    ring.before = ring;
    ring.after = ring;
    return { entries: new Map<number, CacheEntry>(), ring, size, seed: 1 };
  },
  (state, rounds) => {
    const { entries, ring, size } = state;
    let { seed } = state;
    let hits = 0;
    for (; rounds > 0; rounds--) {
      seed = random(seed);
      const key = (seed >>> 8) % (2 * size);
      let entry = entries.get(key);
      if (entry === undefined) {
        if (entries.size === size) {
          const last = ring.before as CacheEntry;
          unlink(last);
          entries.delete(last.key);
        }
        entry = new CacheEntry(key);
        entries.set(key, entry);
      } else {
        hits++;
        entry.value++;
        unlink(entry);
      }
      const first = ring.after as CacheEntry;
      entry.before = ring;
      entry.after = first;
      first.before = entry;
      ring.after = entry;
    }
    state.seed = seed;
    return hits;
  },
);

class GraphNode {
  seen = 0;
  edges: readonly GraphNode[] = [];
}

class Cell {
  readonly node: GraphNode;
  next: Cell | null = null;
  constructor(node: GraphNode) {
    this.node = node;
  }
}

function search(start: GraphNode, turn: number): number {
  let found = 0;
  start.seen = turn;
  let tail = new Cell(start);
  for (let head: Cell | null = tail; head !== null; head = head.next) {
    found++;
    for (const node of head.node.edges) {
      if (node.seen === turn) continue;
      node.seen = turn;
      const fresh = new Cell(node);
      tail.next = fresh;
      tail = fresh;
    }
  }
  return found;
}

const graph = program(
  (size) => {
    const nodes = Array.from({ length: size }, () => new GraphNode());
    let seed = 1;
    for (const node of nodes) {
      node.edges = Array.from({ length: 8 }, () => {
        seed = random(seed);
        return nodes[(seed >>> 8) % size] as GraphNode;
      });
    }
    return { nodes, turn: 0 };
  },
  (state, rounds) => {
    let sum = 0;
    for (; rounds > 0; rounds--) {
      const turn = ++state.turn;
      sum = (sum + search(state.nodes[turn % state.nodes.length] as GraphNode, turn)) | 0;
    }
    return sum;
  },
);

function isSafe(column: number, board: ListNode | null): boolean {
  for (let distance = 1; board !== null; board = board.next, distance++) {
    const other = board.value;
    if (other === column || other === column + distance || other === column - distance) return false;
  }
  return true;
}

class Boards {
  readonly board: ListNode | null;
  readonly next: Boards | null;
  constructor(board: ListNode | null, next: Boards | null) {
    this.board = board;
    this.next = next;
  }
}

function solve(rows: number, size: number): Boards | null {
  if (rows === 0) return new Boards(null, null);
  let found: Boards | null = null;
  for (let smaller = solve(rows - 1, size); smaller !== null; smaller = smaller.next) {
    for (let column = 0; column < size; column++) {
      if (isSafe(column, smaller.board)) found = new Boards(new ListNode(column, smaller.board), found);
    }
  }
  return found;
}

const queens = program(
  (size) => ({ size }),
  ({ size }, rounds) => {
    let solutions = 0;
    for (; rounds > 0; rounds--)
      for (let boards = solve(size, size); boards !== null; boards = boards.next) solutions++;
    return solutions;
  },
);

export const javascript: Readonly<Record<string, BenchmarkProgram>> = {
  trees,
  lists,
  strings,
  sort,
  lru,
  graph,
  queens,
};
