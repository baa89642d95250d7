/** The test program's types and exports, apart from the assembler, so that Workers load quickly. */

/**
 * Sizes and reference maps of the types that the program allocates; their records' addresses are imported as
 * `types.<name>`.
 */
export const programTypes = {
  node: { kind: 0, size: 16, references: [4, 8] },
  numbers: { kind: 1, size: 2, references: [] },
  bytes: { kind: 1, size: 0, references: [] },
  references: { kind: 1, size: 2, references: [8] },
} as const;
export type ProgramType = keyof typeof programTypes;

/** What the program exports: all but addresses and counts is `sp`, last. */
export interface Program {
  pair(a: number, b: number, sp: number): number;
  build(depth: number, sp: number): number;
  count(tree: number): number;
  churn(depth: number, rounds: number, sp: number): bigint;
  list(length: number, sp: number): number;
  listLength(list: number): number;
  numbers(length: number, sp: number): number;
  bytes(length: number, sp: number): number;
  references(length: number, sp: number): number;
  write(object: number, offset: number, value: number): void;
  writeElement(array: number, index: number, value: number): void;
  replace(array: number, depth: number, rounds: number, sp: number): number;
  spin(flag: number, sp: number): void;
}
