/** Runs claims one after the other. */
import type { Claim } from "./claims.ts";

/** How a claim came out. */
export interface Outcome {
  readonly claim: string;
  /** Why it does not hold; undefined where it does. */
  readonly problem?: string | undefined;
  readonly milliseconds: number;
}

/** A claim that takes longer hangs. */
const PATIENCE = 60_000;

export async function runClaims(claims: readonly Claim[], report: (outcome: Outcome) => void): Promise<void> {
  for (const [claim, test] of claims) {
    const start = performance.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("it hangs")), PATIENCE);
    });
    let problem: string | undefined;
    try {
      await Promise.race([test(), hung]);
    } catch (error) {
      problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    clearTimeout(timer);
    report({ claim, problem, milliseconds: Math.round(performance.now() - start) });
  }
}
