/**
 * What run mode needs to execute scripts: a namespace of the WebAssembly JavaScript Interface's shape, per script, and other agents.
 *
 * The runtime gives it; without the runtime there is nothing to run on, and run mode says so instead of passing anything.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The part of the `WebAssembly` namespace that scripts are run with. */
export type Namespace = Pick<
  typeof WebAssembly,
  "Module" | "Instance" | "Memory" | "Table" | "Global" | "CompileError" | "LinkError" | "RuntimeError"
>;

/** One store, on which one script runs. */
export interface ScriptStore {
  readonly WebAssembly: Namespace;
  close(): Promise<void>;
}

export interface Executor {
  /** What results were obtained on: printed with them. */
  readonly name: string;
  open(): Promise<ScriptStore>;
}

export const hosts = ["node", "chromium", "firefox", "bun", "deno"] as const;
export type Host = (typeof hosts)[number];

const runtime = join(import.meta.dirname, "..", "..", "threads", "runtime.ts");

/** The executor on a host; undefined where there is no runtime to run on yet. */
export async function findExecutor(host: Host): Promise<Executor | undefined> {
  if (host !== "node" || !existsSync(runtime)) return undefined;
  return undefined;
}
