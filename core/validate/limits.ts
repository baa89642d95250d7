/** Sizes: of memories and tables (core 3.2.12, 3.2.15 and 3.2.16), and how many items a module may have. */
import { invalidAt } from "../invalid.ts";
import type { Limits, MemoryType, ModuleParts } from "../module.ts";

/** WebAssembly JavaScript Interface, "Implementation-defined Limits". */
const MAX_ITEMS = 1_000_000;
const MAX_SEGMENTS = 100_000;
const MAX_ELEMENT_SEGMENTS = 10_000_000;
const MAX_TABLES = 100_000;
const MAX_MEMORIES = 100;

const STANDARD_PAGE = 16;

/** Refuses modules with more items than any engine takes. */
export function checkCounts(module: ModuleParts): void {
  const limit = (what: string, count: number, maximum: number): void => {
    if (count > maximum) invalidAt(module, 0, "limit", `the module has ${count} ${what}`, `at most ${maximum} ${what}`);
  };
  const imported = (kind: string): number => module.imports.filter(({ type }) => type.kind === kind).length;
  limit("types", module.types.length, MAX_ITEMS);
  limit("functions", module.functions.length, MAX_ITEMS);
  limit("imports", module.imports.length, MAX_ITEMS);
  limit("exports", module.exports.length, MAX_ITEMS);
  limit("globals", module.globals.length, MAX_ITEMS);
  limit("tags", module.tags.length, MAX_ITEMS);
  limit("data segments", module.data.length, MAX_SEGMENTS);
  limit("element segments", module.elements.length, MAX_ELEMENT_SEGMENTS);
  limit("tables", module.tables.length + imported("table"), MAX_TABLES);
  limit("memories", module.memories.length + imported("memory"), MAX_MEMORIES);
}

/** Core 3.2.12 "Limits": both in the range `0 .. maximum`, and the minimum not above the maximum. */
function checkRange(module: ModuleParts, offset: number, limits: Limits, maximum: bigint, tooLarge: string): void {
  if (limits.minimum > maximum || (limits.maximum !== undefined && limits.maximum > maximum)) {
    invalidAt(module, offset, "limits", tooLarge, `at most ${maximum}`);
  }
  if (limits.maximum !== undefined && limits.minimum > limits.maximum) {
    invalidAt(module, offset, "limits", "size minimum must not be greater than maximum", `a minimum of at most ${limits.maximum}`);
  }
}

/** Core 3.2.15 "Memory types"; custom page sizes; threads. */
export function checkMemory(module: ModuleParts, offset: number, memory: MemoryType): void {
  const { pageSizeLog2, is64 } = memory;
  if (pageSizeLog2 !== STANDARD_PAGE && pageSizeLog2 !== 0) {
    invalidAt(module, offset, "page-size", `invalid custom page size: 2^${pageSizeLog2} bytes`, "a page of 1 or of 65536 bytes");
  }
  const bits = is64 ? 64 : 32;
  const last = (1n << BigInt(bits)) - 1n;
  // A size is itself an address: with pages of a byte the last one cannot be there.
  const maximum = pageSizeLog2 === 0 ? last : 1n << BigInt(bits - pageSizeLog2);
  const size = is64 || pageSizeLog2 === 0 ? "" : " (4GiB)";
  checkRange(module, offset, memory, maximum, `memory size must be at most ${maximum} pages${size}`);
  if (memory.shared && memory.maximum === undefined) {
    invalidAt(module, offset, "shared-maximum", "shared memory must have maximum", "a maximum size");
  }
}

/** Core 3.2.16 "Table types": the size of a table is a value of its address type. */
export function checkTableSize(module: ModuleParts, offset: number, limits: Limits): void {
  const maximum = (1n << (limits.is64 ? 64n : 32n)) - 1n;
  checkRange(module, offset, limits, maximum, `table size must be at most ${maximum}`);
}
