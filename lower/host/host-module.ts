/** Collects the parts of the host module, and encodes it when all of them are there. */

import { writeInstruction } from "../../core/binary/immediates.ts";
import { writeValType } from "../../core/binary/types.ts";
import type { Writer } from "../../core/binary/writer.ts";
import type { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import type { MemoryType } from "../../core/types/module.ts";
import type { ValType } from "../../core/types/types.ts";
import { HostCode, HostItem } from "./host-code.ts";

export type ImportKind = "func" | "table" | "memory" | "global" | "tag";

export type HostImportType =
  | { readonly kind: "func"; readonly params: readonly ValType[]; readonly results: readonly ValType[] }
  | { readonly kind: "global"; readonly type: ValType; readonly mutable: boolean }
  | { readonly kind: "memory"; readonly type: MemoryType }
  /** A table of functions. */
  | { readonly kind: "table" }
  | { readonly kind: "tag"; readonly params: readonly ValType[] };

export interface HostImport {
  readonly item: HostItem;
  readonly module: string;
  readonly name: string;
  readonly kind: ImportKind;
  /** Writes what follows the kind's byte. */
  readonly describe: (writer: Writer) => void;
}

/** A function that the host module defines. */
export interface HostFunction {
  readonly item: HostItem;
  readonly type: number;
  readonly code: HostCode;
}
/** A mutable global that the host module defines, with a constant instruction as its initial value. */
export interface HostGlobal {
  readonly item: HostItem;
  readonly type: ValType;
  readonly row: Row;
  readonly immediates: Immediates;
}
export interface HostMemory {
  readonly item: HostItem;
  readonly type: MemoryType;
}
export interface HostExport {
  readonly name: string;
  readonly kind: ImportKind;
  readonly item: HostItem;
}

const FUNC_TYPE = 0x60;

export class HostModule {
  readonly types: { readonly params: readonly ValType[]; readonly results: readonly ValType[] }[] = [];
  readonly imports: HostImport[] = [];
  readonly functions: HostFunction[] = [];
  readonly globals: HostGlobal[] = [];
  readonly memories: HostMemory[] = [];
  readonly exports: HostExport[] = [];
  /** Functions that go to the function table when the module is instantiated, from `base.functions` on. */
  readonly tableFunctions: HostItem[] = [];
  /** Passive data segments. */
  readonly data: Uint8Array[] = [];
  readonly #typeIndices = new Map<string, number>();
  readonly #importsByName = new Map<string, HostItem>();

  /** The index of a function type. */
  type(params: readonly ValType[], results: readonly ValType[]): number {
    const key = `${params.join()}>${results.join()}`;
    let index = this.#typeIndices.get(key);
    if (index === undefined) {
      index = this.types.push({ params, results }) - 1;
      this.#typeIndices.set(key, index);
    }
    return index;
  }

  /** The item that is imported under this name, if there is one. */
  imported(module: string, name: string): HostItem | undefined {
    return this.#importsByName.get(`${module}.${name}`);
  }

  /** The item that is imported under this name, declared now if it was not. */
  import(module: string, name: string, type: HostImportType): HostItem {
    const key = `${module}.${name}`;
    let item = this.#importsByName.get(key);
    if (item === undefined) {
      item = new HostItem(key);
      this.#importsByName.set(key, item);
      this.imports.push({ item, module, name, kind: type.kind, describe: this.#description(type) });
    }
    return item;
  }

  #description(type: HostImportType): (writer: Writer) => void {
    switch (type.kind) {
      case "func": {
        const index = this.type(type.params, type.results);
        return (writer) => writer.u32(index);
      }
      case "global":
        return (writer) => {
          writeValType(writer, type.type);
          writer.u8(type.mutable ? 1 : 0);
        };
      case "memory":
        return (writer) => writeMemoryType(writer, type.type);
      case "table":
        return (writer) => {
          writer.u8(0x70);
          writer.u8(0);
          writer.u32(0);
        };
      case "tag": {
        const index = this.type(type.params, []);
        return (writer) => {
          writer.u8(0);
          writer.u32(index);
        };
      }
    }
  }

  /** Declares a function; its code may be written at any time before the module is encoded. */
  function(name: string, params: readonly ValType[], results: readonly ValType[]): HostFunction {
    const defined = { item: new HostItem(name), type: this.type(params, results), code: new HostCode(params.length) };
    this.functions.push(defined);
    return defined;
  }

  global(name: string, type: ValType, row: Row, immediates: Immediates): HostItem {
    const item = new HostItem(name);
    this.globals.push({ item, type, row, immediates });
    return item;
  }

  memory(name: string, type: MemoryType): HostItem {
    const item = new HostItem(name);
    this.memories.push({ item, type });
    return item;
  }

  export(name: string, kind: ImportKind, item: HostItem): void {
    this.exports.push({ name, kind, item });
  }

  /** Gives every item its index: imports first, in the order in which they were asked for. */
  assignIndices(): void {
    const next: Record<ImportKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
    for (const { item, kind } of this.imports) item.index = next[kind]++;
    for (const { item } of this.functions) item.index = next.func++;
    for (const { item } of this.globals) item.index = next.global++;
    for (const { item } of this.memories) item.index = next.memory++;
  }
}

export function writeMemoryType(writer: Writer, { minimum, maximum, shared, is64 }: MemoryType): void {
  writer.u8((maximum === undefined ? 0 : 1) | (shared ? 2 : 0) | (is64 ? 4 : 0));
  writer.u64(minimum);
  if (maximum !== undefined) writer.u64(maximum);
}

export function writeFunctionType(
  writer: Writer,
  type: { readonly params: readonly ValType[]; readonly results: readonly ValType[] },
): void {
  writer.u8(FUNC_TYPE);
  writer.vector(type.params, (param) => writeValType(writer, param));
  writer.vector(type.results, (result) => writeValType(writer, result));
}

export function writeGlobal(writer: Writer, { type, row, immediates }: HostGlobal): void {
  writeValType(writer, type);
  writer.u8(1);
  writeInstruction(writer, row, immediates);
  writer.u8(0x0b);
}
