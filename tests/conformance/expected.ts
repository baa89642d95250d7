/**
 * Lists of expected failures: `tests/expected-failures/<suite>.txt`.
 *
 * A line is `file.wast:LINE mode reason`; mode is `validate`, `run` or `*`. Empty lines and lines that start with `#` say nothing. Only
 * cases that are wrong in the script belong here.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Mode = "validate" | "run";

export interface ExpectedFailure {
  readonly place: string;
  readonly mode: Mode | "*";
  readonly reason: string;
}

const folder = join(import.meta.dirname, "..", "expected-failures");
const entry = /^(\S+:\d+)\s+(validate|run|\*)\s+(.+)$/;

/** The expected failures of one suite. */
export class ExpectedFailures {
  private readonly byPlace = new Map<string, ExpectedFailure[]>();

  constructor(suite: string) {
    const path = join(folder, `${suite}.txt`);
    if (!existsSync(path)) return;
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (line.trim() === "" || line.startsWith("#")) return;
        const match = entry.exec(line);
        if (match === null) throw new Error(`${path}:${index + 1}: expected 'file:line mode reason'`);
        const [, place = "", mode = "*", reason = ""] = match;
        this.byPlace.set(place, [...(this.byPlace.get(place) ?? []), { place, mode: mode as Mode | "*", reason }]);
      });
  }

  /** The entry for a command, if there is one. */
  find(place: string, mode: Mode): ExpectedFailure | undefined {
    return this.byPlace.get(place)?.find((failure) => failure.mode === "*" || failure.mode === mode);
  }
}
