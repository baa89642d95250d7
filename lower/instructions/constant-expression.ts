/** Constant expressions that are one constant: a number or null. */
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import type { Expression } from "../../core/types/module.ts";
import type { ValType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { BodyObserver } from "../../core/validate/function.ts";
import { observeExpression } from "../../core/validate/observe.ts";
import type { ConstantInstruction } from "./operand.ts";
import { keptImmediates } from "./shared-immediates.ts";

class FirstInstruction implements BodyObserver {
  first: ConstantInstruction | undefined;
  isAlone = true;

  instruction(row: Row, immediates: Immediates, _popped: readonly ValType[], pushed: readonly ValType[]): void {
    if (this.first === undefined) this.first = { row, immediates: keptImmediates(row, immediates), pushed };
    else if (row.control !== "end") this.isAlone = false;
  }
}

/** The constant that an expression is; undefined for others. */
export function constantOf(valid: ValidModule, expression: Expression, type: ValType): ConstantInstruction | undefined {
  const observer = new FirstInstruction();
  observeExpression(valid, expression, type, observer);
  const { first, isAlone } = observer;
  return first !== undefined && isAlone && first.row.literal ? first : undefined;
}

/** The value of a constant that is an integer, as an unsigned number; undefined for others. */
export function constantNumber(constant: ConstantInstruction | undefined): number | undefined {
  switch (constant?.row.immediates[0]) {
    case "i32":
      return constant.immediates.i32 >>> 0;
    case "i64":
      return Number(BigInt.asUintN(64, constant.immediates.i64));
    default:
      return undefined;
  }
}
