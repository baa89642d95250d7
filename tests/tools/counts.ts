/** Counts of test outcomes, and the line in which every test program of the project ends. */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** `N passed, N failed, N skipped` */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** The counts of the last such line in a program's output. */
export function lastCounts(output: string): Counts | undefined {
  const found = [...output.matchAll(/(\d+) passed, (\d+) failed, (\d+) skipped/g)].at(-1);
  return found === undefined
    ? undefined
    : { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3]) };
}
