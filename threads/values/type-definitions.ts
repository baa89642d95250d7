/**
 * Types that the API itself needs, entered into a store's types: each a recursion group of its own, final, without
 * supertypes.
 */
import { type ModuleParts, noNames } from "../../core/types/module.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { CompositeType, SubType, ValType } from "../../core/types/types.ts";

const emptyModule: ModuleParts = {
  recGroups: [],
  types: [],
  imports: [],
  functions: [],
  tables: [],
  memories: [],
  tags: [],
  globals: [],
  exports: [],
  start: undefined,
  startOffset: 0,
  elements: [],
  dataCount: undefined,
  data: [],
  customs: [],
  names: noNames(),
  sourceMap: undefined,
};

/** Enters types that may refer to those before them by index, all shared or none; returns their canonical ids. */
export function defineTypes(store: TypeStore, composites: readonly CompositeType[], shared = false): Int32Array {
  const types = composites.map((composite): SubType => {
    return { final: true, supertypes: [], shared, descriptor: undefined, describes: undefined, composite };
  });
  return store.canonicalize({
    ...emptyModule,
    types,
    recGroups: types.map((type, start) => ({ start, types: [type], offset: 0 })),
  });
}

/** The canonical id of a function type whose types are no defined ones. */
export function defineFunctionType(
  store: TypeStore,
  params: readonly ValType[],
  results: readonly ValType[],
  shared = false,
): number {
  return defineTypes(store, [{ kind: "func", params, results }], shared)[0]!;
}
