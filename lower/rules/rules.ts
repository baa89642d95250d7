/** All lowering rules, by name and by row: a name without a rule does not compile, nor one that has two. */
import type { LoweringName } from "../../core/ops/rules.ts";
import { rows } from "../../core/ops/table.ts";
import type { Rule, RuleEntry, RuleFamily } from "../function/rule.ts";
import type { Unruled } from "../instructions/instruction.ts";
import { notLowered } from "../instructions/not-lowered.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import { callRules } from "./control/calls.ts";
import { controlRules } from "./control/control.ts";
import { exceptionRules } from "./control/exceptions.ts";
import { legacyExceptionRules } from "./control/legacy-exceptions.ts";
import { arrayRules } from "./gc/array.ts";
import { newArrayRules } from "./gc/array-new.ts";
import { castRules } from "./gc/cast.ts";
import { descriptorRules } from "./gc/descriptor.ts";
import { externRules } from "./gc/extern.ts";
import { i31Rules } from "./gc/i31.ts";
import { referenceRules } from "./gc/references.ts";
import { structRules } from "./gc/struct.ts";
import { globalRules } from "./items/globals.ts";
import { memoryRules } from "./items/memory.ts";
import { tableRules } from "./items/tables.ts";
import { halfRules } from "./scalar/half.ts";
import { keepRules } from "./scalar/keep.ts";
import { truncateRules } from "./scalar/truncate.ts";
import { wideRules } from "./scalar/wide.ts";
import { blockingRules } from "./shared/blocking.ts";
import { itemAtomicRules } from "./shared/item-atomics.ts";
import { objectAtomicRules } from "./shared/object-atomics.ts";
import { waitQueueRules } from "./shared/wait-queue.ts";

/** Instructions with these names are validated, and refused when a module that has them is lowered. */
type ValidatedOnly =
  | "memory.discard"
  | "memory.map"
  | "memory.unmap"
  | "memory.protect"
  | "cont.new"
  | "cont.bind"
  | "suspend"
  | "resume"
  | "resume_throw"
  | "resume_throw_ref"
  | "switch";

type Names<Family> = Family extends RuleFamily ? keyof Family : never;

/** Names that a family has although one before it has them, or although they are in `Taken`. */
type Twice<Families extends readonly RuleFamily[], Taken> = Families extends readonly [
  infer First extends RuleFamily,
  ...infer Rest extends readonly RuleFamily[],
]
  ? (keyof First & Taken) | Twice<Rest, Taken | keyof First>
  : never;

/** One table of several families; does not compile where a name is there twice. */
function compose<const Families extends readonly RuleFamily[]>(
  families: Families &
    ([Twice<Families, ValidatedOnly>] extends [never] ? unknown : { readonly twice: Twice<Families, ValidatedOnly> }),
): Readonly<Record<Names<Families[number]>, RuleEntry>> {
  return Object.assign({}, ...families);
}

const rules: Readonly<Record<Exclude<LoweringName, ValidatedOnly>, RuleEntry>> = compose([
  keepRules,
  truncateRules,
  wideRules,
  halfRules,
  controlRules,
  callRules,
  exceptionRules,
  legacyExceptionRules,
  globalRules,
  tableRules,
  memoryRules,
  referenceRules,
  castRules,
  externRules,
  i31Rules,
  structRules,
  arrayRules,
  newArrayRules,
  descriptorRules,
  blockingRules,
  itemAtomicRules,
  objectAtomicRules,
  waitQueueRules,
]);

const byName: RuleFamily = rules;
/** By row id: its rule, or the choice of one; undefined for instructions that are validated only. */
const byRow = rows.map(({ lowering }) => byName[lowering]);

/** Whether instructions with this name can be lowered. */
export function isLowered(name: LoweringName): boolean {
  return byName[name] !== undefined;
}

/** The rule by which an instruction of a module is lowered. Raises an error where there is none. */
export function ruleOf(instruction: Unruled, module: ModuleLowering): Rule {
  const entry = byRow[instruction.row.id];
  if (entry === undefined) notLowered(module.valid.module, instruction.row.name, instruction.offset);
  return typeof entry === "function" ? entry(instruction, module) : entry;
}
