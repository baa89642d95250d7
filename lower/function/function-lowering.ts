/**
 * Lowers one function: walks its instructions, lets each one's rule write host code, and keeps track of where the
 * values on the operand stack are.
 *
 * A value is on the host's stack as in the source, unless its consumer reads operands from locals (see
 * `stack-plan.ts`): then it stays in a local or is a constant, and is not on the host's stack at all. A reference that
 * lies on the stack across a safepoint has a local besides, its root, from which it is spilled.
 */

import { assert } from "../../core/base/assert.ts";
import { rowNamed } from "../../core/ops/table.ts";
import type { ValType } from "../../core/types/types.ts";
import { STOP_REQUEST } from "../../gc/layout/control-words.ts";
import { NULL_REFERENCE } from "../../gc/layout/memory-map.ts";
import { isRoot } from "../../gc/layout/reference-types.ts";
import { analyseLiveness, type Liveness, localsToInitialize } from "../analysis/liveness.ts";
import type { PollPlan } from "../analysis/polls.ts";
import { planStack, type StackPlan } from "../analysis/stack-plan.ts";
import type { HostCode } from "../host/host-code.ts";
import type { TrapCode } from "../host/lowered.ts";
import { hasPosition, textPlace } from "../host/source-positions.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction, RuleNeeds } from "../instructions/instruction.ts";
import type { ConstantInstruction, Operand } from "../instructions/operand.ts";
import { ELSE, END, kindOf } from "../instructions/row-kinds.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import { STUB_REFERENCES } from "../module/stubs.ts";
import { AllocationSite } from "./allocation.ts";
import { type Label, Labels } from "./labels.ts";
import { ShadowSlots } from "./shadow-slots.ts";
import { guardStack } from "./stack-guard.ts";
import { TemporaryLocals } from "./temporary-locals.ts";

const nullConstant = rowNamed("ref.null");

/** A value on the operand stack. */
interface Entry {
  /** Where it is: on the host's stack where undefined. */
  readonly operand: Operand | undefined;
  /** A local with the same value, where the value is held across a safepoint; else -1. */
  readonly root: number;
  /** The temporary local that belongs to the value, or -1. */
  readonly owned: number;
}

const NONE = -1;
/** A value on the host's stack alone. */
const onHostStack: Entry = { operand: undefined, root: NONE, owned: NONE };
const noOperands: Operand[] = [];
const WORD = 4;

/** How one kind of instruction is lowered. */
export interface Rule extends RuleNeeds {
  /** Writes the instruction's host code and names its results with `lowering.push...`. */
  emit(lowering: FunctionLowering, instruction: Instruction, operands: readonly Operand[]): void;
}

export class FunctionLowering {
  readonly module: ModuleLowering;
  readonly code: HostCode;
  readonly body: FunctionBody<Rule>;
  readonly slots = new ShadowSlots();
  readonly labels: Labels;
  /** The host local that has the shadow-stack pointer. */
  readonly sp: number;
  readonly polls: PollPlan;
  readonly #plan: StackPlan;
  readonly #liveness: Liveness;
  readonly #temporaries: TemporaryLocals;
  readonly #stack: Entry[] = [];
  #nextValue = 0;
  #position = 0;
  /** How often `roots` was asked for, and by local the last time that the local was among them: so it is named once. */
  #rootsAsked = 0;
  readonly #lastAsked: number[] = [];
  /** So many slots of the shadow stack the function uses at most. */
  #usedSlots = 0;

  constructor(
    module: ModuleLowering,
    code: HostCode,
    body: FunctionBody<Rule>,
    polls: PollPlan,
    temporaries = new TemporaryLocals(code),
  ) {
    this.module = module;
    this.code = code;
    this.body = body;
    this.polls = polls;
    this.sp = body.parameters;
    this.#plan = planStack(module.types, body, polls.loops);
    this.#liveness = analyseLiveness(module.types, body);
    for (let local = body.parameters; local < body.locals.length; local++)
      code.local(module.lowered(body.locals[local] as ValType));
    this.#temporaries = temporaries;
    this.labels = new Labels(code, this.slots);
  }

