/** The items that a host module imports, each declared when it is first asked for. */
import { I32, type ValType } from "../../core/types/types.ts";
import { valueTypesByWord } from "../../core/types/vocabulary.ts";
import type { HostItem } from "./host-code.ts";
import { type BaseImport, type HeapImport, type NamedImport, type NumberImport, namedImports } from "./host-imports.ts";
import type { HostImportType, HostModule } from "./host-module.ts";

const valueType = (word: FunctionTypes[number]): ValType => valueTypesByWord.get(word) as ValType;
const numberType: HostImportType = { kind: "global", type: I32, mutable: false };

function typeOf(entry: NamedImport): HostImportType {
  const types = (names: FunctionTypes): ValType[] => names.map(valueType);
  switch (entry.kind) {
    case "func":
      return { kind: "func", params: types(entry.params), results: types(entry.results) };
    case "global":
      return { kind: "global", type: valueType(entry.type), mutable: entry.mutable };
    case "memory":
      return {
        kind: "memory",
        type: { minimum: entry.minimum, maximum: entry.maximum, shared: entry.shared, is64: false, pageSizeLog2: 16 },
      };
    case "table":
      return { kind: "table" };
    case "tag":
      return { kind: "tag", params: types(entry.params) };
  }
}
type FunctionTypes = Extract<NamedImport, { readonly kind: "func" }>["params"];

export class ImportedItems {
  readonly #host: HostModule;

  constructor(host: HostModule) {
    this.#host = host;
  }

  heap(name: HeapImport): HostItem {
    return this.#host.imported("heap", name) ?? this.#host.import("heap", name, typeOf(namedImports.heap[name]));
  }

  base(name: BaseImport): HostItem {
    return this.#host.imported("base", name) ?? this.#host.import("base", name, typeOf(namedImports.base[name]));
  }

  get functionTable(): HostItem {
    return (
      this.#host.imported("functions", "table") ??
      this.#host.import("functions", "table", typeOf(namedImports.functions.table))
    );
  }

  /** A number or an address that belongs to item `index` of the module. */
  number(namespace: NumberImport, index: number): HostItem {
    return this.#host.import(namespace, String(index), numberType);
  }

  /** Item `index` of the module itself. */
  item(namespace: "func" | "global" | "memory", index: number, type: HostImportType): HostItem {
    return this.#host.import(namespace, String(index), type);
  }
}
