/** What the watching thread and the thread that runs the cases tell each other. */

export interface FuzzOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Only this case, where given. */
  readonly only: number | undefined;
}

/** Words of the shared memory that both threads see. */
export const Word = { case: 0, length: 1 } as const;
/** Behind the words: the case that is being run, so that it survives a hang. */
export const CASE_OFFSET = 8;
export const CASE_CAPACITY = 1 << 20;

export type Message =
  | { readonly kind: "finding"; readonly report: string }
  | {
      readonly kind: "done";
      readonly cases: number;
      readonly accepted: number;
      readonly refused: number;
      readonly known: number;
      readonly findings: number;
    };
