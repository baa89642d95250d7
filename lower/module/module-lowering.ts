/**
 * What the lowering of one module's functions has in common: the host module, and where the module's items are in it.
 */

import { assert } from "../../core/base/assert.ts";
import { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import { rowNamed } from "../../core/ops/table.ts";
import type { Global, GlobalType } from "../../core/types/module.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import { F32, F64, type FuncType, I32, I64, V128, type ValType, withoutNull } from "../../core/types/types.ts";
import { blockTypeOf, resolveType, type ValidModule } from "../../core/validate/body/valid-module.ts";
import { NULL_REFERENCE } from "../../gc/layout/memory-map.ts";
import { type LoweredSignature, loweredBlock, loweredFunction, loweredType } from "../../gc/layout/reference-types.ts";
import { emptyBlock, type HostBlockType, type HostCode, type HostItem } from "../host/host-code.ts";
import type { RuntimeFunction } from "../host/host-imports.ts";
import { HostModule } from "../host/host-module.ts";
import { ImportedItems } from "../host/imported-items.ts";
import type { LowerOptions } from "../host/options.ts";
import { constantOf } from "../instructions/constant-expression.ts";
import type { ConstantInstruction } from "../instructions/operand.ts";
import { ElementSegmentAccess } from "./element-segment.ts";
import { Memories } from "./memories.ts";
import { type Placement, placeItems, type SegmentPlace } from "./placement.ts";
import { Stubs } from "./stubs.ts";

const zeroNames: Readonly<Record<number, string>> = {
  [I32]: "i32.const",
  [I64]: "i64.const",
  [F32]: "f32.const",
  [F64]: "f64.const",
  [V128]: "v128.const",
};

export class ModuleLowering {
  readonly valid: ValidModule;
  readonly types: TypeStore;
  readonly options: LowerOptions;
  readonly host = new HostModule();
  readonly imports = new ImportedItems(this.host);
  readonly placement: Placement;
  readonly stubs: Stubs;
  /** Host functions by function index. */
  readonly functions: HostItem[] = [];
  readonly memories: Memories;
  /** Types whose records lowered code names. */
  readonly usedTypes = new Set<number>();
  readonly heapMemory: HostItem;
  readonly functionsBase: HostItem;
  /** Whether there may be references to functions that the module defines. */
  refersToFunctions = false;
  readonly functionTable: HostItem;
  // Items that are imported when they are first asked for, and asked for often.
  #heapTop: HostItem | undefined;
  #heapLimit: HostItem | undefined;
  #sharedBlock: HostItem | undefined;
  readonly #hostTypes = new Map<number, number>();
  readonly #globals: HostItem[] = [];
  readonly #data = new Map<number, HostItem>();
  readonly #constants = new Map<number, ConstantInstruction>();
  readonly #madeUpBlocks = new Map<Immediates, FuncType>();

  constructor(valid: ValidModule, options: LowerOptions) {
    this.valid = valid;
    this.types = valid.types;
    this.options = options;
    this.placement = placeItems(valid);
    this.heapMemory = this.imports.heap("memory");
    this.functionsBase = this.imports.base("functions");
    this.functionTable = this.imports.functionTable;
    this.memories = new Memories(valid, this.host, this.imports, options, this.placement);
    this.#declareGlobals();
    this.#declareFunctions();
    this.stubs = new Stubs(this.host, this.imports);
  }

  // Items of the host module

  get heapTop(): HostItem {
    this.#heapTop ??= this.imports.heap("top");
    return this.#heapTop;
  }
  get heapLimit(): HostItem {
    this.#heapLimit ??= this.imports.heap("limit");
    return this.#heapLimit;
  }
  get sharedBlock(): HostItem {
    this.#sharedBlock ??= this.imports.base("shared");
    return this.#sharedBlock;
  }
  get rootBlock(): HostItem {
    return this.imports.base("roots");
  }

  /** A function of the heap runtime or of the linker. */
  runtime(name: RuntimeFunction): HostItem {
    return this.imports.heap(name);
  }

  functionAt(index: number): HostItem {
    return item(this.functions, index);
  }

  /** The host global of an unshared global. */
  globalAt(index: number): HostItem {
    return item(this.#globals, index);
  }

  /**
   * The constant instruction that an immutable global of the module stands for, where its initial value is just that;
   * undefined for other globals.
   */
  constantGlobal(index: number): ConstantInstruction | undefined {
    return this.#constants.get(index);
  }

  segmentAt(index: number): ElementSegmentAccess {
    const place = this.placement.segments[index] as SegmentPlace;
    return new ElementSegmentAccess(place, place.shared ? this.sharedBlock : this.rootBlock);
  }

  /** A data segment of the host module, which has the module's segments in their order. */
  dataAt(index: number): HostItem {
    let data = this.#data.get(index);
    if (data === undefined) {
      data = { name: `data ${index}`, index };
      this.#data.set(index, data);
    }
    return data;
  }

  /** Pushes the address of a table's record. */
  tableRecord(code: HostCode, index: number): void {
    if (index < this.valid.imports.table) {
      code.globalGet(this.imports.number("table", index));
      return;
    }
    code.globalGet(this.valid.tables[index]?.shared === true ? this.sharedBlock : this.rootBlock);
    const offset = this.placement.tables[index] as number;
    if (offset === 0) return;
    code.i32(offset);
    code.op("i32.add");
  }

  /** Pushes the number that a tag has in the store. */
  tagNumber(code: HostCode, index: number): void {
    const own = index - this.valid.imports.tag;
    if (own < 0) {
      code.globalGet(this.imports.number("tag", index));
      return;
    }
    code.globalGet(this.imports.base("tags"));
    if (own === 0) return;
    code.i32(own);
    code.op("i32.add");
  }

  /** Pushes the function index which stands for a function, as `ref.func` does. */
  functionReference(code: HostCode, index: number): void {
    const own = index - this.valid.imports.func;
    if (own < 0) {
      code.globalGet(this.imports.number("funcref", index));
      return;
    }
    this.refersToFunctions = true;
    code.globalGet(this.functionsBase);
    if (own === 0) return;
    code.i32(own);
    code.op("i32.add");
  }

  // Types

  resolve(type: ValType): ValType {
    return resolveType(this.valid, type);
  }

  /** The canonical id of a type index. */
  idOf(index: number): number {
    return this.valid.canonical[index] as number;
  }

  lowered(type: ValType): ValType {
    return loweredType(this.types, type);
  }

  functionTypeOf(id: number): FuncType {
    const { composite } = this.types.type(id);
    assert(composite.kind === "func", "function types are functions");
    return composite;
  }

  /** The lowered signature of a function type. */
  signatureOf(id: number): LoweredSignature {
    return loweredFunction(this.types, this.functionTypeOf(id));
  }

  /** The host type of functions of a type. */
  hostTypeOf(id: number): number {
    let index = this.#hostTypes.get(id);
    if (index === undefined) {
      const { params, results } = this.signatureOf(id);
      index = this.host.type(params, results);
      this.#hostTypes.set(id, index);
    }
    return index;
  }

  hostBlock(type: FuncType): HostBlockType {
    if (type.params.length === 0 && type.results.length === 0) return emptyBlock;
    const { params, results } = loweredBlock(this.types, type);
    return this.hostBlockOf(params, results);
  }

  hostBlockOf(params: readonly ValType[], results: readonly ValType[]): HostBlockType {
    if (params.length > 0 || results.length > 1) return { kind: "type", index: this.host.type(params, results) };
    const [result] = results;
    return result === undefined ? emptyBlock : { kind: "result", type: result };
  }

  blockType(immediates: Immediates): FuncType {
    return this.#madeUpBlocks.get(immediates) ?? blockTypeOf(this.valid, immediates);
  }

  /** Immediates of a block that lowering makes up, whose type the module may not have. */
  madeUpBlock(type: FuncType): Immediates {
    const immediates = new Immediates();
    this.#madeUpBlocks.set(immediates, type);
    return immediates;
  }

  /** Pushes the address of a type's record. */
  typeRecord(code: HostCode, id: number): void {
    this.usedTypes.add(id);
    code.typeRecord(id);
  }

  // Declarations

  /**
   * Unshared globals are host globals. All are mutable there, so that `init` can set those whose initial values need
   * code, and the importing module can tell how to import them.
   */
  #declareGlobals(): void {
    const { imports, globals, module } = this.valid;
    globals.forEach(({ type, shared, mutable, threadLocal }, index) => {
      if (shared) return;
      const lowered = this.lowered(type);
      if (index < imports.global) {
        this.#globals[index] = this.imports.item("global", index, { kind: "global", type: lowered, mutable: true });
        return;
      }
      const initial = this.initialConstant(index);
      const number = type < 0 ? initial : undefined;
      if (number !== undefined && !mutable && !threadLocal) this.#constants.set(index, number);
      const name = module.names.globals.get(index) ?? `global ${index}`;
      const { row, immediates } = number ?? this.#zero(lowered, type);
      const global = this.host.global(name, lowered, row, immediates);
      this.#globals[index] = global;
      this.host.export(`global ${index}`, "global", global);
    });
  }

  /** The initial value of a global that the module defines, where it is one constant: a number or null. */
  initialConstant(index: number): ConstantInstruction | undefined {
    const { type } = this.valid.globals[index] as GlobalType;
    const { init } = this.valid.module.globals[index - this.valid.imports.global] as Global;
    return constantOf(this.valid, init, type);
  }

  /** The constant that a host global of a type starts with: zero or null. */
  #zero(lowered: ValType, type: ValType): { readonly row: Row; readonly immediates: Immediates } {
    const immediates = new Immediates();
    immediates.bytes = new Uint8Array(lowered === V128 ? 16 : lowered === F64 ? 8 : 4);
    immediates.i32 = type < 0 ? 0 : NULL_REFERENCE | 0;
    if (lowered >= 0) immediates.heap = withoutNull(lowered);
    return { row: rowNamed(zeroNames[lowered] ?? "ref.null"), immediates };
  }

  #declareFunctions(): void {
    const { functions, imports, module } = this.valid;
    functions.forEach(({ type }, index) => {
      const { params, results } = this.signatureOf(type);
      if (index < imports.func) {
        this.functions.push(this.imports.item("func", index, { kind: "func", params, results }));
        return;
      }
      const { item: defined } = this.host.function(
        module.names.functions.get(index) ?? `function ${index}`,
        params,
        results,
      );
      this.functions.push(defined);
      this.host.tableFunctions.push(defined);
    });
  }
}

function item(items: readonly HostItem[], index: number): HostItem {
  const found = items[index];
  assert(found !== undefined, "indices of a valid module are in range");
  return found;
}
