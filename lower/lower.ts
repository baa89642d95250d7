/**
 * Lowering: from a valid module to plain WebAssembly on the shared heap, and the plan by which agents link it
 * (`lowered.ts`).
 *
 * The passes, each in a file of its own: instructions with types and rules (`instruction-reader.ts`), exception
 * handling in its second form (`legacy-exceptions.ts`), externs in memory as internal references (`extern-storage.ts`),
 * what each function calls (`survey.ts`, `call-graph.ts`), where to poll (`polls.ts`), which calls are no safepoints
 * (`may-collect.ts`); then for each function, which references live across safepoints (`liveness.ts`), how operands are
 * kept (`stack-plan.ts`), and the host code (`function-lowering.ts` with the rules in `rules/`). Last come entries for
 * exported functions that need nothing of all this (`plain-functions.ts`).
 */
import { rowNamed } from "../core/ops/table.ts";
import type { ValType } from "../core/types/types.ts";
import type { ValidModule } from "../core/validate/body/valid-module.ts";
import { callGraph } from "./analysis/call-graph.ts";
import { mayCollect } from "./analysis/may-collect.ts";
import { planPolls } from "./analysis/polls.ts";
import { type Survey, surveyOf } from "./analysis/survey.ts";
import { FunctionLowering, type Rule } from "./function/function-lowering.ts";
import { encodeHostModule } from "./host/encode-host-module.ts";
import type { HostFunction } from "./host/host-module.ts";
import { brandLowered, type GlobalPlace, type LoweredModule } from "./host/lowered.ts";
import type { LowerOptions } from "./host/options.ts";
import { addInitFunctions } from "./instance-init.ts";
import type { FunctionBody } from "./instructions/function-body.ts";
import type { Instruction } from "./instructions/instruction.ts";
import { InstructionReader } from "./instructions/instruction-reader.ts";
import { notLowered } from "./instructions/not-lowered.ts";
import { ModuleLowering } from "./module/module-lowering.ts";
import { addPlainEntries } from "./module/plain-entries.ts";
import { withInternalExterns } from "./passes/extern-storage.ts";
import { withoutLegacyExceptions } from "./passes/legacy-exceptions.ts";
import { quietCall } from "./rules/control/calls.ts";
import { ruleOf } from "./rules/rules.ts";

const call = rowNamed("call");

/** Lowers a module. Raises a `CompileError` with the code `not-lowered` for instructions that cannot be lowered yet. */
export function lowerModule(valid: ValidModule, options: LowerOptions): LoweredModule {
  const lowering = new ModuleLowering(valid, options);
  const reader = new InstructionReader(valid, (instruction) => ruleOf(instruction, lowering));
  refuseControlledMemories(valid);
  const bodies: FunctionBody<Rule>[] = [];
  const surveys: Survey<Instruction<Rule>>[] = [];
  for (const i of valid.module.functions.keys()) {
    const body = functionBody(lowering, reader, i);
    bodies.push(body);
    surveys.push(surveyOf(body.instructions));
  }
  const calls = callGraph(valid, surveys);
  const polls = planPolls(bodies, surveys, calls);
  quietenCalls(surveys, valid.imports.func, mayCollect(surveys, calls, polls));
  bodies.forEach((body, i) => {
    const { code } = lowering.host.functions[i] as HostFunction;
    new FunctionLowering(lowering, code, body, polls[i] as (typeof polls)[number]).run();
  });
  addPlainEntries(lowering, bodies, polls);
  addInitFunctions(lowering, reader);
  for (const { bytes } of valid.module.data) lowering.host.data.push(bytes);
  return describe(lowering);
}

/** A host's memory of the same size would let through what must trap. */
function refuseControlledMemories({ module }: ValidModule): void {
  const { imports, memories } = module;
  const imported = imports.flatMap(({ type, offset }) => (type.kind === "memory" ? [{ type: type.type, offset }] : []));
  for (const { type, offset } of [...imported, ...memories]) {
    if (type.virtual === true) notLowered(module, "a virtual memory", offset);
    if (type.protection !== undefined) notLowered(module, "a memory with protected pages", offset);
  }
}

/** Calls of functions which cannot let the collector run are no safepoints. */
function quietenCalls(
  surveys: readonly Survey<Instruction<Rule>>[],
  importedFunctions: number,
  collects: readonly boolean[],
): void {
  for (const { calls } of surveys) {
    for (const instruction of calls) {
      if (instruction.row !== call) continue;
      if (collects[instruction.immediates.index - importedFunctions] === false) instruction.rule = quietCall;
    }
  }
}

function functionBody(
  lowering: ModuleLowering,
  reader: InstructionReader<Rule>,
  definedIndex: number,
): FunctionBody<Rule> {
  const { valid } = lowering;
  const index = valid.imports.func + definedIndex;
  const { params, results } = lowering.functionTypeOf(valid.functions[index]?.type as number);
  const locals: ValType[] = [...params];
  for (const { count, type } of valid.module.functions[definedIndex]?.locals ?? []) {
    const resolved = lowering.resolve(type);
    for (let i = 0; i < count; i++) locals.push(resolved);
  }
  const body = withoutLegacyExceptions(lowering, reader, {
    name: valid.module.names.functions.get(index) ?? `function ${index}`,
    instructions: reader.function(definedIndex),
    locals,
    parameters: params.length,
    results,
  });
  return withInternalExterns(lowering, reader, body);
}

/** All that linking needs, with the host module's bytes. */
function describe(lowering: ModuleLowering): LoweredModule {
  const { valid, placement, types } = lowering;
  const { module, imports } = valid;
  const next = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  const { positions, ...encoded } = encodeHostModule(lowering.host, lowering.functionsBase, lowering.options.name);
  return brandLowered({
    ...encoded,
    positions: {
      hostName: lowering.options.name ?? "",
      moduleName: module.names.module,
      firstHostFunction: lowering.host.functions[0]?.item.index ?? 0,
      unit: module.sourceMap === undefined ? "offset" : "text",
      pairs: positions,
    },
    types: typesWithRecords(lowering),
    imports: module.imports.map(({ module: from, name, type }) => ({
      module: from,
      name,
      kind: type.kind,
      index: next[type.kind]++,
    })),
    exports: module.exports.map(({ name, kind, index }) => ({ name, kind, index })),
    functions: valid.functions.map(({ type, imported }, index) => ({
      type,
      shared: types.type(type).shared,
      imported,
      name: module.names.functions.get(index),
    })),
    importedFunctions: imports.func,
    globals: valid.globals.map((global, index) => ({ ...global, place: placement.globals[index] as GlobalPlace })),
    tables: valid.tables.map(({ element, minimum, maximum, is64, shared }, index) => ({
      element,
      minimum,
      maximum,
      is64,
      shared,
      imported: index < imports.table,
      recordOffset: placement.tables[index] as number,
    })),
    memories: lowering.memories.describe(),
    tags: valid.tags.map((type, index) => ({ type, imported: index < imports.tag })),
    refersToFunctions: lowering.refersToFunctions,
    start: module.start,
    sharedBytes: placement.shared.bytes,
    sharedScannedBytes: placement.shared.scannedBytes,
    rootBytes: placement.roots.bytes,
    rootScannedBytes: placement.roots.scannedBytes,
  });
}

/** Types that lowered code names, the types of functions, and all their supertypes, each once. */
function typesWithRecords({ usedTypes, valid }: ModuleLowering): readonly number[] {
  const ids = new Set<number>();
  for (const id of [...usedTypes, ...valid.functions.map(({ type }) => type)])
    for (const above of valid.types.display(id)) ids.add(above);
  return [...ids];
}
