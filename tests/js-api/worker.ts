/**
 * Runs one test file in a Worker, whose `globalThis.WebAssembly` is the namespace under test: the file, and the scripts
 * that its `META` lines name, see one realm with the runtime, as in a page.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { runInThisContext } from "node:vm";
import { parentPort, workerData } from "node:worker_threads";
import { describeThrown, install, type SubtestResult } from "./testharness.ts";

export const namespaces = ["heddle", "engine"] as const;
export type NamespaceName = (typeof namespaces)[number];

export interface FileRequest {
  /** The folder with the tests. */
  readonly root: string;
  /** The file's path below it. */
  readonly file: string;
  readonly namespace: NamespaceName;
  /** Whether the heap is collected at every safepoint, and verified after each collection. */
  readonly stress: boolean;
}

export type FileReply = { readonly kind: "result"; readonly result: SubtestResult } | { readonly kind: "done" };

/** Where the tests of web-platform-tests have the root folder. */
const absolute = "/wasm/jsapi/";

function scriptsOf({ root, file }: FileRequest): string[] {
  const path = join(root, file);
  const included = [...readFileSync(path, "utf8").matchAll(/^\/\/ META: script=(.+)$/gm)].map(([, name = ""]) =>
    name.startsWith(absolute) ? join(root, name.slice(absolute.length)) : join(dirname(path), name),
  );
  return [...included, path];
}

async function run(request: FileRequest, report: (result: SubtestResult) => void): Promise<void> {
  if (request.namespace === "heddle") {
    const { createStore } = await import("../../api/heddle.ts");
    const store = await createStore({
      threads: 0,
      collectAtSafepoints: request.stress,
      heap: { debug: request.stress },
    });
    Object.defineProperty(globalThis, "WebAssembly", {
      value: store.WebAssembly,
      writable: true,
      enumerable: false,
      configurable: true,
    });
  }
  process.on("unhandledRejection", (error) => report({ name: "unhandled rejection", message: describeThrown(error) }));
  const runPromises = install(report);
  try {
    for (const script of scriptsOf(request)) runInThisContext(readFileSync(script, "utf8"), { filename: script });
  } catch (error) {
    report({ name: "script", message: describeThrown(error) });
  }
  await runPromises();
  // Rejections that nobody handles are reported in a later turn.
  await new Promise((resolve) => setTimeout(resolve, 5));
}

if (parentPort !== null && workerData !== null) {
  const port = parentPort;
  const reply = (message: FileReply): void => port.postMessage(message);
  await run(workerData as FileRequest, (result) => reply({ kind: "result", result }));
  reply({ kind: "done" });
}
