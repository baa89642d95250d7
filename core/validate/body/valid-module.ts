/**
 * A module that has been validated, with its index spaces in canonical types: what lowering, linking and interpretation
 * start from.
 */
import type { FeatureSet } from "../../base/features.ts";
import type { Immediates } from "../../ops/immediates.ts";
import type { GlobalType, ImportCounts, MemoryType, Module, TableType } from "../../types/module.ts";
import type { TypeStore } from "../../types/type-store.ts";
import { type FuncType, indexOf, isAbstract, type ValType, withIndex } from "../../types/types.ts";

declare const valid: unique symbol;

/** A function of the index space; `type` is a canonical id. */
export interface FunctionEntry {
  readonly type: number;
  readonly imported: boolean;
  /** Whether a reference to it has the exact type: true for the module's own functions and for exact imports. */
  readonly exact: boolean;
}

/** The index spaces, imports first; all types are canonical. */
interface IndexSpaces {
  readonly functions: readonly FunctionEntry[];
  readonly tables: readonly TableType[];
  readonly memories: readonly MemoryType[];
  readonly globals: readonly GlobalType[];
  /** Canonical ids of the tags' function types. */
  readonly tags: readonly number[];
}

export interface ValidModuleParts extends IndexSpaces {
  readonly module: Module;
  readonly types: TypeStore;
  /** Canonical id by the module's type index. */
  readonly canonical: Int32Array;
  readonly features: FeatureSet;
  readonly imports: ImportCounts;
  /** Element types of the element segments. */
  readonly elements: readonly ValType[];
  /** Functions that `ref.func` in a body may name (core 3.5.13, `refs`). */
  readonly declaredFunctions: ReadonlySet<number>;
}
export type ValidModule = ValidModuleParts & { readonly [valid]: true };

/** Called by `validateModule` only. */
export function brandValid(parts: ValidModuleParts): ValidModule {
  return parts as ValidModule;
}

/** A type of the module, as written in an immediate, with its index made canonical. */
export function resolveType(module: Pick<ValidModuleParts, "canonical">, type: ValType): ValType {
  return type < 0 || isAbstract(type) ? type : withIndex(type, module.canonical[indexOf(type)] as number);
}

const none: readonly ValType[] = [];

/** The function type that a block's type stands for (core 3.2.8 "Block types"), in canonical types. */
export function blockTypeOf(module: Pick<ValidModuleParts, "canonical" | "types">, immediates: Immediates): FuncType {
  switch (immediates.blockKind) {
    case "empty":
      return { kind: "func", params: none, results: none };
    case "result":
      return { kind: "func", params: none, results: [resolveType(module, immediates.block as ValType)] };
    case "type":
      return module.types.type(module.canonical[immediates.block] as number).composite as FuncType;
  }
}
