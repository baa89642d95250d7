/** One instruction as text: its keyword, and its immediates in the order of the text format. */
import type { ImmediateKind, Immediates } from "../../ops/immediates.ts";
import type { Row } from "../../ops/row.ts";
import type { ValType } from "../../types/types.ts";
import { LabelStack } from "../lex/names.ts";
import { printIdentifier } from "../lex/strings.ts";
import type { Identifiers, PrintNames } from "./print-names.ts";
import { printF32, printF64, printVector } from "./print-numbers.ts";
import type { TypePrinter } from "./print-types.ts";

/** What printing an expression's instructions needs to know of where they stand. */
export class BodyNames {
  readonly locals: Identifiers;
  readonly labels = new LabelStack();
  /** Names of labels by the order in which blocks open. */
  readonly #labelNames: ReadonlyMap<number, string>;
  #opened = 0;

  constructor(locals: Identifiers, labelNames: ReadonlyMap<number, string>) {
    this.locals = locals;
    this.#labelNames = labelNames;
    this.labels.push(undefined);
  }

  /** How many blocks were entered. */
  get opened(): number {
    return this.#opened;
  }

  /** Enters a block and returns what stands behind its keyword: a blank and its label, or nothing. */
  open(): string {
    const name = this.#labelNames.get(this.#opened++);
    this.labels.push(name === "" ? undefined : name);
    if (name === undefined) return "";
    return name === "" ? ' (@name "")' : ` ${printIdentifier(name)}`;
  }
}

export class InstructionPrinter {
  readonly #names: PrintNames;
  readonly #types: TypePrinter;

  constructor(names: PrintNames, types: TypePrinter) {
    this.#names = names;
    this.#types = types;
  }

  /** The immediates, each with a blank before it. */
  immediates(row: Row, immediates: Immediates, body: BodyNames): string {
    const { index, index2 } = immediates;
    const names = this.#names;
    const optional = (ids: Identifiers, at: number): string => (at === 0 ? "" : ` ${ids.use(at)}`);
    const pair = (ids: Identifiers): string =>
      index === 0 && index2 === 0 ? "" : ` ${ids.use(index)} ${ids.use(index2)}`;
    switch (row.immediates.join(" ")) {
      case "type table":
        return `${optional(names.tables, index2)} ${this.#types.use(index)}`;
      case "elem table":
        return `${optional(names.tables, index2)} ${names.elements.use(index)}`;
      case "data memory":
        return `${optional(names.memories, index2)} ${names.data.use(index)}`;
      case "table table":
        return pair(names.tables);
      case "memory memory":
        return pair(names.memories);
    }
    let text = "";
    for (const [position, kind] of row.immediates.entries()) {
      text += this.#immediate(kind, position === row.secondIndex ? index2 : index, row, immediates, body);
    }
    return text;
  }

  #immediate(kind: ImmediateKind, at: number, row: Row, immediates: Immediates, body: BodyNames): string {
    const names = this.#names;
    const types = this.#types;
    switch (kind) {
      case "blocktype":
        return this.#blockType(immediates);
      case "label":
        return ` ${label(body, immediates.label)}`;
      case "labels":
        return ` ${[...immediates.labels, immediates.label].map((depth) => label(body, depth)).join(" ")}`;
      case "func":
        return ` ${names.functions.use(at)}`;
      case "type":
        return ` ${names.types.use(at)}`;
      case "table":
        return at === 0 ? "" : ` ${names.tables.use(at)}`;
      case "memory":
        return at === 0 ? "" : ` ${names.memories.use(at)}`;
      case "global":
        return ` ${names.globals.use(at)}`;
      case "local":
        return ` ${body.locals.use(at)}`;
      case "tag":
        return ` ${names.tags.use(at)}`;
      case "data":
        return ` ${names.data.use(at)}`;
      case "elem":
        return ` ${names.elements.use(at)}`;
      case "field":
        return ` ${names.fieldsOf(immediates.index).use(at)}`;
      case "heaptype":
        return ` ${types.heap(immediates.heap)}`;
      case "reftype":
        return ` ${types.value(immediates.heap)}`;
      case "castflags":
        return ` ${label(body, immediates.label)} ${types.value(immediates.heap)} ${types.value(immediates.heap2)}`;
      case "valtypes":
        return immediates.types.length === 0 ? " (result)" : types.list("result", immediates.types);
      case "memarg":
        return this.#memoryArgument(row, immediates);
      default:
        return otherImmediate(kind, immediates, this.#clauses(kind, immediates, body));
    }
  }

  #clauses(kind: ImmediateKind, { catches, handlers }: Immediates, body: BodyNames): string {
    const { tags } = this.#names;
    if (kind === "catches") {
      const clause = (tag: number | undefined): string => (tag === undefined ? "" : ` ${tags.use(tag)}`);
      return catches.map((one) => ` (${one.kind}${clause(one.tag)} ${label(body, one.label)})`).join("");
    }
    if (kind !== "handlers") return "";
    const target = (depth: number | undefined): string => (depth === undefined ? "switch" : label(body, depth));
    return handlers.map((one) => ` (on ${tags.use(one.tag)} ${target(one.label)})`).join("");
  }

  #blockType({ blockKind, block }: Immediates): string {
    if (blockKind === "empty") return "";
    return blockKind === "result" ? this.#types.list("result", [block as ValType]) : ` ${this.#types.use(block)}`;
  }

  #memoryArgument(row: Row, { index, hasOrder, order, offset, align }: Immediates): string {
    let text = index === 0 ? "" : ` ${this.#names.memories.use(index)}`;
    if (hasOrder) text += ` ${order}`;
    if (offset !== 0n) text += ` offset=${offset}`;
    if (align !== row.memory?.sizeLog2) text += ` align=${1n << BigInt(align)}`;
    return text;
  }
}

/** A label by its name where that leads to the same block, else by its depth. */
function label(body: BodyNames, depth: number): string {
  const name = body.labels.nameAt(depth);
  return name === undefined ? String(depth) : printIdentifier(name);
}

/** Immediates that need no names. */
function otherImmediate(kind: ImmediateKind, immediates: Immediates, clauses: string): string {
  switch (kind) {
    case "lane":
      return ` ${immediates.lane}`;
    case "lanes":
      return ` ${immediates.bytes.join(" ")}`;
    case "i32":
      return ` ${immediates.i32}`;
    case "i64":
      return ` ${immediates.i64}`;
    case "f32":
      return ` ${printF32(immediates.bytes)}`;
    case "f64":
      return ` ${printF64(immediates.bytes)}`;
    case "v128":
      return ` ${printVector(immediates.bytes)}`;
    case "count":
      return ` ${immediates.count}`;
    case "order":
      return ` ${immediates.order}`;
    case "orders":
      return ` ${immediates.order} ${immediates.order}`;
    case "fence":
      return immediates.order === "seqcst" ? "" : ` ${immediates.order}`;
    case "protection":
      return ` ${["none", "read", "readwrite"][immediates.count] ?? immediates.count}`;
    default:
      return clauses;
  }
}
