/** Entries for exported functions that need nothing from the agent that runs them (`analysis/plain-functions.ts`). */
import { F32, F64, I32, I64, type ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import { plainFunctions } from "../analysis/plain-functions.ts";
import type { PollPlan } from "../analysis/polls.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { ModuleLowering } from "./module-lowering.ts";

const isNumber = (type: ValType): boolean => type === I32 || type === I64 || type === F32 || type === F64;

/** The name by which the host module exports the way into function `index` that JS may take by itself. */
export const plainEntry = (index: number): string => `plain ${index}`;

/**
 * Gives each exported plain function an entry without the shadow-stack pointer: the host's function for it is the
 * exported function that JS sees. No plain function uses the pointer, which hence may be anything.
 */
export function addPlainEntries(
  lowering: ModuleLowering,
  bodies: readonly FunctionBody[],
  polls: readonly PollPlan[],
): void {
  const { valid, host } = lowering;
  const plain = plainFunctions(bodies, polls, valid.imports.func);
  for (const index of exportedFunctions(valid)) {
    const body = bodies[index - valid.imports.func];
    if (body === undefined || plain[index - valid.imports.func] === 0) continue;
    const params = body.locals.slice(0, body.parameters);
    if (![...params, ...body.results].every(isNumber)) continue;
    const { item, code } = host.function(body.name, params, body.results);
    for (const parameter of params.keys()) code.get(parameter);
    code.i32(0);
    code.call(lowering.functionAt(index));
    host.export(plainEntry(index), "func", item);
  }
}

/** Indices of the exported functions, each once. */
function exportedFunctions({ module }: ValidModule): ReadonlySet<number> {
  return new Set(module.exports.flatMap(({ kind, index }) => (kind === "func" ? [index] : [])));
}
