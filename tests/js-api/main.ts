/**
 * Runs the JS API's own tests, of a checkout of WebAssembly/spec or of a proposal, against Heddle's namespace:
 *
 *     HEDDLE_JS_API_TESTS=path/to/spec/test/js-api node tests/js-api/main.ts [--namespace=heddle|engine] [--only=PART]
 *       [--jobs=N] [--timeout=SECONDS] [--stress]
 *
 * `--namespace=engine` runs them on the host's own namespace, to check this harness; `--only` takes files whose path
 * contains the text; `--stress` collects at every safepoint and verifies the heap after each collection. Without the
 * variable nothing is run. The last line is `js-api: N passed, N failed, N skipped`; a failure that is listed in
 * tests/expected-failures/js-api.txt is skipped. The exit code is 1 on any other failure, and where a listed subtest
 * passes.
 */
import { readdirSync } from "node:fs";
import { resolve as resolvePath } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { ExpectedFailures } from "./expected.ts";
import type { SubtestResult } from "./testharness.ts";
import { type FileReply, type FileRequest, type NamespaceName, namespaces } from "./worker.ts";

interface FileOutcome {
  readonly file: string;
  readonly results: readonly SubtestResult[];
}

/** Runs one file; resolves when its Worker has ended in whatever way. */
function runFile(request: FileRequest, timeout: number): Promise<FileOutcome> {
  return new Promise((resolve) => {
    const results: SubtestResult[] = [];
    // The tests of limits make modules of hundreds of megabytes.
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: 12288 },
    });
    const timer = setTimeout(() => {
      results.push({ name: "timeout", message: `not done after ${timeout} s` });
      void worker.terminate();
    }, timeout * 1000);
    worker.on("message", (reply: FileReply) => {
      if (reply.kind === "result") results.push(reply.result);
      else void worker.terminate();
    });
    worker.on("error", (error: Error) => results.push({ name: "script", message: String(error) }));
    worker.on("exit", () => {
      clearTimeout(timer);
      resolve({ file: request.file, results });
    });
  });
}

/** Counts of a run. */
class Report {
  readonly #expected: ExpectedFailures | undefined;
  #passed = 0;
  #failed = 0;
  #skipped = 0;
  #unexpectedPasses = 0;

  constructor(expected: ExpectedFailures | undefined) {
    this.#expected = expected;
  }

  add({ file, results }: FileOutcome): void {
    if (results.length === 0) this.#fail(file, { name: "script", message: "no subtest" });
    for (const result of results) {
      const known = this.#expected?.find(file, result.name);
      if (result.message === undefined) {
        this.#passed++;
        if (known?.isCertain !== true) continue;
        this.#unexpectedPasses++;
        console.log(`${file}: ${result.name}: passes, but is listed: ${known.reason}`);
      } else if (known !== undefined) this.#skipped++;
      else this.#fail(file, result);
    }
  }

  #fail(file: string, { name, message }: SubtestResult): void {
    this.#failed++;
    console.log(`${file}: ${name}\n    ${message}`);
  }

  /** Prints the totals; true where all is as expected. */
  finish(): boolean {
    console.log(`js-api: ${this.#passed} passed, ${this.#failed} failed, ${this.#skipped} skipped`);
    return this.#failed + this.#unexpectedPasses === 0;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      namespace: { type: "string", default: "heddle" },
      only: { type: "string", default: "" },
      jobs: { type: "string", default: "2" },
      timeout: { type: "string", default: "600" },
      stress: { type: "boolean", default: false },
    },
  });
  const folder = process.env["HEDDLE_JS_API_TESTS"];
  if (folder === undefined) {
    console.log(
      "js-api: skipped, HEDDLE_JS_API_TESTS does not name a folder with the tests\njs-api: 0 passed, 0 failed, 0 skipped",
    );
    return 0;
  }
  const root = resolvePath(folder);
  const namespace = values.namespace as NamespaceName;
  if (!namespaces.includes(namespace)) throw new Error(`--namespace is one of ${namespaces.join(", ")}`);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".any.js") && file.includes(values.only))
    .sort();
  const report = new Report(namespace === "heddle" ? new ExpectedFailures() : undefined);
  const outcomes: FileOutcome[] = [];
  const queue = [...files];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      outcomes.push(await runFile({ root, file, namespace, stress: values.stress }, Number(values.timeout)));
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, lane));
  for (const outcome of outcomes.sort((a, b) => (a.file < b.file ? -1 : 1))) report.add(outcome);
  return report.finish() ? 0 : 1;
}

process.exitCode = await main();
