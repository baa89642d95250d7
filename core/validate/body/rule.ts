/** What a validation rule is. */
import type { Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import type { RuleName } from "../../ops/rules.ts";
import type { Body } from "./body.ts";

/** Checks one instruction: pops its operands, pushes its results, or raises an error. */
export type Rule = (body: Body, immediates: Immediates, row: Row) => void;

/** The rules of one family; all families together must have every name. */
export type Rules<Names extends RuleName> = Readonly<Record<Names, Rule>>;
