/**
 * Every atomic access to every kind of place, as functions of one module: what lies in the place first, and the
 * instruction's operands, go in; what the instruction returned, and what lies in the place then, come out.
 */
import type { Row } from "../../../core/ops/row.ts";
import { rows } from "../../../core/ops/table.ts";

export const placeKinds = ["struct", "array", "global", "table"] as const;
export type PlaceKind = (typeof placeKinds)[number];
export const sharings = ["shared", "unshared", "thread_local"] as const;
export type Sharing = (typeof sharings)[number];
/** `ref` is an i31 in a place of type `eq`: its functions take and return the number in it. */
const valueTypes = ["i8", "i16", "i32", "i64", "ref"] as const;
export type ValueType = (typeof valueTypes)[number];

/** One function of the module. */
export interface Access {
  readonly export: string;
  readonly row: Row;
  readonly type: ValueType;
  readonly order: string;
}

const orders = ["", "seqcst", "acqrel", "acq_rel", "seqcst seqcst", "acqrel acqrel"];
const isPacked = (type: ValueType): boolean => type === "i8" || type === "i16";
const arithmetic: ReadonlySet<Row["atomic"]> = new Set(["add", "sub", "and", "or", "xor"] as const);

/** Whether the overview's table of types admits it. */
function isAllowed({ place, atomic, sign }: Row, type: ValueType): boolean {
  if (place === "table") return type === "ref";
  if (isPacked(type)) return (place === "struct" || place === "array") && (atomic === "set" || sign !== undefined);
  return sign === undefined && (type !== "ref" || !arithmetic.has(atomic));
}

/** The text of places of one kind and sharing. */
class Places {
  readonly #kind: PlaceKind;
  readonly #sharing: Sharing;

  constructor(kind: PlaceKind, sharing: Sharing) {
    this.#kind = kind;
    this.#sharing = sharing;
  }

  get #isShared(): boolean {
    return this.#sharing !== "unshared";
  }
  /** The type of the place. */
  #storage(type: ValueType): string {
    return type === "ref" ? (this.#isShared ? "(ref null (shared eq))" : "(ref null eq)") : type;
  }
  #number(type: ValueType): "i32" | "i64" {
    return type === "i64" ? "i64" : "i32";
  }
  /** A number as the place has it. */
  #in(type: ValueType, number: string): string {
    return type === "ref" ? `(${this.#isShared ? "ref.i31_shared" : "ref.i31"} ${number})` : number;
  }
  #out(type: ValueType, value: string): string {
    return type === "ref"
      ? `(i31.get_s (ref.cast ${this.#isShared ? "(ref (shared i31))" : "(ref i31)"} ${value}))`
      : value;
  }

  definition(type: ValueType): string {
    const storage = this.#storage(type);
    const shared = (composite: string): string => (this.#isShared ? `(shared ${composite})` : composite);
    switch (this.#kind) {
      case "struct":
        return `(type $${type} ${shared(`(struct (field i64) (field $at (mut ${storage})))`)})`;
      case "array":
        return `(type $${type} ${shared(`(array (mut ${storage}))`)})`;
      case "global": {
        const word = this.#sharing === "unshared" ? "mut" : `${this.#sharing} mut`;
        const zero = type === "ref" ? `ref.null ${this.#isShared ? "(shared eq)" : "eq"}` : `${type}.const 0`;
        return `(global $${type} (${word} ${storage}) (${zero}))`;
      }
      case "table":
        return `(table $${type} ${this.#isShared ? "shared " : ""}4 ${storage})`;
    }
  }

  /** The text of an access; `keyword` with its orders. */
  access(keyword: string, type: ValueType, operands: readonly string[]): string {
    const index: Readonly<Record<PlaceKind, string>> = { struct: "$at", array: "", global: "", table: "" };
    const object: Readonly<Record<PlaceKind, string>> = {
      struct: "(local.get $object)",
      array: "(local.get $object) (i32.const 2)",
      global: "",
      table: "(i32.const 2)",
    };
    return `(${keyword} $${type} ${index[this.#kind]} ${object[this.#kind]} ${operands.join(" ")})`;
  }

  function({ export: exported, row, type, order }: Access): string {
    const number = this.#number(type);
    const param = (name: string): string => this.#in(type, `(local.get $${name})`);
    const object =
      this.#kind === "struct"
        ? `(struct.new_default $${type})`
        : this.#kind === "array"
          ? `(array.new_default $${type} (i32.const 4))`
          : "";
    const operands =
      row.atomic === "get" ? [] : row.atomic === "cmpxchg" ? [param("expected"), param("value")] : [param("value")];
    const instruction = this.access(`${row.keyword} ${order}`, type, operands);
    const plainGet = `${this.#kind}.${isPacked(type) ? "get_u" : "get"}`;
    const body = row.atomic === "set" ? `${instruction} (${number}.const 0)` : this.#out(type, instruction);
    return `(func (export "${exported}") (param $first ${number}) (param $expected ${number}) (param $value ${number}) (result ${number} ${number})
      ${object === "" ? "" : `(local $object (ref null $${type})) (local.set $object ${object})`}
      ${this.access(`${this.#kind}.set`, type, [param("first")])}
      ${body}
      ${this.#out(type, this.access(plainGet, type, []))})`;
  }
}

/** All accesses to places of a kind that are shared in one way, and the module that has them. */
export function atomicProgram(
  kind: PlaceKind,
  sharing: Sharing,
): { readonly text: string; readonly accesses: readonly Access[] } {
  const places = new Places(kind, sharing);
  const accesses: Access[] = [];
  for (const row of rows.filter(({ place, atomic }) => place === kind && atomic !== undefined)) {
    for (const type of valueTypes) {
      if (!isAllowed(row, type)) continue;
      for (const order of orders) {
        // Two orders are those of a read and a write.
        if (order.includes(" ") && row.orders !== 2) continue;
        accesses.push({ export: `${row.name} ${type} ${order}`, row, type, order });
      }
    }
  }
  const used = new Set(accesses.map(({ type }) => type));
  const text = `(module ${[...used].map((type) => places.definition(type)).join("\n")} ${accesses.map((access) => places.function(access)).join("\n")})`;
  return { text, accesses };
}