  /** Writes the function's body. */
  run(): void {
    const { module, code, body } = this;
    for (const local of localsToInitialize(module.types, body, this.#liveness.entry)) {
      code.i32(NULL_REFERENCE);
      code.set(this.hostLocal(local));
    }
    if (this.polls.atEntry) this.#pollAtEntry();
    const { instructions } = body;
    for (let position = 0; position < instructions.length; position++) {
      this.#position = position;
      this.#step(instructions[position] as Instruction<Rule>);
    }
    // One body may be lowered in parts, by several of these.
    if (this.#usedSlots > 0 && !code.hasPrologue) guardStack(module, code.prologue(), this.sp);
  }

  /** Whether the current instruction is a loop to poll at. */
  get pollsHere(): boolean {
    return this.polls.loops.has(this.#position);
  }

  #step(instruction: Instruction<Rule>): void {
    const { rule } = instruction;
    const kind = kindOf(instruction.row);
    // An `else` or `end` finds whatever its arm left, which may have ended in a branch.
    const operands = kind === ELSE || kind === END ? noOperands : this.#popOperands(instruction);
    if (hasPosition(instruction.row)) this.#notePosition(instruction.offset);
    rule.emit(this, instruction, operands);
    this.#temporaries.releaseBorrowed();
  }

  /** Stack traces tell an instruction by its offset in the binary, or by its place in the text. */
  #notePosition(offset: number): void {
    const { sourceMap } = this.module.valid.module;
    this.code.position(sourceMap === undefined ? offset : textPlace(sourceMap, offset));
  }

  // Operands

  /** Takes the operands off the stack; those that the rule wants as locals or constants are returned. */
  #popOperands({ popped, rule }: Instruction): readonly Operand[] {
    const count = popped.length;
    const first = Math.max(0, count - rule.operands);
    const operands: Operand[] = first === count ? noOperands : [];
    for (let i = count - 1; i >= 0; i--) {
      const entry = this.#stack.pop();
      assert(entry !== undefined, "a valid body has its operands");
      if (entry.owned !== NONE) this.#temporaries.borrow(entry.owned);
      if (i < first) assert(entry.operand === undefined, "operands of the host's stack are on it");
      else operands.push(entry.operand ?? this.#toLocal(popped[i] as ValType));
    }
    return operands.length > 1 ? operands.reverse() : operands;
  }

  #toLocal(type: ValType): Operand {
    const local = this.temporary(this.module.lowered(type));
    this.code.set(local);
    return { kind: "local", local, type };
  }

  /** Pushes an operand on the host's stack. */
  get(operand: Operand): void {
    if (operand.kind === "local") this.code.get(operand.local);
    else this.emitConstant(operand.instruction);
  }

  /** Writes a constant instruction. */
  emitConstant({ row, immediates, pushed }: ConstantInstruction): void {
    if (row !== nullConstant) this.code.instruction(row, immediates);
    else this.pushNull(pushed[0] as ValType);
  }

  /** Pushes the null of a reference type on the host's stack. */
  pushNull(type: ValType): void {
    const lowered = this.module.lowered(type);
    if (lowered < 0) this.code.i32(NULL_REFERENCE);
    else this.code.nullOf(lowered);
  }

  /** A local of the host's type that is free until the current instruction ends. */
  temporary(type: ValType): number {
    const local = this.#temporaries.acquire(type);
    this.#temporaries.borrow(local);
    this.slots.invalidate(local);
    return local;
  }

  /** The host local of a source local: those behind the parameters make room for the shadow-stack pointer. */
  hostLocal(local: number): number {
    return local < this.body.parameters ? local : local + 1;
  }

  // Results

  /** The instruction's results are on the host's stack. */
  pushResults({ pushed }: Pick<Instruction, "pushed">): void {
    if (pushed.length === 0) return;
    const first = this.#nextValue;
    this.#nextValue += pushed.length;
    let lowest = pushed.length;
    for (let i = pushed.length - 1; i >= 0; i--) if (this.#plan.held[first + i] === 1) lowest = i;
    for (let i = 0; i < lowest; i++) this.#stack.push(onHostStack);
    if (lowest === pushed.length) return;
    const locals: number[] = [];
    for (let i = pushed.length - 1; i >= lowest; i--) {
      const local = this.#temporaries.acquire(this.module.lowered(pushed[i] as ValType));
      this.code.set(local);
      locals[i] = local;
    }
    for (let i = lowest; i < pushed.length; i++) this.#place(first + i, locals[i] as number, pushed[i] as ValType);
  }

  /** The instruction's one result is in a temporary local. */
  pushLocal(local: number, type: ValType): void {
    this.#temporaries.keep(local);
    this.slots.invalidate(local);
    this.#place(this.#nextValue++, local, type);
  }

  /** A value that is in a temporary of its own goes where the plan wants it. */
  #place(value: number, local: number, type: ValType): void {
    this.slots.invalidate(local);
    const held = this.#plan.held[value] === 1;
    if (this.#plan.wanted[value] === 1) {
      this.#stack.push({ operand: { kind: "local", local, type }, root: held ? local : NONE, owned: local });
      return;
    }
    this.code.get(local);
    if (!held) this.#temporaries.release(local);
    this.#stack.push({ operand: undefined, root: held ? local : NONE, owned: held ? local : NONE });
  }

  /** The result is what a source local holds; `isOnStack` where it was pushed on the host's stack as well. */
  pushSourceLocal(index: number, type: ValType, isOnStack: boolean): void {
    const value = this.#nextValue;
    const local = this.hostLocal(index);
    if (this.#plan.alias[value] !== index) {
      if (!isOnStack) this.code.get(local);
      this.pushResults({ pushed: [type] });
      return;
    }
    this.#nextValue++;
    const root = this.#plan.held[value] === 1 ? local : NONE;
    if (!isOnStack && this.#plan.wanted[value] === 1) {
      this.#stack.push({ operand: { kind: "local", local, type }, root, owned: NONE });
      return;
    }
    if (!isOnStack) this.code.get(local);
    this.#stack.push(root === NONE ? onHostStack : { operand: undefined, root, owned: NONE });
  }

