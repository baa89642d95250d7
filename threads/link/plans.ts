/**
 * Plans: what all agents' copies of modules and instances have in common, in a form that can be posted to another
 * agent, so that it links the same, and the steps by which an agent comes to know them.
 */
import type { ExternKind } from "../../core/types/module.ts";
import type { LoweredModuleParts } from "../../lower/host/lowered.ts";
import type { BuiltinName } from "../builtins/builtins.ts";
import type { ThreadBuiltin } from "../builtins/spawn.ts";
import type { LocalFunctionPlan } from "../functions/local-functions.ts";
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
  /**
   * Whether nothing but JS objects can lead to an instance: no other agent, no reference in the heap. Such an instance
   * goes with these objects (collectable.ts).
   */
  readonly collectable: boolean;
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
