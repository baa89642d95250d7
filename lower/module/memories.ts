/**
 * The linear memories of a module, as the host has them.
 *
 * Most are the host's own in every respect. Two kinds are not: those with pages of one byte (custom-page-sizes), where
 * the host has the next whole number of its pages and a cell of memory has the number of bytes; and 64-bit memories on
 * a host without them, which are 32-bit memories there.
 */
import type { MemoryType } from "../../core/types/module.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import type { HostCode, HostItem } from "../host/host-code.ts";
import type { HostModule } from "../host/host-module.ts";
import type { ImportedItems } from "../host/imported-items.ts";
import type { LoweredMemory } from "../host/lowered.ts";
import type { LowerOptions } from "../host/options.ts";
import type { Placement } from "./placement.ts";

const HOST_PAGE_LOG2 = 16;
const HOST_PAGE = 1n << BigInt(HOST_PAGE_LOG2);
/** Hosts refuse declarations of more pages than these, which no memory can have (V8: 16 GB). */
const MAXIMUM_PAGES_64 = 262144n;
const MAXIMUM_PAGES_32 = 65536n;

/** A memory type in pages of the host, and with its addresses. */
function hostType({ minimum, maximum, shared, is64, pageSizeLog2 }: MemoryType, options: LowerOptions): MemoryType {
  const is64OnHost = is64 && options.memory64 !== "lowered";
  const limit = is64OnHost ? MAXIMUM_PAGES_64 : MAXIMUM_PAGES_32;
  const pages = (size: bigint): bigint =>
    pageSizeLog2 === HOST_PAGE_LOG2 ? size : (size + HOST_PAGE - 1n) / HOST_PAGE;
  const limited = maximum === undefined || pages(maximum) < limit ? maximum : undefined;
  return {
    minimum: pages(minimum),
    maximum: maximum === undefined ? undefined : limited === undefined ? limit : pages(limited),
    shared,
    is64: is64OnHost,
    pageSizeLog2: HOST_PAGE_LOG2,
  };
}

export class Memories {
  readonly items: HostItem[] = [];
  readonly #valid: ValidModule;
  readonly #imports: ImportedItems;
  readonly #types: readonly MemoryType[];
  readonly #lengths: readonly (number | undefined)[];
  readonly #indices: number[] = [];

  /** Declares the memories in the host module, behind the heap. */
  constructor(
    valid: ValidModule,
    host: HostModule,
    imports: ImportedItems,
    options: LowerOptions,
    placement: Placement,
  ) {
    this.#valid = valid;
    this.#imports = imports;
    this.#types = valid.memories.map((type) => hostType(type, options));
    this.#lengths = placement.memoryLengths;
    // A shared memory is one for all agents, so even the module's own comes from outside.
    const isOutside = valid.memories.map(({ shared }, index) => shared || index < valid.imports.memory);
    this.#assignIndices(isOutside);
    this.#types.forEach((type, index) => {
      const outside = isOutside[index] === true;
      const memory = outside
        ? imports.item("memory", index, { kind: "memory", type })
        : host.memory(`memory ${index}`, type);
      this.items.push(memory);
      if (!outside) host.export(`memory ${index}`, "memory", memory);
    });
  }

  /** Memories from outside come first, behind the heap. */
  #assignIndices(isOutside: readonly boolean[]): void {
    let next = 1;
    for (const wanted of [true, false]) {
      for (const [index, outside] of isOutside.entries()) if (outside === wanted) this.#indices[index] = next++;
    }
  }

  /** The host's index of a memory. */
  hostIndex(index: number): number {
    return this.#indices[index] as number;
  }

  type(index: number): MemoryType {
    return this.#valid.memories[index] as MemoryType;
  }

  item(index: number): HostItem {
    return this.items[index] as HostItem;
  }

  /** Whether sizes and addresses are the host's own. */
  isDirect(index: number): boolean {
    return !this.hasBytePages(index) && !this.isNarrowed(index);
  }

  hasBytePages(index: number): boolean {
    return this.type(index).pageSizeLog2 !== HOST_PAGE_LOG2;
  }

  /** Whether addresses have 64 bits in the module and 32 bits on the host. */
  isNarrowed(index: number): boolean {
    return this.type(index).is64 && this.#types[index]?.is64 === false;
  }

  /**
   * Pushes the address of a block; the length in bytes of a memory with pages of a byte, an i64, is at the offset that
   * is returned.
   */
  pushLengthCell(code: HostCode, index: number): number {
    const offset = this.#lengths[index];
    if (offset !== undefined) {
      code.globalGet(this.#imports.base("shared"));
      return offset;
    }
    code.globalGet(this.#imports.number("memorylength", index));
    return 0;
  }

  /** Pushes that length. */
  pushByteLength(code: HostCode, index: number): void {
    const offset = this.pushLengthCell(code, index);
    code.access(this.type(index).shared ? "i64.atomic.load" : "i64.load", offset);
  }

  /** The most bytes that a memory with pages of a byte can have. */
  maximumBytes(index: number): bigint {
    const { maximum, is64 } = this.type(index);
    const limit = is64 && !this.isNarrowed(index) ? MAXIMUM_PAGES_64 * HOST_PAGE : 2n ** 32n - 1n;
    return maximum !== undefined && maximum < limit ? maximum : limit;
  }

  /** What linking needs to know. */
  describe(): readonly LoweredMemory[] {
    return this.#valid.memories.map((memory, index) => ({
      ...memory,
      imported: index < this.#valid.imports.memory,
      host: this.#types[index] as MemoryType,
      lengthOffset: this.#lengths[index],
    }));
  }
}
