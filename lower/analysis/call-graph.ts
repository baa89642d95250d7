/**
 * Who may call whom in a module.
 *
 * A call through a reference or table reaches any function of a fitting type whose reference is taken. In a module that
 * foreign functions can get into, it reaches those too, which may call back any function that the module gives away;
 * and so does the call of an import.
 */
import { isSubtypeId } from "../../core/types/subtype.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { Survey } from "./survey.ts";

export interface CallGraph {
  readonly importedFunctions: number;
  /**
   * By function of the module, without the imported ones: what it may call. Further nodes stand for sets of functions.
   */
  readonly edges: readonly (readonly number[])[];
}

export function callGraph(valid: ValidModule, surveys: readonly Survey[]): CallGraph {
  const importedFunctions = valid.imports.func;
  const taken = [...surveys.keys()].filter((i) => valid.declaredFunctions.has(importedFunctions + i));
  const sets: number[][] = [taken];
  const anyTaken = surveys.length;
  const byType = new Map<number, number>();
  const isOpen = admitsForeignFunctions(valid);

  const calleesOfType = (type: number): number => {
    if (isOpen) return anyTaken;
    let node = byType.get(type);
    if (node === undefined) {
      node = surveys.length + sets.length;
      sets.push(
        taken.filter((i) => isSubtypeId(valid.types, valid.functions[importedFunctions + i]?.type as number, type)),
      );
      byType.set(type, node);
    }
    return node;
  };
  const edges = surveys.map(({ calls, indirectCalls }) => {
    const targets = new Set<number>();
    for (const { immediates } of calls)
      targets.add(immediates.index < importedFunctions ? anyTaken : immediates.index - importedFunctions);
    for (const { immediates } of indirectCalls) targets.add(calleesOfType(valid.canonical[immediates.index] as number));
    return [...targets];
  });
  return { importedFunctions, edges: [...edges, ...sets] };
}

/** Whether references to functions of other modules can get in: by imports, or as arguments of exported functions. */
function admitsForeignFunctions({ module, functions, types, globals }: ValidModule): boolean {
  if (module.imports.length > 0) return true;
  return module.exports.some(({ kind, index }) => {
    if (kind === "table") return true;
    if (kind === "global") return globals[index]?.mutable === true && globals[index].type >= 0;
    const composite = kind === "func" ? types.type(functions[index]?.type as number).composite : undefined;
    return composite?.kind === "func" && composite.params.some((param) => param >= 0);
  });
}
