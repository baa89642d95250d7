/**
 * Writes functions with the first form of exception handling anew in the second form, before anything else looks at
 * them (core 3.0, appendix "Legacy Exception Handling"; hosts may lack it, and the heap's exceptions have one form
 * only).
 *
 *     try  body  catch $t  first  catch_all  second  end
 *
 *     block $after
 *       block $all (result exnref)
 *         block $t (result values exnref)
 *           try_table (catch_ref $t $t) (catch_all_ref $all)  body  end
 *           br $after
 *         end
 *         local.set $e  first
 *         br $after
 *       end
 *       local.set $e  second
 *     end
 *
 * `rethrow` is `local.get $e, throw_ref`; arms that nobody rethrows from do without the reference. A `try` with
 * `delegate` catches all and hands the reference to a block that lies directly inside of the handler which the label
 * leads to, or of the function:
 *
 *     block $delegated (result exnref)  body  br out of the handler's body  end
 *     throw_ref
 *
 * The two forms may be mixed: `delegate` finds a `try_table` as well as a `try`.
 */
import { assert } from "../../core/base/assert.ts";
import { type CatchClause, type Handler, Immediates } from "../../core/ops/immediates.ts";
import { rowNamed } from "../../core/ops/table.ts";
import { EXNREF, type ValType, withoutNull } from "../../core/types/types.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction, RuleNeeds } from "../instructions/instruction.ts";
import type { InstructionReader } from "../instructions/instruction-reader.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import { type Arm, analyseTries, type Block, type TryPlan } from "./legacy-tries.ts";

/** The body without `try` and its like; the same one where there are none. */
export function withoutLegacyExceptions<R extends RuleNeeds>(
  module: ModuleLowering,
  reader: InstructionReader<R>,
  body: FunctionBody<R>,
): FunctionBody<R> {
  for (const { row } of body.instructions) if (row.control === "try") return new Rewriter(module, reader, body).run();
  return body;
}

/** An open block of the source. Depths are numbers of open blocks of the result. */
interface Open {
  readonly block: Block;
  /** Depth of the block to which branches to this one go. */
  readonly depth: number;
  /** Depth of the block that takes delegated exceptions. */
  readonly delegated: number;
  readonly results: readonly ValType[];
  /** How many arms have begun. */
  arms: number;
}

const rethrow = rowNamed("rethrow");

const exception = withoutNull(EXNREF);
const noTypes: readonly ValType[] = [];

class Rewriter<R extends RuleNeeds> {
  readonly #module: ModuleLowering;
  readonly #reader: InstructionReader<R>;
  readonly #body: FunctionBody<R>;
  readonly #plan: TryPlan;
  readonly #result: Instruction<R>[] = [];
  readonly #open: Open[] = [];
  readonly #locals: ValType[];
  /** The local with the exception that an arm caught, where it is rethrown. */
  readonly #caught = new Map<Arm, number>();
  #depth = 0;
  #offset = 0;

  constructor(module: ModuleLowering, reader: InstructionReader<R>, body: FunctionBody<R>) {
    this.#module = module;
    this.#reader = reader;
    this.#body = body;
    this.#plan = analyseTries(body.instructions);
    this.#locals = [...body.locals];
  }

  run(): FunctionBody<R> {
    this.#enter(this.#plan.function, this.#depth, noTypes, this.#body.results);
    for (const [at, instruction] of this.#body.instructions.entries()) {
      this.#offset = instruction.offset;
      this.#step(instruction, at);
    }
    return { ...this.#body, instructions: this.#result, locals: this.#locals };
  }

  #step(instruction: Instruction<R>, at: number): void {
    switch (instruction.row.control) {
      case "try":
        this.#try(instruction, this.#plan.blocks.get(at) as Block);
        return;
      case "catch":
        this.#catch();
        return;
      case "delegate":
      case "end":
        this.#end(instruction);
        return;
      case "block":
      case "loop":
      case "if":
      case "try_table": {
        this.#result.push(this.#withLabels(instruction));
        this.#depth++;
        const { params, results } = this.#module.blockType(instruction.immediates);
        this.#enter(this.#plan.blocks.get(at) as Block, this.#depth, params, results);
        return;
      }
    }
    if (instruction.row === rethrow) this.#rethrow(instruction);
    else this.#result.push(this.#withLabels(instruction));
  }

  // Blocks

