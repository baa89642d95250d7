/**
 * From bytes or text to a module that every agent of a store can link: decode or parse, validate, lower, relocate,
 * compile on the host.
 */

import { InternalError } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { CompileError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import type { FuncType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import { checkTableElements } from "../../core/validate/limits.ts";
import { validateModule } from "../../core/validate/validate.ts";
import type { TypeRecords } from "../../gc/heap/type-records.ts";
import type { LoweredModule } from "../../lower/host/lowered.ts";
import type { LowerOptions } from "../../lower/host/options.ts";
import { lowerModule } from "../../lower/lower.ts";
import { type CompileOptions, checkOptions } from "../builtins/compile-options.ts";
import type { CompiledModule } from "../link/imports.ts";
import type { ModulePlan } from "../link/plans.ts";
import type { Kinds } from "../values/kinds.ts";

/** A module in the binary format, or in the text format. */
export type ModuleSource = ArrayBuffer | SharedArrayBuffer | ArrayBufferView | string;
/** Bytes that nobody else changes, or a text. */
export type StableSource = Uint8Array | string;

/** What of a store compilation uses. */
export interface CompileContext {
  readonly types: TypeStore;
  readonly records: TypeRecords;
  readonly kinds: Kinds;
  readonly features: FeatureSet;
  readonly lowering: LowerOptions;
}

/** The source as it is now: a module must not change while it is read (JS API, "get a copy of the buffer source"). */
export function stableSource(source: unknown): StableSource {
  if (typeof source === "string") return source;
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  if (isBuffer(source)) return new Uint8Array(source).slice();
  throw new TypeError("a module is given as an ArrayBuffer, a SharedArrayBuffer, a view of one, or a text");
}

const bufferLengths = [ArrayBuffer, globalThis.SharedArrayBuffer].flatMap((buffer) => {
  const getter =
    buffer === undefined ? undefined : Object.getOwnPropertyDescriptor(buffer.prototype, "byteLength")?.get;
  return getter === undefined ? [] : [getter];
});

/** Whether a value is a buffer, of whichever realm. */
function isBuffer(value: unknown): value is ArrayBuffer {
  return bufferLengths.some((byteLength) => {
    try {
      byteLength.call(value);
      return true;
    } catch {
      return false;
    }
  });
}

/** Decodes or parses, and validates. Raises `CompileError`. */
export function readModule(
  source: StableSource,
  types: TypeStore,
  features: FeatureSet,
  options: CompileOptions,
): ValidModule {
  const module = typeof source === "string" ? parseModule(source, features) : decodeModule(source, features);
  const valid = validateModule(module, types, features);
  checkTableElements(module);
  checkOptions(valid, options);
  return valid;
}

/** A module that is lowered for one store, before the host compiles it. */
export interface PreparedModule {
  /** What the host compiles. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The module, with what the host made of it. */
  finish(host: WebAssembly.Module): CompiledModule;
}

/**
 * Host modules have names of their own, also where there are several stores: stack traces of the host tell modules by
 * them.
 */
let hostModules = 0;

/** Lowers a valid module for one store. */
export function prepareModule(
  valid: ValidModule,
  id: number,
  context: CompileContext,
  options: CompileOptions,
): PreparedModule {
  const lowered = lowerModule(valid, { ...context.lowering, name: `heddle-${hostModules++}` });
  const bytes = relocate(lowered, context.records);
  return {
    bytes,
    finish: (host) => ({ valid, options, plan: planOf(valid, lowered, id, context, host), code: bytes }),
  };
}

/** Has the host compile a lowered module. */
export function hostModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new engine.Module(bytes);
  } catch (error) {
    throw refusal(error);
  }
}

/** The same, on threads of the host's. */
export async function hostModuleLater(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  try {
    return await engine.compile(bytes);
  } catch (error) {
    throw refusal(error);
  }
}

/** How hosts say that a module is beyond their limits. */
const limitMessage = /limit|maximum|too (?:large|big|many)|exceed|out of memory/i;

/**
 * What was lowered is valid; but the host has limits of its own, such as the size of a function, to which what lowering
 * adds counts.
 */
function refusal(error: unknown): unknown {
  if (!(error instanceof engine.CompileError)) return error;
  const message = `the host refused the lowered module: ${error.message}`;
  return limitMessage.test(error.message)
    ? new CompileError(message, { code: "host-limit", cause: error })
    : new InternalError(message);
}

function planOf(
  valid: ValidModule,
  lowered: LoweredModule,
  id: number,
  { types, kinds }: CompileContext,
  host: WebAssembly.Module,
): ModulePlan {
  const { bytes: _bytes, relocations: _relocations, types: _types, ...rest } = lowered;
  const replicated =
    lowered.functions.some(({ shared, imported }) => shared && !imported) ||
    lowered.globals.some(({ threadLocal, place }) => threadLocal && place.kind !== "imported");
  return {
    id,
    host,
    lowered: rest,
    signatures: lowered.functions.map(({ type }) => kinds.signature(type)),
    globals: lowered.globals.map(({ type }) => kinds.of(type)),
    tables: lowered.tables.map(({ element }) => kinds.of(element)),
    tags: valid.tags.map((type) => (types.type(type).composite as FuncType).params.map((param) => kinds.of(param))),
    replicated,
    collectable: !replicated && isCollectable(lowered),
  };
}

/**
 * Whether a module has no functions that references lead to, and no items in its shared block, which others may have.
 */
function isCollectable({ refersToFunctions, globals, tables, memories }: LoweredModule): boolean {
  return (
    !refersToFunctions &&
    globals.every(({ place }) => place.kind !== "shared") &&
    tables.every(({ imported, shared }) => imported || !shared) &&
    memories.every(({ imported, lengthOffset }) => imported || lengthOffset === undefined)
  );
}

/** The bytes of a lowered module with the addresses of this store's type records. */
function relocate(lowered: LoweredModule, records: TypeRecords): Uint8Array<ArrayBuffer> {
  for (const type of lowered.types) records.addressOf(type);
  const bytes = lowered.bytes.slice();
  for (const { offset, type } of lowered.relocations) {
    let value = records.addressOf(type) | 0;
    for (let i = 0; i < 5; i++) {
      bytes[offset + i] = (value & 0x7f) | (i < 4 ? 0x80 : 0);
      value >>= 7;
    }
  }
  return bytes;
}

/** Whether a source is a valid module, and fits the options. */
export function isValid(
  source: StableSource,
  types: TypeStore,
  features: FeatureSet,
  options: CompileOptions,
): boolean {
  try {
    readModule(source, types, features, options);
    return true;
  } catch (error) {
    if (error instanceof CompileError) return false;
    throw error;
  }
}
