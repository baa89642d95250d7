/**
 * The functions by which the linker starts an instance: `init`, which the creator runs once, and `initThreadLocals`, which every other agent
 * runs.
 *
 * `init` does what instantiation does before the start function (core 4.5.4 "Instantiation"): initial values of globals and tables in order,
 * elements of passive segments, then active element and data segments. Blocks and tables are filled with null before it runs.
 */

import { assert } from "../base/assert.ts";
import type { DataSegment, ElementSegment, Expression, Table } from "../module.ts";
import { EXTERNREF, I32, I64, type ValType } from "../types.ts";
import type { ElementSegmentAccess } from "./element-segment.ts";
import { storedType, withInternalExterns } from "./extern-storage.ts";
import type { FunctionBody } from "./function-body.ts";
import { FunctionLowering } from "./function-lowering.ts";
import { pushCell, storeName } from "./global-cell.ts";
import type { HostCode } from "./host-code.ts";
import { type Instruction, instructionsOfExpression } from "./instruction.ts";
import { TrapCode } from "./lowered.ts";
import { checkBytes, pushHostAddress } from "./memory-access.ts";
import type { ModuleLowering } from "./module-lowering.ts";
import { i32Operand, type Operand } from "./operand.ts";
import { needsRootCell } from "./placement.ts";
import { isHostExtern } from "./reference-types.ts";
import { checkRange, pushElementAddress, pushLength } from "./table-access.ts";
import { TemporaryLocals } from "./temporary-locals.ts";
import { fillWords } from "./word-fill.ts";

const WORD = 4;
/** The shadow-stack pointer is the functions' only parameter. */
const SHADOW_STACK_POINTER = 0;
const noBody: FunctionBody = { name: "init", instructions: [], locals: [], parameters: 0, results: [] };
const noPolls = { atEntry: false, loops: new Set<number>() };

/** Adds `init` and `initThreadLocals` to the host module. */
export function addInitFunctions(module: ModuleLowering): void {
  const init = module.host.function("heddle.init", [I32], []);
  new Initializer(module, init.code).all();
  module.host.export("init", "func", init.item);
  const threadLocals = module.host.function("heddle.initThreadLocals", [I32], []);
  new Initializer(module, threadLocals.code).threadLocals();
  module.host.export("initThreadLocals", "func", threadLocals.item);
}

class Initializer {
  readonly #module: ModuleLowering;
  readonly #code: HostCode;
  readonly #temporaries: TemporaryLocals;

  constructor(module: ModuleLowering, code: HostCode) {
    this.#module = module;
    this.#code = code;
    this.#temporaries = new TemporaryLocals(code);
  }

  all(): void {
    const { module, imports, tables } = this.#module.valid;
    for (const index of this.#module.valid.memories.keys()) this.#memoryLength(index);
    for (let index = imports.global; index < this.#module.valid.globals.length; index++) this.#global(index);
    for (const [i, table] of module.tables.entries()) this.#table(imports.table + i, table, tables[imports.table + i]?.element as ValType);
    for (const [index, segment] of module.elements.entries()) this.#passiveElements(index, segment);
    for (const [index, segment] of module.elements.entries()) this.#activeElements(index, segment);
    for (const [index, segment] of module.data.entries()) this.#activeData(index, segment);
  }

  threadLocals(): void {
    this.#module.valid.globals.forEach(({ threadLocal }, index) => {
      if (threadLocal && index >= this.#module.valid.imports.global) this.#global(index);
    });
  }

  /** Evaluates a constant expression; its value is on the host's stack. */
  #evaluate(instructions: readonly Instruction[]): void {
    const body = withInternalExterns(this.#module, { ...noBody, instructions });
    assert(body.locals.length === 0, "constant expressions have no control flow");
    new FunctionLowering(this.#module, this.#code, body, noPolls, this.#temporaries).run();
  }

  #push(expression: Expression, type: ValType): void {
    this.#evaluate(instructionsOfExpression(this.#module, expression, type));
  }

  /** Evaluates an expression into a local, which `use` may read. */
  #withValue(expression: Expression, type: ValType, use: (value: number) => void): void {
    this.#push(expression, type);
    this.#withLocal(this.#module.lowered(type), use);
  }

