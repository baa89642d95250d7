/**
 * Plain functions: those that need nothing from the agent that runs them. They take and give numbers, touch no reference, never allocate,
 * block or trap, and call plain functions alone. Whoever calls one from JS need not make the agent a mutator, nor translate errors: the
 * host's own function can be the exported one.
 *
 * A function that may trap is none, although the host would trap as well, nor one that calls itself and so may exhaust the stack: a stack
 * trace must show places in the module that was lowered (`source-positions.ts`), and an error of the host's that is thrown past all of our
 * code has none of them.
 *
 * A plain function may poll. Where it was called from JS the agent is in a safe region, for which no collection waits, and the poll returns at
 * once.
 */
import { F32, F64, I32, I64, type ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction } from "../instructions/instruction.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import type { PollPlan } from "./polls.ts";

/** Lowering rules whose code touches the host's own stack, locals, globals and memories, or a shared global's cell of numbers. */
const plainRules = new Set(
  ["keep", "block", "if", "loop", "else", "end", "br", "br_if", "br_table", "return", "global.get", "global.set"].concat(
    ...["wide", "half.vector", "half.lane"],
  ),
);

const isPlainType = (type: ValType): boolean => type < 0;
const isNumber = (type: ValType): boolean => type === I32 || type === I64 || type === F32 || type === F64;

function isPlainInstruction({ row, popped, pushed }: Instruction): boolean {
  const { trap, alloc, block, suspend } = row.effects;
  if (trap === true || alloc === true || block === true || suspend === true) return false;
  return plainRules.has(row.lowering) && popped.every(isPlainType) && pushed.every(isPlainType);
}

/** Functions of the module, without the imported ones, that are plain: by their position in `bodies`. */
function plainFunctions(bodies: readonly FunctionBody[], polls: readonly PollPlan[], importedFunctions: number): Uint8Array {
  const callers: number[][] = bodies.map(() => []);
  const plain = new Uint8Array(bodies.length).fill(1);
  const pending: number[] = [];
  const exclude = (index: number): void => {
    if (plain[index] === 0) return;
    plain[index] = 0;
    pending.push(index);
  };
  for (const [index, { instructions, locals }] of bodies.entries()) {
    // Recursive functions poll at their entry unless they allocate, and then they are not plain either.
    if (polls[index]?.atEntry === true || !locals.every(isPlainType)) exclude(index);
    for (const instruction of instructions) {
      if (plain[index] === 0) break;
      const { name } = instruction.row;
      const callee = instruction.immediates.index - importedFunctions;
      if ((name === "call" || name === "return_call") && callee >= 0) callers[callee]?.push(index);
      else if (!isPlainInstruction(instruction)) exclude(index);
    }
  }
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) callers[index]?.forEach(exclude);
  return plain;
}

/** The name by which the host module exports the way into function `index` that JS may take by itself. */
export const plainEntry = (index: number): string => `plain ${index}`;

/**
 * Gives each exported plain function an entry without the shadow-stack pointer: the host's function for it is the exported function that JS
 * sees. No plain function uses the pointer, which hence may be anything.
 */
export function addPlainEntries(lowering: ModuleLowering, bodies: readonly FunctionBody[], polls: readonly PollPlan[]): void {
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
