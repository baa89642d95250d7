/**
 * Bodies in the folded form. The instructions become a tree: an instruction takes the ones before it as its operands
 * where each leaves exactly one value. Building and printing the tree use stacks of their own, so that nesting costs no
 * host stack.
 */

import type { FeatureSet } from "../../base/features.ts";
import { InstructionCursor } from "../../binary/instructions.ts";
import type { Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import type { Expression } from "../../types/module.ts";
import type { Arities, Arity } from "./print-arity.ts";
import { indentation } from "./print-indent.ts";
import type { BodyNames, InstructionPrinter } from "./print-instructions.ts";

/** Shorter instructions stand on one line with their operands. */
const LINE = 80;

class Node {
  /** What stands behind the opening parenthesis. */
  readonly head: string;
  /** Annotations before the opening parenthesis. */
  readonly hint: string;
  children: Node[] = [];
  /** How many values it leaves. */
  readonly results: number;
  /** Length on one line; infinite where it must not stand on one. */
  length: number;

  constructor(head: string, hint: string, results: number, length = head.length + hint.length + 2) {
    this.head = head;
    this.hint = hint;
    this.results = results;
    this.length = length;
  }

  add(child: Node): void {
    this.children.push(child);
    this.length += child.length + 1;
  }
}

/** A list that instructions are being added to: a block's or an arm's contents. */
interface Open {
  /** The block or arm. */
  readonly node: Node;
  /** The `if` or `try` that an arm belongs to. */
  readonly owner: Node | undefined;
}

export class FoldedPrinter {
  readonly #printer: InstructionPrinter;
  readonly #features: FeatureSet;
  readonly #arities: Arities;

  constructor(printer: InstructionPrinter, features: FeatureSet, arities: Arities) {
    this.#printer = printer;
    this.#features = features;
    this.#arities = arities;
  }

  /** The lines of a body with so many results, each after a line feed. */
  body(
    expression: Expression,
    results: number,
    body: BodyNames,
    hints: ReadonlyMap<number, string> | undefined,
    indent: string,
  ): string {
    const root = this.#tree(expression, results, body, hints);
    return root.children.map((node) => `\n${indent}${render(node, indent)}`).join("");
  }

  /** A constant expression on one line. */
  inline(expression: Expression, body: BodyNames): string {
    return this.#tree(expression, 1, body, undefined)
      .children.map((node) => oneLine(node))
      .join(" ");
  }

  #tree(
    expression: Expression,
    results: number,
    body: BodyNames,
    hints: ReadonlyMap<number, string> | undefined,
  ): Node {
    const root = new Node("", "", 0);
    const open: Open[] = [{ node: root, owner: undefined }];
    const cursor = new InstructionCursor(expression, this.#features);
    this.#arities.begin(results);
    while (cursor.next() && cursor.nesting > 0) {
      this.#add(open, cursor.row, cursor.immediates, body, hints?.get(cursor.offset - expression.offset) ?? "");
    }
    return root;
  }

  #add(open: Open[], row: Row, immediates: Immediates, body: BodyNames, hint: string): void {
    const { node, owner } = open.at(-1) as Open;
    const arity = this.#arities.step(row, immediates);
    switch (row.control) {
      case "block":
      case "loop":
      case "try_table":
      case "if":
      case "try":
        this.#openBlock(open, row, immediates, arity, body, hint);
        return;
      case "else":
      case "catch": {
        const arm = new Node(
          row.control === "else" ? row.keyword : `${row.keyword}${this.#printer.immediates(row, immediates, body)}`,
          "",
          0,
          Number.POSITIVE_INFINITY,
        );
        if (owner === undefined) {
          node.add(arm);
          return;
        }
        owner.add(arm);
        open[open.length - 1] = { node: arm, owner };
        return;
      }
      case "end":
        body.labels.pop();
        open.pop();
        return;
      case "delegate":
        body.labels.pop();
        open.pop();
        owner?.add(new Node(`${row.keyword}${this.#printer.immediates(row, immediates, body)}`, "", 0));
        return;
    }
    const [operands, results] = arity;
    const made = new Node(`${row.keyword}${this.#printer.immediates(row, immediates, body)}`, hint, results);
    takeOperands(node, made, operands);
    node.add(made);
  }

  #openBlock(
    open: Open[],
    row: Row,
    immediates: Immediates,
    [count, results]: Arity,
    body: BodyNames,
    hint: string,
  ): void {
    const list = (open.at(-1) as Open).node;
    const operands = this.#printer.immediates(row, immediates, body);
    const head = `${row.keyword}${body.open()}${operands}`;
    const made = new Node(head, hint, results, Number.POSITIVE_INFINITY);
    // The operands of other blocks stand before them in the folded form too.
    if (row.control === "if") takeOperands(list, made, count);
    list.add(made);
    if (row.control !== "if" && row.control !== "try") {
      open.push({ node: made, owner: undefined });
      return;
    }
    const arm = new Node(row.control === "if" ? "then" : "do", "", 0, Number.POSITIVE_INFINITY);
    made.add(arm);
    open.push({ node: arm, owner: made });
  }
}

/** Moves up to `count` of the last nodes of `list` into `made`, as long as each leaves one value. */
function takeOperands(list: Node, made: Node, count: number): void {
  const { children } = list;
  let from = children.length;
  while (count > 0 && from > 0 && (children[from - 1] as Node).results === 1) {
    from--;
    count--;
  }
  for (const child of children.splice(from)) made.add(child);
}

function oneLine(node: Node): string {
  return render(node, "", Number.POSITIVE_INFINITY);
}

/** The node with its children, on one line where it is short. */
function render(root: Node, indent: string, line = LINE): string {
  let text = "";
  const stack: { node: Node; next: number; flat: boolean }[] = [];
  const enter = (node: Node, flat: boolean): void => {
    text += `${node.hint}(${node.head}`;
    stack.push({
      node,
      next: 0,
      flat: flat || line === Number.POSITIVE_INFINITY || indent.length + 2 * stack.length + node.length <= line,
    });
  };
  enter(root, false);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const child = top.node.children[top.next++];
    if (child === undefined) {
      text += ")";
      stack.pop();
    } else {
      text += top.flat ? " " : `\n${indentation(indent, stack.length)}`;
      enter(child, top.flat);
    }
  }
  return text;
}
