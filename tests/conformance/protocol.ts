/**
 * What is said between the runner and the Workers in which scripts run. All of it can be cloned; without memories also
 * written as JSON.
 */
import type { RuntimeName } from "./executor.ts";
import type { Mode } from "./expected.ts";
import type { ThreadResult } from "./run.ts";

/** Memories that other agents lend, by instance and export. */
export type LentMemories = Readonly<Record<string, Readonly<Record<string, WebAssembly.Memory>>>>;

/** One script to run. */
export interface ScriptRequest {
  readonly mode: Mode;
  readonly suite: string;
  readonly source: string;
  readonly runtime: RuntimeName;
  /** Whether the heap is collected at every safepoint, and verified after each collection. */
  readonly stress: boolean;
  /** Whether validate mode compares the phrases of refusals. */
  readonly messages: boolean;
  /** Where in the script the commands to run are: names of the threads around them. */
  readonly threads: readonly string[];
  readonly memories: LentMemories;
}

export type ScriptReply =
  | { readonly kind: "result"; readonly result: ThreadResult }
  | { readonly kind: "broken"; readonly problem: string }
  | { readonly kind: "done" };
