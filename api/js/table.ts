/** `WebAssembly.Table`. Beyond the standard, the descriptor's `shared` makes a table that all agents share. */
import { isRef } from "../../core/types/types.ts";
import {
  fillTable,
  growTableBy,
  readElement,
  type TableItem,
  tableLength,
  writeElement,
} from "../../threads/link/items.ts";
import { createTableRecord } from "../../threads/link/tables.ts";
import { isOpaqueToJs, opaqueError } from "../../threads/values/convert.ts";
import { isScanned } from "../../threads/values/kinds.ts";
import type { ApiContext } from "./context.ts";
import type { Namespace, TableDescriptor } from "./shape.ts";
import { toValueType } from "./value-types.ts";
import { defineInterface, fromAddress, isAddress64, requireMember, toAddress, toDictionary } from "./webidl.ts";

/** The value that elements get where none is given (JS API, DefaultValue). */
function defaultElement({ kind }: TableItem): unknown {
  if (kind.kind === "ref" && kind.hierarchy === "extern" && !kind.shared && kind.nullable) return undefined;
  if (kind.kind === "ref" && !kind.nullable) throw new TypeError("the table's elements have no default value");
  return null;
}

/** An optional argument that was left out differs from one that is undefined. */
function valueOrDefault(item: TableItem, values: readonly unknown[]): unknown {
  return values.length === 0 ? defaultElement(item) : values[0];
}

/** The class for one agent. Members: `TableObject` in shape.ts. */
export function createTableClass({ agent, kinds, tables }: ApiContext): Namespace["Table"] {
  function toIndex({ type }: TableItem, value: unknown): number {
    return Number(toAddress(value, type.is64, "a table's index"));
  }

  class Table {
    constructor(descriptor: TableDescriptor, ...values: [unknown?]) {
      const members = toDictionary(descriptor, "a table's descriptor");
      const shared = Boolean(members["shared"]);
      const element = toValueType(requireMember(members["element"], "element"), shared);
      if (!isRef(element)) throw new TypeError("a table's elements are references");
      const is64 = isAddress64(members["address"]);
      const minimum = toAddress(requireMember(members["initial"], "initial"), is64, "initial");
      const given = members["maximum"];
      const maximum = given === undefined ? undefined : toAddress(given, is64, "maximum");
      if (shared && maximum === undefined) throw new TypeError("a shared table has a maximum size");
      if (maximum !== undefined && maximum < minimum) throw new RangeError("the maximum is below the initial size");
      const kind = kinds.of(element);
      const record = createTableRecord(agent, isScanned(kind), Number(minimum), Number(maximum ?? 0xffffffffn), shared);
      const item: TableItem = { type: { minimum, maximum, shared, is64, element }, kind, record };
      const value = valueOrDefault(item, values);
      if (value !== null) fillTable(agent, item, value);
      tables.bind(this, item);
    }

    grow(delta: unknown, ...values: [unknown?]): unknown {
      const item = tables.itemOf(this);
      const count = toIndex(item, delta);
      return fromAddress(growTableBy(agent, item, count, valueOrDefault(item, values)), item.type.is64);
    }

    get(index: unknown): unknown {
      const item = tables.itemOf(this);
      if (isOpaqueToJs(item.kind)) throw opaqueError();
      return readElement(agent, item, toIndex(item, index));
    }

    set(index: unknown, ...values: [unknown?]): void {
      const item = tables.itemOf(this);
      if (isOpaqueToJs(item.kind)) throw opaqueError();
      const at = toIndex(item, index);
      writeElement(agent, item, at, valueOrDefault(item, values));
    }

    get shared(): boolean {
      return tables.itemOf(this).type.shared;
    }

    get length(): unknown {
      const item = tables.itemOf(this);
      return fromAddress(tableLength(agent, item), item.type.is64);
    }
  }
  defineInterface(Table, "Table");
  return Table as unknown as Namespace["Table"];
}
