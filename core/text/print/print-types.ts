/** Types as text. */
import type { ExternType, GlobalType, Limits, MemoryType, ModuleParts, TableType } from "../../types/module.ts";
import {
  abstractOf,
  type CompositeType,
  type FieldType,
  type FuncType,
  type HeapType,
  indexOf,
  isAbstract,
  isAbstractShared,
  isExact,
  isNullable,
  isRef,
  type StorageType,
  type SubType,
  type ValType,
} from "../../types/types.ts";
import { heapTypeByCode, wordOf } from "../../types/vocabulary.ts";
import type { Identifiers, PrintNames } from "./print-names.ts";

const PAGE_SIZE_LOG2 = 16;

export class TypePrinter {
  readonly #module: ModuleParts;
  readonly #names: PrintNames;

  constructor(module: ModuleParts, names: PrintNames) {
    this.#module = module;
    this.#names = names;
  }

  heap(type: HeapType): string {
    if (!isAbstract(type)) {
      const use = this.#names.types.use(indexOf(type));
      return isExact(type) ? `(exact ${use})` : use;
    }
    const name = heapTypeByCode(abstractOf(type))?.name ?? "any";
    return isAbstractShared(type) ? `(shared ${name})` : name;
  }

  value(type: StorageType): string {
    const word = wordOf(type);
    if (word !== undefined) return word;
    if (!isRef(type)) return "unreachable";
    return `(ref ${isNullable(type) ? "null " : ""}${this.heap(type)})`;
  }

  /** `(word t*)` with a blank before it, or nothing where there are no types. */
  list(word: string, types: readonly ValType[]): string {
    return types.length === 0 ? "" : ` (${word} ${types.map((type) => this.value(type)).join(" ")})`;
  }

  field({ storage, mutable }: FieldType): string {
    return mutable ? `(mut ${this.value(storage)})` : this.value(storage);
  }

  /** The function type at an index; undefined where there is none. */
  func(index: number): FuncType | undefined {
    const composite = this.#module.types[index]?.composite;
    return composite?.kind === "func" ? composite : undefined;
  }

  #composite(type: CompositeType, index: number): string {
    switch (type.kind) {
      case "func":
        return `(func${this.list("param", type.params)}${this.list("result", type.results)})`;
      case "array":
        return `(array ${this.field(type.element)})`;
      case "cont":
        return `(cont ${this.#names.types.use(type.func)})`;
      case "struct": {
        const ids = this.#names.fieldsOf(index);
        const fields = type.fields.map((field, at) => {
          const id = ids.binding(at);
          return ` (field ${id === undefined ? "" : `${id} `}${this.field(field)})`;
        });
        return `(struct${fields.join("")})`;
      }
    }
  }

  /** `(type id ...)`. */
  definition(type: SubType, index: number): string {
    let text = this.#composite(type.composite, index);
    if (type.descriptor !== undefined) text = `(descriptor ${this.#names.types.use(type.descriptor)}) ${text}`;
    if (type.describes !== undefined) text = `(describes ${this.#names.types.use(type.describes)}) ${text}`;
    if (type.shared) text = `(shared ${text})`;
    if (!type.final || type.supertypes.length > 0) {
      const supertypes = type.supertypes.map((supertype) => `${this.#names.types.use(supertype)} `).join("");
      text = `(sub ${type.final ? "final " : ""}${supertypes}${text})`;
    }
    return `(type${this.#names.types.define(index)} ${text})`;
  }

  /** `(type x) (param t*) (result t*)`. */
  use(index: number): string {
    const type = this.func(index);
    const inline = type === undefined ? "" : `${this.list("param", type.params)}${this.list("result", type.results)}`;
    return `(type ${this.#names.types.use(index)})${inline}`;
  }

  /** The same with a name for each parameter that has one. */
  namedUse(index: number, params: Identifiers): string {
    const type = this.func(index);
    const inline = type === undefined ? "" : `${this.params(type, params)}${this.list("result", type.results)}`;
    return `(type ${this.#names.types.use(index)})${inline}`;
  }

  /** `(param id? t)`, one by one, each with a blank before it. */
  params({ params }: FuncType, ids: Identifiers): string {
    let text = "";
    for (const [at, param] of params.entries()) {
      const id = ids.binding(at);
      text += ` (param ${id === undefined ? "" : `${id} `}${this.value(param)})`;
    }
    return text;
  }

  #limits({ minimum, maximum }: Limits): string {
    return maximum === undefined ? `${minimum}` : `${minimum} ${maximum}`;
  }

  table(type: TableType): string {
    return `${type.is64 ? "i64 " : ""}${type.shared ? "shared " : ""}${this.#limits(type)} ${this.value(type.element)}`;
  }

  memory(type: MemoryType): string {
    const pages = type.pageSizeLog2 === PAGE_SIZE_LOG2 ? "" : ` (pagesize ${1n << BigInt(type.pageSizeLog2)})`;
    const { protection } = type;
    const protectedPages =
      protection === undefined ? "" : ` (no-access ${protection.noAccess}) (read-only ${protection.readOnly})`;
    const prefix = `${type.is64 ? "i64 " : ""}${type.virtual === true ? "virtual " : ""}`;
    return `${prefix}${this.#limits(type)}${type.shared ? " shared" : ""}${pages}${protectedPages}`;
  }

  global({ type, mutable, shared, threadLocal }: GlobalType): string {
    const value = this.value(type);
    const inner = mutable ? `mut ${value}` : value;
    if (shared) return `(shared ${inner})`;
    if (threadLocal) return `(thread_local ${inner})`;
    return mutable ? `(${inner})` : value;
  }

  /** The type of an import; `params` are a function's parameters with names. */
  extern(type: ExternType, params: Identifiers | undefined): string {
    switch (type.kind) {
      case "func": {
        const use = params === undefined ? this.use(type.type) : this.namedUse(type.type, params);
        return type.exact ? `(exact ${use})` : use;
      }
      case "table":
        return this.table(type.type);
      case "memory":
        return this.memory(type.type);
      case "global":
        return this.global(type.type);
      case "tag":
        return this.use(type.type);
    }
  }
}
