/** What the heap's benchmark runs: programs, sizes, and how long. */

export interface HeapCase {
  readonly name: string;
  readonly program: "trees" | "lists" | "strings" | "sort" | "lru" | "graph" | "queens";
  readonly label: string;
  readonly size: number;
  /** Rounds of a sample; the same work for all engines. */
  readonly rounds: number;
  /** Whether it does little else than allocate: a thread makes more than half a gigabyte of objects a second. */
  readonly allocating: boolean;
}

export const cases: readonly HeapCase[] = [
  { name: "trees-10", program: "trees", label: "binary trees, depth 10", size: 10, rounds: 20_000, allocating: true },
  { name: "trees-16", program: "trees", label: "binary trees, depth 16", size: 16, rounds: 200, allocating: true },
  { name: "trees-20", program: "trees", label: "binary trees, depth 20", size: 20, rounds: 10, allocating: true },
  { name: "lists-33k", program: "lists", label: "list churn, 33 K live", size: 33_000, rounds: 6000, allocating: true },
  {
    name: "lists-262k",
    program: "lists",
    label: "list churn, 262 K live",
    size: 262_000,
    rounds: 6000,
    allocating: true,
  },
  {
    name: "lists-2m",
    program: "lists",
    label: "list churn, 2.1 M live",
    size: 2_100_000,
    rounds: 6000,
    allocating: true,
  },
  {
    name: "strings",
    program: "strings",
    label: "hash map, string keys",
    size: 50_000,
    rounds: 3_000_000,
    allocating: false,
  },
  { name: "lru", program: "lru", label: "LRU cache", size: 20_000, rounds: 5_000_000, allocating: false },
  { name: "queens", program: "queens", label: "queens on persistent lists", size: 10, rounds: 12, allocating: false },
  { name: "sort", program: "sort", label: "sort of references", size: 200_000, rounds: 8, allocating: false },
  { name: "graph", program: "graph", label: "graph traversal", size: 50_000, rounds: 60, allocating: false },
];
