/** Sizes: of memories and tables (core 3.2.12, 3.2.15 and 3.2.16), and how much of everything a module may have. */
import { limits } from "../binary/sections.ts";
import { invalidAt } from "../types/invalid.ts";
import type { Limits, MemoryType, ModuleParts } from "../types/module.ts";
import type { RecGroup } from "../types/types.ts";

const STANDARD_PAGE = 16;

/** Refuses modules with more of anything than engines take. A binary was measured while it was read, a text was not. */
export function checkCounts(module: ModuleParts): void {
  const limit = (what: string, count: number, maximum: number, offset = 0): void => {
    if (count > maximum)
      invalidAt(module, offset, "limit", `the module has ${count} ${what}`, `at most ${maximum} ${what}`);
  };
  const imported = (kind: string): number => module.imports.filter(({ type }) => type.kind === kind).length;
  limit("types", module.types.length, limits.types);
  limit("functions", module.functions.length, limits.functions);
  limit("imports", module.imports.length, limits.imports);
  limit("exports", module.exports.length, limits.exports);
  limit("globals", module.globals.length, limits.globals);
  limit("tags", module.tags.length, limits.tags);
  limit("data segments", module.data.length, limits.dataSegments);
  limit("element segments", module.elements.length, limits.elementSegments);
  limit("tables", module.tables.length + imported("table"), limits.tables);
  limit("memories", module.memories.length + imported("memory"), limits.memories);
  for (const group of module.recGroups) checkShapes(group, limit);
  for (const { module: from, name, offset } of module.imports) {
    limit("bytes in a name", byteLength(from), limits.nameBytes, offset);
    limit("bytes in a name", byteLength(name), limits.nameBytes, offset);
  }
  for (const { name, offset } of module.exports) limit("bytes in a name", byteLength(name), limits.nameBytes, offset);
}

type Check = (what: string, count: number, maximum: number, offset?: number) => void;

function checkShapes({ types, offset }: RecGroup, limit: Check): void {
  for (const { composite } of types) {
    if (composite.kind === "func") {
      limit("parameters in a type", composite.params.length, limits.parameters, offset);
      limit("results in a type", composite.results.length, limits.results, offset);
    } else if (composite.kind === "struct") {
      limit("fields in a type", composite.fields.length, limits.fields, offset);
    }
  }
}

const encoder = new TextEncoder();

/** The length in UTF-8, counted only where it matters. */
function byteLength(name: string): number {
  return name.length * 3 <= limits.nameBytes ? name.length : encoder.encode(name).length;
}

/** Core 3.2.12 "Limits": both in the range `0 .. maximum`, and the minimum not above the maximum. */
function checkRange(module: ModuleParts, offset: number, limits: Limits, maximum: bigint, tooLarge: string): void {
  if (limits.minimum > maximum || (limits.maximum !== undefined && limits.maximum > maximum)) {
    invalidAt(module, offset, "limits", tooLarge, `at most ${maximum}`);
  }
  if (limits.maximum !== undefined && limits.minimum > limits.maximum) {
    invalidAt(
      module,
      offset,
      "limits",
      "size minimum must not be greater than maximum",
      `a minimum of at most ${limits.maximum}`,
    );
  }
}

/** Core 3.2.15 "Memory types"; custom page sizes; threads. */
export function checkMemory(module: ModuleParts, offset: number, memory: MemoryType): void {
  const { pageSizeLog2, is64 } = memory;
  if (pageSizeLog2 !== STANDARD_PAGE && pageSizeLog2 !== 0) {
    invalidAt(
      module,
      offset,
      "page-size",
      `invalid custom page size: 2^${pageSizeLog2} bytes`,
      "a page of 1 or of 65536 bytes",
    );
  }
  const bits = is64 ? 64 : 32;
  const last = (1n << BigInt(bits)) - 1n;
  // A size is itself an address: with pages of a byte the last one cannot be there.
  const maximum = pageSizeLog2 === 0 ? last : 1n << BigInt(bits - pageSizeLog2);
  const size = is64 || pageSizeLog2 === 0 ? "" : " (4GiB)";
  checkRange(module, offset, memory, maximum, `memory size must be at most ${maximum} pages${size}`);
  checkProtection(module, offset, memory, maximum);
  if (memory.shared && memory.maximum === undefined) {
    invalidAt(module, offset, "shared-maximum", "shared memory must have maximum", "a maximum size");
  }
}

/**
 * Memory control, "Static memory protection": the limits are those of the writable part, behind the protected pages.
 */
function checkProtection(
  module: ModuleParts,
  offset: number,
  { protection, minimum, maximum }: MemoryType,
  most: bigint,
): void {
  if (protection === undefined) return;
  const whole = BigInt(protection.noAccess) + BigInt(protection.readOnly) + (maximum ?? minimum);
  if (whole > most) {
    invalidAt(
      module,
      offset,
      "limits",
      `memory size must be at most ${most} pages, protected ones included`,
      `at most ${most}`,
    );
  }
}

/**
 * The JS API's limit on the elements of a table, which a module that is compiled has to keep; a maximum may be larger,
 * since it is never reached. No rule of validation: a valid table is as long as its address type can say.
 */
export function checkTableElements(module: ModuleParts): void {
  const check = (offset: number, { minimum }: Limits): void => {
    if (minimum > BigInt(limits.tableElements)) {
      invalidAt(module, offset, "limit", `a table has ${minimum} elements`, `at most ${limits.tableElements} elements`);
    }
  };
  for (const { type, offset } of module.imports) if (type.kind === "table") check(offset, type.type);
  for (const { type, offset } of module.tables) check(offset, type);
}

/** Core 3.2.16 "Table types": the size of a table is a value of its address type. */
export function checkTableSize(module: ModuleParts, offset: number, limits: Limits): void {
  const maximum = (1n << (limits.is64 ? 64n : 32n)) - 1n;
  checkRange(module, offset, limits, maximum, `table size must be at most ${maximum}`);
}
