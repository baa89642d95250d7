/** What one measurement of the threads benchmark says. */
export interface Figure {
  readonly title: string;
  readonly unit: "us" | "ns" | "ms";
  /** What Heddle took in each turn. */
  readonly own: readonly number[];
  /** What does the same without Heddle, and took in the same turns. */
  readonly peer?: { readonly title: string; readonly samples: readonly number[] };
}

/** Prints figures for the process that asked for them. */
export function report(figures: readonly Figure[]): void {
  console.log(JSON.stringify(figures));
}

/** Microseconds by a clock that all threads of a process share. */
export function microseconds(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
