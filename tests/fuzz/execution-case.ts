/**
 * One case of the fuzzing of execution, in a process of its own, which may be ended:
 * `node tests/fuzz/execution-case.ts FILE` runs the module in the file and prints a `CaseResult` as JSON.
 */
import { readFileSync } from "node:fs";
import { createStore } from "../../api/heddle.ts";
import type { Namespace } from "../../api/js/shape.ts";
import { type Trace, traceOf } from "./execution-trace.ts";

export interface CaseResult {
  /** Whether the host takes the module. */
  readonly accepted: boolean;
  /** Lines of the host's trace. */
  readonly lines: number;
  /** What Heddle does otherwise, in words. */
  readonly problem: string | undefined;
}

/** Where two traces differ, in words; undefined where they do not. */
function difference(host: Trace, heddle: Trace | undefined): string | undefined {
  if (heddle === undefined) return "the host takes the module, Heddle does not";
  const length = Math.min(host.lines.length, heddle.lines.length);
  let at = 0;
  while (at < length && host.lines[at] === heddle.lines[at]) at++;
  if (at === host.lines.length && host.open) return undefined;
  if (at === heddle.lines.length && (heddle.open || at === host.lines.length)) return undefined;
  const around = ({ lines }: Trace): string => lines.slice(Math.max(0, at - 1), at + 2).join("\n    ");
  return `line ${at}\n  host\n    ${around(host)}\n  heddle\n    ${around(heddle)}`;
}

async function traceOfHeddle(bytes: Uint8Array<ArrayBuffer>, stress: boolean): Promise<Trace | undefined> {
  const store = await createStore({
    threads: 0,
    collectAtSafepoints: stress,
    heap: { maximum: 1 << 27, debug: stress },
  });
  const trace = traceOf(bytes, store.WebAssembly);
  await store.close();
  return trace;
}

async function compare(bytes: Uint8Array<ArrayBuffer>): Promise<CaseResult> {
  const host = traceOf(bytes, WebAssembly as unknown as Namespace);
  if (host === undefined) return { accepted: false, lines: 0, problem: undefined };
  const lines = host.lines.length;
  for (const stress of [false, true]) {
    const problem = difference(host, await traceOfHeddle(bytes, stress));
    if (problem !== undefined)
      return { accepted: true, lines, problem: `${stress ? "collected at every safepoint: " : ""}${problem}` };
  }
  return { accepted: true, lines, problem: undefined };
}

const [file] = process.argv.slice(2);
if (file !== undefined) console.log(JSON.stringify(await compare(new Uint8Array(readFileSync(file)))));
