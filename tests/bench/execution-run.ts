/**
 * One sample of a benchmark: runs one program on one engine in this process and prints what it took as JSON.
 *
 *     node tests/bench/execution-run.ts heddle|v8 PROGRAM
 *
 * Times are those that the processor spent on this thread. What V8 collects and compiles on other threads is not in
 * them.
 */
import { createStore } from "../../api/heddle.ts";
import { type Program, programs, readProgram } from "./execution-programs.ts";

export type Engine = "heddle" | "v8";

export interface Sample {
  readonly result: number;
  /** Of one run, on average over many: the system counts a thread's time in steps of some milliseconds. */
  readonly milliseconds: number;
}

/** The host compiles well what runs often; it takes a while until that is done on another thread. */
const WARM_UP_MILLISECONDS = 400;
const WARM_UP_RUNS = 5;
const MEASURED_MILLISECONDS = 600;

function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

async function load(engine: Engine, program: Program): Promise<(size: number) => number> {
  const bytes = readProgram(program);
  if (engine === "v8")
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports["run"] as (size: number) => number;
  const store = await createStore({ threads: 0, heap: { maximum: 512 << 20 } });
  return (await store.WebAssembly.instantiate(bytes)).instance.exports["run"];
}

/** Runs `work` for as long and as often as is asked for; returns the milliseconds of one run. */
function repeat(work: () => void, milliseconds: number, atLeast: number): number {
  const start = threadMilliseconds();
  for (let runs = 1; ; runs++) {
    work();
    const total = threadMilliseconds() - start;
    if (total >= milliseconds && runs >= atLeast) return total / runs;
  }
}

const [engine, name] = process.argv.slice(2) as [Engine, string];
const program = programs.find((candidate) => candidate.name === name);
if (program === undefined) throw new Error(`no program is called ${name}`);
const run = await load(engine, program);
let result = 0;
const work = (): void => {
  result = run(program.size);
};
repeat(work, WARM_UP_MILLISECONDS, WARM_UP_RUNS);
const milliseconds = repeat(work, MEASURED_MILLISECONDS, 1);
const sample: Sample = { result, milliseconds };
console.log(JSON.stringify(sample));
