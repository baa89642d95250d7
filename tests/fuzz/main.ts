/**
 * Fuzzing: mutations for the front end, and random programs for execution (execution.ts).
 *
 *     npm run fuzz -- frontend|execution [--seconds N] [--seed S] [--case K]
 *
 * A case is made from the seed and its number, so that `--case` runs one of a reported run again. Every kind of finding
 * is printed once, with the smallest input that shows it. Exit code 1 if there is one.
 */
import { Worker } from "node:worker_threads";
import { CASE_CAPACITY, CASE_OFFSET, type FuzzOptions, type Message, Word } from "./protocol.ts";

/**
 * A case that takes more processor time hangs; the longest step in good order is making a finding's input smaller. The
 * clock on the wall would blame the case for what other programs do.
 */
const HANG_SECONDS = 40;
const WATCH_MILLISECONDS = 5_000;
/** A case that needs more is a finding too. */
const HEAP_MEGABYTES = 1500;

function readOptions(words: readonly string[]): FuzzOptions {
  const number = (name: string): number | undefined => {
    const at = words.indexOf(name);
    if (at < 0) return undefined;
    const value = Number(words[at + 1]);
    if (!Number.isInteger(value) || value < 0) throw new Error(`${name} needs a whole number`);
    return value;
  };
  return { seed: number("--seed") ?? 1, seconds: number("--seconds") ?? 60, only: number("--case") };
}

/** Runs the cases in a thread and watches that they go on. Resolves to the number of findings. */
function fuzz(options: FuzzOptions): Promise<number> {
  const memory = new SharedArrayBuffer(CASE_OFFSET + CASE_CAPACITY);
  const words = new Int32Array(memory, 0, CASE_OFFSET / 4);
  const worker = new Worker(new URL("./cases.ts", import.meta.url), {
    workerData: { options, memory },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MEGABYTES },
  });
  const { promise, resolve } = Promise.withResolvers<number>();
  const current = (): string => {
    const bytes = new Uint8Array(memory, CASE_OFFSET, words[Word.length]);
    return `  case ${words[Word.case]} of seed ${options.seed}\n  ${Buffer.from(bytes).toString("hex")}`;
  };
  let last = 0;
  let since = process.cpuUsage();
  const watch = setInterval(() => {
    const now = Atomics.load(words, Word.case);
    if (now !== last) {
      last = now;
      since = process.cpuUsage();
    } else if (now !== 0 && process.cpuUsage(since).user > HANG_SECONDS * 1e6) {
      finish(`hang: nothing for ${HANG_SECONDS} s of processor time\n${current()}`, 1);
    }
  }, WATCH_MILLISECONDS);
  const finish = (report: string, findings: number): void => {
    clearInterval(watch);
    console.log(report);
    void worker.terminate();
    resolve(findings);
  };
  worker.on("message", (message: Message) => {
    if (message.kind === "finding") {
      console.log(`${message.report}\n`);
      return;
    }
    const { cases, accepted, refused, known, findings } = message;
    finish(
      `frontend: seed ${options.seed}: ${cases} cases, ${accepted} valid, ${refused} refused, ${known} known disagreements, ${findings} findings`,
      findings,
    );
  });
  worker.on("error", (error) =>
    finish(`the thread died: ${error instanceof Error ? error.stack : String(error)}\n${current()}`, 1),
  );
  return promise;
}

const [subject, ...words] = process.argv.slice(2);
if (subject === "frontend") {
  if ((await fuzz(readOptions(words))) > 0) process.exitCode = 1;
} else if (subject === "execution") {
  // Loaded only for that: it needs the runtime.
  const { fuzzExecution } = await import("./execution.ts");
  if ((await fuzzExecution(readOptions(words))) > 0) process.exitCode = 1;
} else {
  console.error("usage: npm run fuzz -- frontend|execution [--seconds N] [--seed S] [--case K]");
  process.exitCode = 2;
}
