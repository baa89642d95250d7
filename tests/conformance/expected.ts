/**
 * Lists of expected failures: `tests/expected-failures/<suite>.txt` for all hosts, `<suite>.<host>.txt` for one host
 * besides.
 *
 * A line is `file.wast:LINE mode reason`, or `file.wast:FIRST-LAST mode reason` where each of these lines has a command
 * that fails; mode is `validate`, `run` or `*`. `file.wast:*` stands for all commands of a script, some of which fail,
 * or for a script that cannot be run to its end. Empty lines and lines that start with `#` say nothing. The lists for
 * all hosts hold only cases that are wrong in the script, the lists of a host only what is missing or wrong in that
 * host.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Host } from "./executor.ts";

export type Mode = "validate" | "run";

export interface ExpectedFailure {
  /** The script's name, a colon, and the line of the command or `*`. */
  readonly place: string;
  readonly mode: Mode | "*";
  readonly reason: string;
}

const folder = join(import.meta.dirname, "..", "expected-failures");
const entry = /^(?<script>\S+):(?<lines>\d+(?:-\d+)?|\*)\s+(?<mode>validate|run|\*)\s+(?<reason>.+)$/;

/** `7-9` is 7, 8 and 9; a number, or `*`, is itself. */
function linesOf(lines: string): readonly string[] {
  const [first = "", last] = lines.split("-");
  if (last === undefined) return [first];
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => String(Number(first) + index));
}

/** The expected failures of one suite on one host. */
export class ExpectedFailures {
  readonly #byPlace = new Map<string, ExpectedFailure[]>();

  constructor(suite: string, host: Host) {
    for (const name of [suite, `${suite}.${host}`]) this.#read(join(folder, `${name}.txt`));
  }

  #read(path: string): void {
    if (!existsSync(path)) return;
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (line.trim() === "" || line.startsWith("#")) return;
        const { script, lines = "", mode, reason = "" } = entry.exec(line)?.groups ?? {};
        if (script === undefined) throw new Error(`${path}:${index + 1}: expected 'file:line mode reason'`);
        for (const one of linesOf(lines)) {
          const place = `${script}:${one}`;
          this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? []), { place, mode: mode as Mode | "*", reason }]);
        }
      });
  }

  #at(place: string, mode: Mode): ExpectedFailure | undefined {
    return this.#byPlace.get(place)?.find((failure) => failure.mode === "*" || failure.mode === mode);
  }

  /** The entry for a command, or for the script as a whole where no line is given. */
  find(script: string, line: number | undefined, mode: Mode): ExpectedFailure | undefined {
    return line === undefined ? this.#at(`${script}:*`, mode) : this.#at(`${script}:${line}`, mode);
  }
}
