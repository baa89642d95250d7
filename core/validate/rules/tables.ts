/** Table instructions (core 3.4.4 "Table instructions"). */
import { isSubtype } from "../../types/subtype.ts";
import { I32, type ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { addressOf, elemAt, smallerAddress, tableAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";

/** What is copied into a table or array must fit its elements. */
export function requireSubtype(body: Body, source: ValType, target: ValType): void {
  if (isSubtype(body.types, source, target)) return;
  body.fail(
    "type-mismatch",
    `type mismatch: ${body.name(source)} does not match ${body.name(target)}`,
    body.name(target),
  );
}

function copy(body: Body, targetIndex: number, sourceIndex: number): void {
  const target = tableAt(body, targetIndex);
  const source = tableAt(body, sourceIndex);
  requireSubtype(body, source.element, target.element);
  body.pop(smallerAddress(target, source));
  body.pop(addressOf(source));
  body.pop(addressOf(target));
}

function init(body: Body, segment: number, tableIndex: number): void {
  const table = tableAt(body, tableIndex);
  requireSubtype(body, elemAt(body, segment), table.element);
  body.pop(I32);
  body.pop(I32);
  body.pop(addressOf(table));
}

export const tableRules: Rules<
  "table.get" | "table.set" | "table.size" | "table.grow" | "table.fill" | "table.copy" | "table.init" | "elem.drop"
> = {
  "table.get": (body, { index }) => {
    const table = tableAt(body, index);
    body.pop(addressOf(table));
    body.push(table.element);
  },
  "table.set": (body, { index }) => {
    const table = tableAt(body, index);
    body.pop(table.element);
    body.pop(addressOf(table));
  },
  "table.size": (body, { index }) => body.push(addressOf(tableAt(body, index))),
  "table.grow": (body, { index }) => {
    const table = tableAt(body, index);
    body.pop(addressOf(table));
    body.pop(table.element);
    body.push(addressOf(table));
  },
  "table.fill": (body, { index }) => {
    const table = tableAt(body, index);
    body.pop(addressOf(table));
    body.pop(table.element);
    body.pop(addressOf(table));
  },
  "table.copy": (body, { index, index2 }) => copy(body, index, index2),
  "table.init": (body, { index, index2 }) => init(body, index, index2),
  "elem.drop": (body, { index }) => {
    elemAt(body, index);
  },
};
