/**
 * Decides where an agent asks whether it should stop, so that no other agent waits long for it: at the head of loops
 * and at the entry of recursive functions (DESIGN 4, "Polls").
 *
 * A loop needs none if each way round it allocates or calls a function that polls: an allocation sees the request when
 * its buffer runs out. A function needs none if it is not recursive, or if each way through it allocates, since then
 * only as many calls as fit on the stack go by between two allocations.
 *
 * Known deviation: a loop that runs a few times only is polled all the same.
 */

import { rowNamed } from "../../core/ops/table.ts";
import type { FunctionBody } from "../instructions/function-body.ts";
import type { Instruction } from "../instructions/instruction.ts";
import {
  BLOCK,
  BRANCH,
  ELSE,
  END,
  IF,
  kindOf,
  LOOP,
  RETURN,
  THROW,
  TRY_TABLE,
  UNREACHABLE,
} from "../instructions/row-kinds.ts";
import type { CallGraph } from "./call-graph.ts";
import { stronglyConnected } from "./strongly-connected.ts";
import type { Survey } from "./survey.ts";

const branchTable = rowNamed("br_table");
const call = rowNamed("call");

export interface PollPlan {
  readonly atEntry: boolean;
  /** Positions of the `loop` instructions to poll at. */
  readonly loops: ReadonlySet<number>;
}

/** No path has passed a safepoint since this position; unreachable code has passed any. */
const NEVER = -1;
const NOT_REACHED = 0x7fffffff;

interface Label {
  /** Position of the loop, or -1. */
  readonly loop: number;
  /** Of an `if` whose `else` has not come: the state where it was entered. */
  otherwise: number | undefined;
  /** The least state of the branches to the label so far. */
  merged: number;
}

/**
 * Walks a body with, as state, the position of the latest safepoint that all paths have passed. `passes` tells which
 * instructions are safepoints.
 */
class CoverageWalk {
  readonly loops = new Set<number>();
  readonly #passes: (instruction: Instruction) => boolean;
  readonly #labels: Label[] = [];
  #state = NEVER;
  #exits = NOT_REACHED;

  constructor(passes: (instruction: Instruction) => boolean) {
    this.#passes = passes;
  }

  /** Whether each way to a return passes a safepoint. */
  run(body: FunctionBody): boolean {
    const { instructions } = body;
    for (let at = 0; at < instructions.length; at++) this.#step(instructions[at] as Instruction, at);
    return Math.min(this.#exits, this.#state) > NEVER;
  }

  #step(instruction: Instruction, at: number): void {
    switch (kindOf(instruction.row)) {
      case BLOCK:
        this.#open(-1);
        return;
      case IF:
        this.#open(-1, this.#state);
        return;
      case LOOP:
        this.#open(at);
        return;
      case TRY_TABLE:
        for (const { label } of instruction.immediates.catches) this.#branch(label);
        this.#open(-1);
        return;
      case ELSE:
        this.#otherwise();
        return;
      case END:
        this.#end();
        return;
      case BRANCH:
        this.#branchInstruction(instruction);
        return;
      case RETURN:
        this.#exits = Math.min(this.#exits, this.#state);
        this.#state = NOT_REACHED;
        return;
      case UNREACHABLE:
      case THROW:
        this.#state = NOT_REACHED;
        return;
      default:
        if (this.#passes(instruction)) this.#state = at;
    }
  }

  #open(loop: number, otherwise?: number): void {
    this.#labels.push({ loop, otherwise, merged: NOT_REACHED });
  }

  #otherwise(): void {
    const label = this.#labels[this.#labels.length - 1] as Label;
    label.merged = Math.min(label.merged, this.#state);
    this.#state = label.otherwise ?? NEVER;
    label.otherwise = undefined;
  }

  #end(): void {
    const label = this.#labels.pop();
    if (label === undefined || label.loop >= 0) return;
    this.#state = Math.min(this.#state, label.merged, label.otherwise ?? NOT_REACHED);
  }

  #branch(depth: number): void {
    const label = this.#labels[this.#labels.length - 1 - depth];
    if (label === undefined) this.#exits = Math.min(this.#exits, this.#state);
    else if (label.loop < 0) label.merged = Math.min(label.merged, this.#state);
    else if (this.#state < label.loop) this.loops.add(label.loop);
  }

  #branchInstruction({ row, immediates }: Instruction): void {
    this.#branch(immediates.label);
    if (row === branchTable) for (const label of immediates.labels) this.#branch(label);
    if (row.terminal) this.#state = NOT_REACHED;
  }
}

const noLoops: ReadonlySet<number> = new Set();

/** Plans the polls of all functions of a module. */
export function planPolls(
  bodies: readonly FunctionBody[],
  surveys: readonly Survey[],
  calls: CallGraph,
): readonly PollPlan[] {
  const isRecursive = stronglyConnected(calls.edges);
  const allocates = ({ rule }: Instruction): boolean => rule.safepoint === "allocation";
  // Most functions are neither recursive nor called from a loop, and need no walk.
  const known: (boolean | undefined)[] = bodies.map(() => undefined);
  const allocatesAlways = (index: number): boolean => {
    known[index] ??= new CoverageWalk(allocates).run(bodies[index] as FunctionBody);
    return known[index];
  };
  const atEntry = bodies.map((_, i) => isRecursive[i] === true && !allocatesAlways(i));
  const passes = (instruction: Instruction): boolean => {
    if (allocates(instruction)) return true;
    if (instruction.row !== call) return false;
    const callee = instruction.immediates.index - calls.importedFunctions;
    return callee >= 0 && (atEntry[callee] === true || allocatesAlways(callee));
  };
  return bodies.map((body, i) => {
    if (surveys[i]?.hasLoop !== true) return { atEntry: atEntry[i] === true, loops: noLoops };
    const walk = new CoverageWalk(passes);
    walk.run(body);
    return { atEntry: atEntry[i] === true, loops: walk.loops };
  });
}