  /** Notes a block whose body begins, and opens the block for exceptions that are delegated to it. */
  #enter(block: Block, depth: number, params: readonly ValType[], results: readonly ValType[]): void {
    if (block.isDelegatedTo) this.#begin("block", params, [exception]);
    this.#open.push({ block, depth, delegated: this.#depth, results, arms: 0 });
  }

  /** The end of a block's body: what was delegated to its handlers is thrown there. */
  #leaveBody({ block, depth, results }: Open): void {
    if (!block.isDelegatedTo) return;
    this.#branch(depth, results);
    this.#finish([exception]);
    this.#make("throw_ref", [exception], noTypes);
  }

  #try({ immediates }: Instruction, block: Block): void {
    const { params, results } = this.#module.blockType(immediates);
    const delegatee = this.#plan.delegatees.get(block);
    if (delegatee !== undefined) {
      const target = this.#open.findLast((open) => open.block === delegatee);
      assert(target !== undefined, "what is delegated to is open");
      this.#begin("try_table", params, results, [
        { kind: "catch_all_ref", tag: undefined, label: this.#depth - target.delegated },
      ]);
      this.#enter(block, this.#depth, params, results);
      return;
    }
    this.#begin("block", params, results);
    const depth = this.#depth;
    if (block.arms.length > 0) {
      for (const arm of block.arms.toReversed()) this.#begin("block", params, this.#caughtTypes(arm));
      // The first arm's block is the innermost one.
      const clauses = block.arms.map(({ tag, isRethrown }, label): CatchClause => {
        const kind = tag === undefined ? "catch_all" : "catch";
        return { kind: isRethrown ? `${kind}_ref` : kind, tag, label };
      });
      this.#begin("try_table", params, results, clauses);
    }
    this.#enter(block, depth, params, results);
  }

  /** What an arm's block results in. */
  #caughtTypes({ tag, isRethrown }: Arm): readonly ValType[] {
    const values =
      tag === undefined ? noTypes : this.#module.functionTypeOf(this.#module.valid.tags[tag] as number).params;
    return isRethrown ? [...values, exception] : values;
  }

  /** Ends the body or the arm before, and begins the next arm. */
  #catch(): void {
    const open = this.#open[this.#open.length - 1] as Open;
    const { block, depth, results } = open;
    const arm = block.arms[open.arms] as Arm;
    if (open.arms++ === 0) {
      this.#leaveBody(open);
      this.#finish(results);
    }
    this.#branch(depth, results);
    this.#finish(this.#caughtTypes(arm));
    if (!arm.isRethrown) return;
    const local = this.#locals.push(EXNREF) - 1;
    this.#caught.set(arm, local);
    this.#make("local.set", [exception], noTypes, (immediates) => {
      immediates.index = local;
    });
  }

  /** Ends the innermost block: also that of a `try` which ends in `delegate`. */
  #end(instruction: Instruction<R>): void {
    const open = this.#open.pop() as Open;
    if (open.arms === 0) this.#leaveBody(open);
    if (this.#open.length > 0) this.#finish(instruction.pushed);
    else this.#result.push(instruction);
  }

  #rethrow({ immediates }: Instruction): void {
    const { block, arms } = this.#target(immediates.label);
    const local = this.#caught.get(block.arms[arms - 1] as Arm) as number;
    this.#make("local.get", noTypes, [exception], (made) => {
      made.index = local;
    });
    this.#make("throw_ref", [exception], noTypes);
  }

  // Labels

  #target(label: number): Open {
    return this.#open[this.#open.length - 1 - label] as Open;
  }

  /** A label of the source in the result. */
  #label(label: number): number {
    return this.#depth - this.#target(label).depth;
  }

  /** The instruction with the labels of the result. */
  #withLabels(instruction: Instruction<R>): Instruction<R> {
    const { row, immediates } = instruction;
    const made = immediates.copy();
    let hasLabels = false;
    for (const kind of row.immediates) {
      switch (kind) {
        case "labels":
          made.labels = immediates.labels.map((label) => this.#label(label));
          made.label = this.#label(immediates.label);
          break;
        case "label":
        case "castflags":
          made.label = this.#label(immediates.label);
          break;
        case "catches":
          if (immediates.catches.length === 0) continue;
          made.catches = immediates.catches.map((clause) => ({ ...clause, label: this.#label(clause.label) }));
          break;
        case "handlers":
          made.handlers = immediates.handlers.map((handler) => this.#handler(handler));
          break;
        default:
          continue;
      }
      hasLabels = true;
    }
    return hasLabels ? { ...instruction, immediates: made } : instruction;
  }

  #handler({ tag, label }: Handler): Handler {
    return { tag, label: label === undefined ? undefined : this.#label(label) };
  }

  // Made-up instructions

  #begin(
    name: "block" | "try_table",
    params: readonly ValType[],
    results: readonly ValType[],
    catches: readonly CatchClause[] = [],
  ): void {
    const immediates = this.#module.madeUpBlock({ kind: "func", params, results });
    immediates.catches = catches;
    this.#add(name, immediates, params, params);
    this.#depth++;
  }

  #finish(results: readonly ValType[]): void {
    this.#make("end", results, results);
    this.#depth--;
  }

  /** Branches to the block at `depth`, where this place is reached at all. */
  #branch(depth: number, results: readonly ValType[]): void {
    if (this.#result[this.#result.length - 1]?.row.terminal === true) return;
    this.#make("br", results, noTypes, (immediates) => {
      immediates.label = this.#depth - depth;
    });
  }

  #make(
    name: string,
    popped: readonly ValType[],
    pushed: readonly ValType[],
    fill?: (immediates: Immediates) => void,
  ): void {
    const immediates = new Immediates();
    fill?.(immediates);
    this.#add(name, immediates, popped, pushed);
  }

  #add(name: string, immediates: Immediates, popped: readonly ValType[], pushed: readonly ValType[]): void {
    const row = rowNamed(name);
    const instruction = { row, immediates, popped, pushed, offset: this.#offset };
    this.#result.push(this.#reader.withRule(instruction));
  }
}
