/** Walks bodies: functions and constant expressions, with or without an observer. */
import { InstructionCursor } from "../binary/instructions.ts";
import { limits } from "../binary/sections.ts";
import type { Immediates } from "../ops/immediates.ts";
import type { Row, Signature } from "../ops/row.ts";
import { rows } from "../ops/table.ts";
import type { Expression, Func, LocalRun } from "../types/module.ts";
import type { FuncType, ValType } from "../types/types.ts";
import type { Body } from "./body/body.ts";
import { resolve } from "./body/lookups.ts";
import type { Rule } from "./body/rule.ts";
import { ruleByRow } from "./rules/rules.ts";

export interface BodyObserver {
  /**
   * Called after each instruction was checked, in order, structural ones (block, loop, if, else, end, ...) included.
   *
   * `popped` and `pushed` are in stack order. `popped` holds the types that the operands really had, which may be
   * subtypes of what the instruction asks for; `BOT`, or a reference of unknown sharedness, stands for an operand that
   * unreachable code made up. Both lists may be kept, and must not be changed; `immediates` is reused for the next
   * instruction: copy it to keep it. Heap types in it still have the module's indices.
   *
   * A block-like instruction pops its parameters (and condition) and pushes the parameters again, inside. `else` and
   * the legacy `catch` pop the results of the arm before them and push what the new arm starts with. `end` pops the
   * block's results and pushes them outside; the body's own `end` pushes nothing.
   *
   * `unreachable` tells that control cannot arrive here from the instruction before. (At an `end` a branch may still
   * arrive.)
   */
  instruction(
    row: Row,
    immediates: Immediates,
    popped: readonly ValType[],
    pushed: readonly ValType[],
    unreachable: boolean,
    offset: number,
  ): void;
}

/** Checks a function that the module defines; `body` is any body of the module, and is left for the next. */
export function checkFunction(body: Body, func: Func, observer: BodyObserver | undefined): void {
  const type = body.types.type(body.module.canonical[func.type] as number);
  const { params, results } = type.composite as FuncType;
  body.offset = func.body.offset;
  body.constant = false;
  body.shared = type.shared;
  if (func.body.bytes.length > limits.functionBytes)
    body.fail("limit", "function body is too large", `at most ${limits.functionBytes} bytes`);
  body.begin(params, results);
  for (const run of func.locals) addLocals(body, run);
  walk(body, func.body, observer);
}

/** Core 3.5.6 "Functions". Shared-everything threads: the locals of a shared function are shared. */
function addLocals(body: Body, { count, type }: LocalRun): void {
  const resolved = resolve(body, type);
  if (body.shared) body.requireShared(resolved);
  if (body.locals.count + count > limits.locals)
    body.fail("limit", "too many locals", `at most ${limits.locals} locals`);
  body.locals.add(count, resolved);
}

/**
 * Checks a constant expression with one result of the canonical type `type`. Shared-everything threads: in the
 * initializer of a shared item everything must be shared, `shared` says.
 */
export function checkConstant(
  body: Body,
  expression: Expression,
  type: ValType,
  shared: boolean,
  observer?: BodyObserver,
): void {
  body.offset = expression.offset;
  body.constant = true;
  body.shared = shared;
  body.begin([], [type]);
  walk(body, expression, observer);
}

function walk(body: Body, expression: Expression, observer: BodyObserver | undefined): void {
  const cursor = new InstructionCursor(expression, body.module.features);
  if (observer !== undefined) observedWalk(body, cursor, observer);
  else if (body.constant) constantWalk(body, cursor);
  else plainWalk(body, cursor);
}

/**
 * The walk over functions' bodies, which is most of the work of validation: nothing here but the rule of each
 * instruction.
 */
function plainWalk(body: Body, cursor: InstructionCursor): void {
  while (cursor.next()) {
    const { row } = cursor;
    body.offset = cursor.offset;
    (ruleByRow[row.id] as Rule)(body, cursor.immediates, row);
  }
}

function constantWalk(body: Body, cursor: InstructionCursor): void {
  while (cursor.next()) checkInstruction(body, cursor);
}

function checkInstruction(body: Body, cursor: InstructionCursor): void {
  const { row } = cursor;
  body.offset = cursor.offset;
  if (body.constant) requireConstant(body, row);
  (ruleByRow[row.id] as Rule)(body, cursor.immediates, row);
}

/** Core 3.4.13 "Constant Expressions". */
function requireConstant(body: Body, row: Row): void {
  if (!row.constant)
    body.fail(
      "constant-required",
      `constant expression required: ${row.name} is not constant`,
      "a constant instruction",
    );
  const isArithmetic = row.signature?.params.length === 2;
  if (isArithmetic && !body.module.features.has("extended-const")) {
    body.fail(
      "constant-required",
      `constant expression required: ${row.name} needs the feature extended-const`,
      "a constant instruction",
    );
  }
}

/**
 * Rows whose operands have the types of the row's signature wherever they are not made up: those that no rule looks at,
 * on numbers and vectors, which have no subtypes.
 */
const hasFixedTypes = rows.map(
  ({ signature, rule }) =>
    signature !== undefined &&
    rule === undefined &&
    signature.params.every((type) => type < 0) &&
    signature.results.every((type) => type < 0),
);

function observedWalk(body: Body, cursor: InstructionCursor, observer: BodyObserver): void {
  const { popped, pushed } = body;
  while (cursor.next()) {
    const { row } = cursor;
    const { unreachable } = body.frame;
    if (!unreachable && hasFixedTypes[row.id] === true) {
      const { params, results } = row.signature as Signature;
      checkInstruction(body, cursor);
      observer.instruction(row, cursor.immediates, params, results, false, cursor.offset);
      continue;
    }
    popped.clear();
    pushed.clear();
    body.recording = true;
    checkInstruction(body, cursor);
    body.recording = false;
    observer.instruction(row, cursor.immediates, popped.list(true), pushed.list(false), unreachable, cursor.offset);
  }
}
