/**
 * Whether the text of a module says all that its name section says. Names of what the module does not have (an index
 * too large, a structure's fields of a type that is none) stand nowhere in it: such a section is printed as bytes.
 */
import { readNames, writeNames } from "../../binary/name-section.ts";
import { type CustomSection, countImports, type ModuleParts, type Names } from "../../types/module.ts";

/** `opened` tells how many blocks each function has, by its index; one that is missing has none with a name. */
export function tellsAllNames(
  module: ModuleParts,
  section: CustomSection,
  opened: ReadonlyMap<number, number>,
): boolean {
  const told = writeNames(tellable(module, opened));
  const wanted = writeNames(restrict(readNames(section.bytes), everything, everything));
  if (told === undefined || wanted === undefined) return told === wanted;
  return told.length === wanted.length && told.every((byte, at) => byte === wanted[at]);
}

type Flat = "functions" | "types" | "tables" | "memories" | "globals" | "elements" | "data" | "tags";
type Nested = "locals" | "labels" | "fields";

const everything = (): number => Number.POSITIVE_INFINITY;

/** The names whose items the text has. */
function tellable(module: ModuleParts, opened: ReadonlyMap<number, number>): Names {
  const { func, table, memory, global, tag } = countImports(module);
  const counts: Readonly<Record<Flat, number>> = {
    functions: func + module.functions.length,
    types: module.types.length,
    tables: table + module.tables.length,
    memories: memory + module.memories.length,
    globals: global + module.globals.length,
    elements: module.elements.length,
    data: module.data.length,
    tags: tag + module.tags.length,
  };
  const importedFunctions = module.imports.flatMap(({ type }) => (type.kind === "func" ? [type.type] : []));
  const parametersOf = (type: number | undefined): number => {
    const composite = type === undefined ? undefined : module.types[type]?.composite;
    return composite?.kind === "func" ? composite.params.length : 0;
  };
  const inside: Readonly<Record<Nested, (index: number) => number>> = {
    locals: (index) => {
      const own = module.functions[index - func];
      if (own === undefined) return parametersOf(importedFunctions[index]);
      return own.locals.reduce((sum, { count }) => sum + count, parametersOf(own.type));
    },
    labels: (index) => opened.get(index) ?? 0,
    fields: (index) => {
      const composite = module.types[index]?.composite;
      return composite?.kind === "struct" ? composite.fields.length : 0;
    },
  };
  return restrict(
    module.names,
    (key) => counts[key],
    (key, index) => inside[key](index),
  );
}

/** The names below these counts. */
function restrict(names: Names, count: (key: Flat) => number, inside: (key: Nested, index: number) => number): Names {
  const below = (map: ReadonlyMap<number, string>, end: number): Map<number, string> =>
    new Map([...map].filter(([index]) => index < end));
  const flat = (key: Flat): Map<number, string> => below(names[key], count(key));
  const nested = (key: Nested): Map<number, Map<number, string>> => {
    const kept = [...names[key]].map(([index, map]) => [index, below(map, inside(key, index))] as const);
    return new Map(kept.filter(([, map]) => map.size > 0));
  };
  return {
    module: names.module,
    functions: flat("functions"),
    types: flat("types"),
    tables: flat("tables"),
    memories: flat("memories"),
    globals: flat("globals"),
    elements: flat("elements"),
    data: flat("data"),
    tags: flat("tags"),
    locals: nested("locals"),
    labels: nested("labels"),
    fields: nested("fields"),
  };
}
