/**
 * What agents tell each other: plans of modules and instances, the messages that carry them, and the calls that go over comlink.
 *
 * Three ways lead to a Worker. Jobs go through the queue in shared memory (control.ts), so that they need no event loop. Installing
 * instances and asking for statistics are calls of `AgentService`, carried by comlink over a port of their own. What a Worker has to say
 * on its own account is an `AgentEvent`.
 */

import type { ExternKind } from "../../core/types/module.ts";
import type { HeapShare } from "../../gc/heap/heap.ts";
import type { LoweredModuleParts } from "../../lower/host/lowered.ts";
import type { BuiltinName } from "../builtins/builtins.ts";
import type { ThreadBuiltin } from "../builtins/spawn.ts";
import type { PortableError } from "../traps/traps.ts";
import type { Signature, ValueKind } from "../values/kinds.ts";

/** Everything an agent needs to link a module: made once, on the agent that compiled it. */
export interface ModulePlan {
  readonly id: number;
  /** The host module, relocated for the store's heap. */
  readonly host: WebAssembly.Module;
  readonly lowered: Omit<LoweredModuleParts, "bytes" | "relocations" | "types">;
  /** Signatures by function index. */
  readonly signatures: readonly Signature[];
  /** Kinds of the globals and of the tables' elements, by index. */
  readonly globals: readonly ValueKind[];
  readonly tables: readonly ValueKind[];
  /** Parameters of the tags, by index. */
  readonly tags: readonly (readonly ValueKind[])[];
  /** Whether other agents can reach this module: it has shared functions or thread-local globals. */
  readonly replicated: boolean;
}

/** An import as any agent can link it. What only the creator has (a JS function, an unshared global) is left out. */
export type ResolvedImport =
  | { readonly kind: "func"; readonly function: number | undefined }
  | {
      readonly kind: "builtin";
      readonly builtin: BuiltinName | ThreadBuiltin;
      readonly table: number;
      readonly function: number | undefined;
    }
  | { readonly kind: "global"; readonly cell: number | undefined; readonly threadLocal: InstanceItem | undefined }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "table"; readonly record: number }
  /** `length`: address of the length in bytes, where pages are one byte. */
  | { readonly kind: "memory"; readonly memory: WebAssembly.Memory | undefined; readonly length: number | undefined }
  | { readonly kind: "tag"; readonly tag: number };

/** An item that a replicated instance defines: each agent has its own. */
export interface InstanceItem {
  readonly instance: number;
  readonly kind: ExternKind;
  readonly index: number;
}

/** What all agents' copies of an instance have in common. */
export interface InstancePlan {
  readonly id: number;
  readonly module: number;
  /** First function index of the functions that the module defines. */
  readonly functions: number;
  /** Address of the shared block. */
  readonly shared: number;
  /** Store-wide number of the first tag that the module defines. */
  readonly tags: number;
  /** The shared memories that the module defines, by memory index. */
  readonly memories: readonly (WebAssembly.Memory | undefined)[];
  /** Parallel to the module's imports. */
  readonly imports: readonly ResolvedImport[];
}

/** A shared function behind which each agent has a function of its own JS. */
export interface LocalFunctionPlan {
  readonly number: number;
  readonly signature: Signature;
}

/** A module with its imports, to be instantiated anew by jobs of `Store.run`. */
export interface TemplatePlan {
  readonly id: number;
  readonly module: number;
  readonly imports: readonly ResolvedImport[];
}

/** One step of making an agent know what the others know. */
export type Install =
  /** Comes before the first plan with this memory. */
  | { readonly kind: "memory"; readonly number: number; readonly memory: WebAssembly.Memory }
  | { readonly kind: "module"; readonly plan: ModulePlan }
  | { readonly kind: "instance"; readonly plan: InstancePlan }
  | { readonly kind: "function"; readonly plan: LocalFunctionPlan }
  | { readonly kind: "template"; readonly plan: TemplatePlan };

/** The first message to a Worker; the port carries comlink. */
export interface StartMessage {
  readonly kind: "start";
  readonly agent: number;
  /** Tells the store from others. */
  readonly store: string;
  readonly heap: HeapShare;
  readonly control: number;
  readonly hostRecord: number;
  /** All installs so far, in order. */
  readonly installs: readonly Install[];
  readonly port: MessagePort;
}

/** The message by which a Worker of the embedder's is made an agent: what a Worker of the pool gets, and a port for its events. */
export interface JoinMessage {
  readonly heddle: "join";
  readonly start: StartMessage;
  readonly events: MessagePort;
  /** The name of a Web Lock that the Worker is to hold for as long as it lives. */
  readonly lock: string;
}

/** A value in lowered form; objects are kept alive by the call's record (calls.ts). */
export type RawValue = number | bigint;

/** What a Worker tells its creator. */
export type AgentEvent =
  | { readonly kind: "ready" }
  | { readonly kind: "failed"; readonly error: PortableError }
  | { readonly kind: "returned"; readonly call: number; readonly results: readonly RawValue[] }
  | { readonly kind: "threw"; readonly call: number; readonly error: PortableError }
  /** An exception that no handler caught; the call's record keeps it alive. */
  | { readonly kind: "uncaught"; readonly call: number; readonly exception: number }
  /** `exception`: the root cell of one that no handler caught. */
  | { readonly kind: "thread-failed"; readonly thread: number; readonly error: PortableError; readonly exception?: number }
  | { readonly kind: "threads-ended" }
  | { readonly kind: "queued" }
  /** Collections have left memory free that the creator can give back to the system. */
  | { readonly kind: "shrinkable" }
  /** No Worker can go on, as it seems to one (deadlock-check.ts). */
  | { readonly kind: "stuck" };

/** Figures of one agent. */
export interface AgentStatistics {
  readonly agent: number;
  /** Jobs that it has run. */
  readonly jobs: number;
  /** Instances linked on it. */
  readonly instances: number;
  /** Heap objects that its wrapper objects keep alive. */
  readonly handles: number;
}

/** What a Worker does when asked, over comlink. */
export interface AgentService {
  install(step: Install): void;
  statistics(): AgentStatistics;
}