  /** The same for a value that goes to memory. */
  #withStored(expression: Expression, type: ValType, use: (value: number) => void): void {
    const module = this.#module;
    this.#push(expression, type);
    if (isHostExtern(module.types, type)) {
      this.#code.get(SHADOW_STACK_POINTER);
      this.#code.call(module.runtime("internalize", [EXTERNREF, I32], [I32]));
    }
    this.#withLocal(module.lowered(storedType(module, type)), use);
  }

  /** Puts the value on the host's stack into a local, which `use` may read. */
  #withLocal(type: ValType, use: (value: number) => void): void {
    const value = this.#temporaries.acquire(type);
    this.#code.set(value);
    use(value);
    this.#temporaries.release(value);
  }

  #global(index: number): void {
    const module = this.#module;
    const code = this.#code;
    const global = module.valid.globals[index];
    const expression = module.valid.module.globals[index - module.valid.imports.global]?.init;
    if (global === undefined || expression === undefined) return;
    const { type, shared } = global;
    // The host's global starts with the constant, and its cell with null.
    if (!shared && module.initialConstant(index) !== undefined) return;
    this.#withValue(expression, type, (value) => {
      if (!shared) {
        code.get(value);
        code.globalSet(module.globalAt(index));
        if (!needsRootCell(module.types, type)) return;
      }
      const { offset } = pushCell(module, code, index);
      code.get(value);
      code.access(storeName(module, type, shared), offset);
    });
  }

  /** Fills a table with its initial value, where that is not null. */
  #table(index: number, { init }: Table, element: ValType): void {
    if (init === undefined) return;
    const module = this.#module;
    const code = this.#code;
    this.#withStored(init, element, (value) => {
      module.tableRecord(code, index);
      code.access("i32.load", module.heap.tableRecord.elements);
      module.tableRecord(code, index);
      code.access("i32.load", module.heap.tableRecord.length);
      code.get(value);
      code.call(fillWords(module, "i32.store"));
    });
  }

  #passiveElements(index: number, segment: ElementSegment): void {
    if (segment.mode.kind !== "passive") return;
    const access = this.#module.segmentAt(index);
    this.#storeItems(segment, this.#module.valid.elements[index] as ValType, () => access.pushWords(this.#code));
    this.#enable(access);
  }

  #enable(access: ElementSegmentAccess): void {
    if (access.place.count > 0) access.enable(this.#code);
  }

  /** Core 4.5.4: an active segment is `table.init` of all of it, then `elem.drop`. */
  #activeElements(index: number, segment: ElementSegment): void {
    if (segment.mode.kind !== "active") return;
    const module = this.#module;
    const code = this.#code;
    const table = segment.mode.index;
    const is64 = module.valid.tables[table]?.is64 === true;
    const count = (segment.items.kind === "functions" ? segment.items.indices : segment.items.list).length;
    this.#withValue(segment.mode.at, is64 ? I64 : I32, (start) => {
      const lowering = new FunctionLowering(module, code, noBody, noPolls, this.#temporaries);
      const record = this.#temporaries.acquire(I32);
      const elements = this.#temporaries.acquire(I32);
      module.tableRecord(code, table);
      code.set(record);
      const at: Operand = { kind: "local", local: start, type: is64 ? I64 : I32 };
      checkRange(lowering, at, i32Operand(count), () => pushLength(lowering, record), TrapCode.tableOutOfBounds);
      pushElementAddress(lowering, record, at);
      code.set(elements);
      this.#storeItems(segment, module.valid.elements[index] as ValType, () => code.get(elements));
      this.#temporaries.release(record);
      this.#temporaries.release(elements);
    });
  }

  /** Stores a segment's items to the words behind the address that `pushAddress` pushes. */
  #storeItems({ items }: ElementSegment, type: ValType, pushAddress: () => void): void {
    const module = this.#module;
    const code = this.#code;
    if (items.kind === "functions") {
      items.indices.forEach((func, i) => {
        pushAddress();
        module.functionReference(code, func);
        code.access("i32.store", i * WORD);
      });
      return;
    }
    items.list.forEach((expression, i) => {
      this.#withStored(expression, type, (value) => {
        pushAddress();
        code.get(value);
        code.access("i32.store", i * WORD);
      });
    });
  }

  /** A memory with pages of a byte has its first length. */
  #memoryLength(index: number): void {
    const { memories, placement } = this.#module;
    if (placement.memoryLengths[index] === undefined) return;
    const offset = memories.pushLengthCell(this.#code, index);
    this.#code.i64(memories.type(index).minimum);
    this.#code.access("i64.store", offset);
  }

  /** An active data segment is `memory.init` of all of it, then `data.drop`; in the host module it is passive. */
  #activeData(index: number, segment: DataSegment): void {
    if (segment.mode.kind !== "active") return;
    const module = this.#module;
    const code = this.#code;
    const { index: memory, at } = segment.mode;
    const type = module.memories.type(memory).is64 ? I64 : I32;
    this.#withValue(at, type, (start) => {
      const lowering = new FunctionLowering(module, code, noBody, noPolls, this.#temporaries);
      const operand: Operand = { kind: "local", local: start, type };
      checkBytes(lowering, memory, operand, i32Operand(segment.bytes.length));
      pushHostAddress(lowering, memory, operand);
      code.i32(0);
      code.i32(segment.bytes.length);
      const data = module.dataAt(index);
      code.withItems("memory.init", data, module.memories.item(memory));
      code.withItems("data.drop", data);
    });
  }
}