  /** The result is an operand that was popped. */
  pushOperand(operand: Operand, type: ValType): void {
    this.get(operand);
    this.pushResults({ pushed: [type] });
  }

  /** The result is a constant. */
  pushConstant(instruction: Instruction): void {
    assert(instruction.row.literal, "constants are listed");
    const type = instruction.pushed[0] as ValType;
    const wanted = this.#plan.wanted[this.#nextValue++] === 1;
    if (!wanted) this.emitConstant(instruction);
    this.#stack.push({
      operand: wanted ? { kind: "constant", instruction, type } : undefined,
      root: NONE,
      owned: NONE,
    });
  }

  /** Opens a label for branches; its block's operands have been popped, and its host block is open. */
  openLabel(label: Pick<Label, "kind" | "entered" | "close">): void {
    this.labels.push({ ...label, roots: [], height: this.#stack.length, hostDepth: this.code.depth });
  }

  /** Drops what an arm left on the stack above a label's height. */
  truncate(height: number): void {
    while (this.#stack.length > height) {
      const { owned } = this.#stack.pop() as Entry;
      if (owned !== NONE) this.#temporaries.release(owned);
    }
  }

  // Safepoints

  /** The host locals that hold references which live across the current instruction. */
  roots(): number[] {
    const roots: number[] = [];
    this.#rootsAsked++;
    for (const local of this.#liveness.at(this.#position)) this.#addRoot(roots, this.hostLocal(local));
    for (let i = 0; i < this.#stack.length; i++) {
      const { root } = this.#stack[i] as Entry;
      if (root !== NONE) this.#addRoot(roots, root);
    }
    return roots;
  }

  #addRoot(roots: number[], local: number): void {
    if (this.#lastAsked[local] === this.#rootsAsked) return;
    this.#lastAsked[local] = this.#rootsAsked;
    roots.push(local);
  }

  /** Spills what lives across a call, and pushes the callee's shadow-stack pointer. */
  pushCalleeStack(): void {
    const roots = this.roots();
    this.#usedSlots = Math.max(this.#usedSlots, roots.length);
    for (const { slot, local } of this.slots.arrange(roots)) this.spill(slot, local);
    this.pushStackPointer(roots.length);
  }

  spill(slot: number, local: number): void {
    this.code.get(this.sp);
    this.code.get(local);
    this.code.access("i32.store", slot * WORD);
  }

  /** Pushes the shadow-stack pointer plus a number of slots. */
  pushStackPointer(slots: number): void {
    this.code.get(this.sp);
    if (slots === 0) return;
    this.code.i32(slots * WORD);
    this.code.op("i32.add");
  }

  /** Allocates; `operands` are those of the instruction, which live until the object is filled in. */
  allocation(operands: readonly Operand[]): AllocationSite {
    const roots = this.roots();
    for (const operand of operands) {
      if (operand.kind === "local" && isRoot(this.module.types, operand.type)) this.#addRoot(roots, operand.local);
    }
    return new AllocationSite(this, roots);
  }

  #pollAtEntry(): void {
    const roots = this.#liveness.entry.map((local) => this.hostLocal(local)).filter((local) => local < this.sp);
    this.poll(roots);
  }

  /** Polls here, with a stub that spills `roots`. */
  poll(roots: readonly number[]): void {
    const { code, module } = this;
    const always = module.options.collectAtSafepoints === true;
    if (!always) {
      code.i32(STOP_REQUEST);
      code.access("i32.atomic.load", 0);
      code.unlikely();
    }
    this.callPoll(roots);
    if (!always) code.end();
  }

  /** Calls the poll stub, on a path that is seldom taken. */
  callPoll(roots: readonly number[]): void {
    const first = this.spillForStub(0, roots);
    this.code.call(this.module.stubs.poll(roots.length - first));
    this.slots.forgetFrom(0, roots.length);
  }

  /**
   * Pushes a stub's operands: the shadow-stack pointer and the references that it spills there. Stores those which are
   * too many for a stub before. `from` is the first free slot. Returns how many were stored here.
   */
  spillForStub(from: number, roots: readonly number[]): number {
    this.#usedSlots = Math.max(this.#usedSlots, from + roots.length);
    const here = Math.max(0, roots.length - STUB_REFERENCES);
    for (let i = 0; i < here; i++) this.spill(from + i, roots[i] as number);
    this.pushStackPointer(from + here);
    for (const local of roots.slice(here)) this.code.get(local);
    return here;
  }

  /**
   * Traps if the i32 on the host's stack is not zero. `detail` is a local that the condition read what it loaded from.
   */
  trapIf(reason: TrapCode, detail?: number): void {
    this.code.unlikely();
    if (detail === undefined) this.code.call(this.module.stubs.trap(reason));
    else {
      this.code.get(detail);
      this.code.call(this.module.stubs.trapWith(reason));
    }
    this.code.op("unreachable");
    this.code.end();
  }
}
