/** Collects results and prints them: a line per failure, a line per suite, a total. */
import type { Host } from "./executor.ts";
import { type ExpectedFailure, ExpectedFailures, type Mode } from "./expected.ts";
import type { ScriptFile } from "./suites.ts";

/** What one command came to. */
export type Outcome =
  | { readonly kind: "passed" }
  /** Not applicable in this mode or on this host. */
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly expected: string; readonly got: string };

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
  expectedFailures: number;
}

const emptyTally = (): Tally => ({ passed: 0, failed: 0, skipped: 0, expectedFailures: 0 });

export class Report {
  readonly #suites = new Map<string, Tally>();
  readonly #expected = new Map<string, ExpectedFailures>();
  readonly #skips = new Map<string, number>();
  /** Entries for whole scripts that were run, with whether anything in them failed. */
  readonly #scripts = new Map<ExpectedFailure, { readonly file: ScriptFile; failed: boolean }>();
  readonly #host: Host;
  readonly #write: (line: string) => void;
  /** Failures that no list expects, and passes that a list says should fail. */
  unexpected = 0;

  constructor(host: Host, write: (line: string) => void) {
    this.#host = host;
    this.#write = write;
  }

  #tally(suite: string): Tally {
    const tally = this.#suites.get(suite) ?? emptyTally();
    this.#suites.set(suite, tally);
    return tally;
  }

  #failures(suite: string): ExpectedFailures {
    const failures = this.#expected.get(suite) ?? new ExpectedFailures(suite, this.#host);
    this.#expected.set(suite, failures);
    return failures;
  }

  /** The entry that says that a script as a whole fails, or parts of it. */
  #wholeScript(file: ScriptFile, mode: Mode, failed: boolean): ExpectedFailure | undefined {
    const entry = this.#failures(file.suite).find(file.name, undefined, mode);
    if (entry !== undefined)
      this.#scripts.set(entry, { file, failed: failed || this.#scripts.get(entry)?.failed === true });
    return entry;
  }

  /** Takes the outcome of the command on this line of a script. */
  add(file: ScriptFile, line: number, command: string, mode: Mode, outcome: Outcome): void {
    const tally = this.#tally(file.suite);
    const expected = this.#failures(file.suite).find(file.name, line, mode);
    const whole = this.#wholeScript(file, mode, outcome.kind === "failed");
    const place = `${file.suite}/${file.name}:${line}: ${command}`;
    switch (outcome.kind) {
      case "passed":
        if (expected === undefined) tally.passed++;
        else {
          tally.failed++;
          this.unexpected++;
          this.#write(`${place}: expected to fail (${expected.reason}), got a pass`);
        }
        return;
      case "skipped":
        tally.skipped++;
        this.#skips.set(outcome.reason, (this.#skips.get(outcome.reason) ?? 0) + 1);
        return;
      case "failed":
        if (expected !== undefined || whole !== undefined) {
          tally.expectedFailures++;
          return;
        }
        tally.failed++;
        this.unexpected++;
        this.#write(`${place}: expected ${outcome.expected}, got ${outcome.got}`);
    }
  }

  /** Takes a script that could not be run at all. */
  broken(file: ScriptFile, mode: Mode, problem: string): void {
    if (this.#wholeScript(file, mode, true) !== undefined) {
      this.#tally(file.suite).expectedFailures++;
      return;
    }
    this.#tally(file.suite).failed++;
    this.unexpected++;
    this.#write(`${file.suite}/${file.name}: ${problem}`);
  }

  /** Prints the reasons of skips, a line per suite, and the total. */
  finish(): void {
    for (const [{ reason }, { file, failed }] of this.#scripts) {
      if (failed) continue;
      this.#tally(file.suite).failed++;
      this.unexpected++;
      this.#write(`${file.suite}/${file.name}: expected to fail (${reason}), got no failure`);
    }
    for (const [reason, count] of this.#skips) this.#write(`skipped ${count}: ${reason}`);
    const total = emptyTally();
    for (const [suite, tally] of this.#suites) {
      this.#write(summary(suite, tally));
      for (const key of Object.keys(total) as (keyof Tally)[]) total[key] += tally[key];
    }
    this.#write(summary("total", total));
  }
}

function summary(name: string, { passed, failed, skipped, expectedFailures }: Tally): string {
  const expected = expectedFailures === 0 ? "" : `, ${expectedFailures} failed as expected`;
  return `${name}: ${passed} passed, ${failed} failed, ${skipped} skipped${expected}`;
}
