/** An agent of a test: a heap, the test program on it, and roots in its shadow stack. */

import type { Handle } from "../../../../gc/heap/handles.ts";
import { Heap, type HeapOptions, type HeapShare } from "../../../../gc/heap/heap.ts";
import { writeRecord } from "../../../../gc/heap/type-records.ts";
import { NULL_REFERENCE } from "../../../../gc/layout/memory-map.ts";
import { type Program, type ProgramType, programTypes } from "./program-types.ts";

export const NULL = NULL_REFERENCE;
/** Addresses of the records of the program's types. */
export type Records = Readonly<Record<ProgramType, number>>;

/** What a Worker needs to become another mutator of the same heap. */
export interface MutatorShare {
  readonly heap: HeapShare;
  readonly records: Records;
  readonly program: WebAssembly.Module;
}

export class Mutator {
  readonly heap: Heap;
  readonly records: Records;
  readonly program: Program;
  readonly #module: WebAssembly.Module;

  private constructor(heap: Heap, id: number, records: Records, module: WebAssembly.Module) {
    heap.attach(id);
    this.heap = heap;
    this.records = records;
    this.#module = module;
    const instance = new WebAssembly.Instance(module, {
      heap: { ...heap.imports, logElements: heap.runtime.logElements },
      types: { ...records },
    });
    this.program = instance.exports as unknown as Program;
  }

  /** The first agent of a new heap. */
  static create(bytes: Uint8Array<ArrayBuffer>, options: Partial<HeapOptions> = {}): Mutator {
    const heap = Heap.create({ maximum: 64 << 20, agents: 8, ...options });
    const record = (name: ProgramType): number => writeRecord(heap, { ...programTypes[name], id: 0, supertypes: [] });
    const records = {
      node: record("node"),
      numbers: record("numbers"),
      bytes: record("bytes"),
      references: record("references"),
    };
    return new Mutator(heap, 0, records, new WebAssembly.Module(bytes));
  }

  static join(share: MutatorShare, id: number): Mutator {
    return new Mutator(Heap.join(share.heap), id, share.records, share.program);
  }

  share(): MutatorShare {
    return { heap: this.heap.share(), records: this.records, program: this.#module };
  }

  /** Runs `work` as a mutator. What `work` returns is an address at most until the next collection: see `keep`. */
  run<T>(work: (sp: number, program: Program) => T): T {
    const sp = this.heap.runtime.enter();
    try {
      return work(sp, this.program);
    } finally {
      this.heap.runtime.leave(sp);
    }
  }

  /** Runs `make` and keeps the object that it returns by a handle. */
  keep(make: (sp: number, program: Program) => number): Handle {
    return this.run((sp, program) => this.heap.handles.create(make(sp, program) >>> 0));
  }

  /** The object that a handle keeps. */
  get(handle: Handle): number {
    return this.heap.handles.get(handle);
  }

  collect(full: boolean): void {
    this.run((sp) => this.heap.runtime.collect(sp, full ? 1 : 0));
  }

  word(address: number): number {
    return (this.heap.words[address >>> 2] ?? 0) >>> 0;
  }
}
