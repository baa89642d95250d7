/** Modules that hold types only, for tests of the type store. */
import { brandModule, type Module, noNames } from "../../../../core/types/module.ts";
import type {
  ArrayType,
  CompositeType,
  ContType,
  FieldType,
  FuncType,
  RecGroup,
  StorageType,
  StructType,
  SubType,
  ValType,
} from "../../../../core/types/types.ts";

export const func = (params: readonly ValType[], results: readonly ValType[] = []): FuncType => ({
  kind: "func",
  params,
  results,
});
export const field = (storage: StorageType, mutable = false): FieldType => ({ storage, mutable });
export const struct = (...fields: readonly FieldType[]): StructType => ({ kind: "struct", fields });
export const array = (element: FieldType): ArrayType => ({ kind: "array", element });
export const cont = (index: number): ContType => ({ kind: "cont", func: index });

/** A final type without supertypes. */
export const final = (composite: CompositeType, more: Partial<SubType> = {}): SubType => ({
  final: true,
  supertypes: [],
  shared: false,
  descriptor: undefined,
  describes: undefined,
  composite,
  ...more,
});
/** An open type, below `supertype` if there is one. */
export const sub = (composite: CompositeType, supertype?: number, more: Partial<SubType> = {}): SubType =>
  final(composite, { final: false, supertypes: supertype === undefined ? [] : [supertype], ...more });

/** A module of these recursion groups. */
export function typeModule(...groups: readonly (readonly SubType[])[]): Module {
  const recGroups: RecGroup[] = [];
  let start = 0;
  for (const types of groups) {
    recGroups.push({ start, types, offset: start });
    start += types.length;
  }
  return brandModule({
    recGroups,
    types: groups.flat(),
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
  });
}
