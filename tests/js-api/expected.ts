/**
 * The list of expected failures, `tests/expected-failures/js-api.txt`: lines of `file.any.js | subtest | reason`. A subtest may be `*`.
 * Empty lines and lines that start with `#` say nothing.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dirname, "..", "expected-failures", "js-api.txt");

/** Reasons by file and subtest. */
export class ExpectedFailures {
  readonly #reasons = new Map<string, string>();

  constructor() {
    for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
      if (line.trim() === "" || line.startsWith("#")) continue;
      const [file, subtest, reason] = line.split(" | ");
      if (file === undefined || subtest === undefined || !reason)
        throw new Error(`${path}:${index + 1}: 'file | subtest | reason' expected`);
      this.#reasons.set(`${file} | ${subtest}`, reason);
    }
  }

  /** Why a subtest is known to fail; undefined where it should pass. */
  reasonOf(file: string, subtest: string): string | undefined {
    return this.#reasons.get(`${file} | ${subtest}`) ?? this.#reasons.get(`${file} | *`);
  }
}
