/**
 * The list of expected failures, `tests/expected-failures/js-api.txt`: lines of `file.any.js | subtest | reason`.
 * Behind a question mark come subtests that fail in some checkouts only. Empty lines and lines that start with `#` say
 * nothing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "..", "expected-failures", "js-api.txt");

/** What is known of a subtest that fails. */
export interface ExpectedFailure {
  readonly reason: string;
  /** False where it passes in some checkouts. */
  readonly isCertain: boolean;
}

/** The list, by file and subtest. */
export class ExpectedFailures {
  readonly #failures = new Map<string, ExpectedFailure>();

  constructor() {
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      const [file, subtest, reason] = line.split(" | ");
      if (file === undefined || subtest === undefined || !reason)
        throw new Error(`${path}:${index + 1}: 'file | subtest | reason' expected`);
      this.#failures.set(`${file.replace(/^\? /, "")} | ${subtest}`, { reason, isCertain: !file.startsWith("? ") });
    }
  }

  /** What is known of a subtest; undefined where it should pass. */
  find(file: string, subtest: string): ExpectedFailure | undefined {
    return this.#failures.get(`${file} | ${subtest}`);
  }
}
