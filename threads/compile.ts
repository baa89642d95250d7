/**
 * From bytes or text to a module that every agent of a store can link: decode or parse, validate, lower, relocate, compile on the host.
 */

import { InternalError } from "../core/base/assert.ts";
import { engine } from "../core/base/engine.ts";
import { CompileError } from "../core/base/errors.ts";
import { decodeModule } from "../core/binary/decode.ts";
import type { FeatureSet } from "../core/features.ts";
import { lowerModule } from "../core/lower/lower.ts";
import type { LoweredModule } from "../core/lower/lowered.ts";
import type { LowerOptions } from "../core/lower/options.ts";
import { parseModule } from "../core/text/parse.ts";
import type { TypeStore } from "../core/type-store.ts";
import type { FuncType } from "../core/types.ts";
import type { ValidModule } from "../core/validate/valid-module.ts";
import { validateModule } from "../core/validate/validate.ts";
import type { TypeRecords } from "../gc/type-records.ts";
import type { CompiledModule } from "./imports.ts";
import type { Kinds } from "./kinds.ts";
import type { ModulePlan } from "./protocol.ts";

/** A module in the binary format, or in the text format. */
export type ModuleSource = ArrayBuffer | SharedArrayBuffer | ArrayBufferView | string;

/** What of a store compilation uses. */
export interface CompileContext {
  readonly types: TypeStore;
  readonly records: TypeRecords;
  readonly kinds: Kinds;
  readonly features: FeatureSet;
  readonly lowering: LowerOptions;
}

/** Decodes or parses, and validates. Raises `CompileError`. */
export function readModule(source: ModuleSource, types: TypeStore, features: FeatureSet): ValidModule {
  const module = typeof source === "string" ? parseModule(source, features) : decodeModule(bytesOf(source), features);
  return validateModule(module, types, features);
}

/** A copy of the bytes: a module must not change while it is read (JS API, "get a copy of the buffer source"). */
function bytesOf(source: Exclude<ModuleSource, string>): Uint8Array {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  if (source instanceof ArrayBuffer || source instanceof SharedArrayBuffer) return new Uint8Array(source).slice();
  throw new TypeError("a module is given as an ArrayBuffer, a view of one, or a text");
}

/** Lowers a valid module for one store and compiles it on the host. */
export function prepareModule(valid: ValidModule, id: number, context: CompileContext): CompiledModule {
  const lowered = lowerModule(valid, context.lowering);
  return { valid, plan: planOf(valid, lowered, id, context, hostModule(relocate(lowered, context.records))) };
}

function hostModule(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  try {
    return new engine.Module(bytes);
  } catch (error) {
    // What was lowered is valid; but the host may have limits of its own, such as the size of a function.
    if (error instanceof engine.CompileError) throw new InternalError(`the host refused the lowered module: ${error.message}`);
    throw error;
  }
}

function planOf(
  valid: ValidModule,
  lowered: LoweredModule,
  id: number,
  { types, kinds }: CompileContext,
  host: WebAssembly.Module,
): ModulePlan {
  const { bytes: _bytes, relocations: _relocations, types: _types, ...rest } = lowered;
  return {
    id,
    host,
    lowered: rest,
    signatures: lowered.functions.map(({ type }) => kinds.signature(type)),
    globals: lowered.globals.map(({ type }) => kinds.of(type)),
    tables: lowered.tables.map(({ element }) => kinds.of(element)),
    tags: valid.tags.map((type) => (types.type(type).composite as FuncType).params.map((param) => kinds.of(param))),
    replicated:
      lowered.functions.some(({ shared, imported }) => shared && !imported) ||
      lowered.globals.some(({ threadLocal, place }) => threadLocal && place.kind !== "imported"),
  };
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

/** Whether a source is a valid module. */
export function isValid(source: ModuleSource, types: TypeStore, features: FeatureSet): boolean {
  try {
    readModule(source, types, features);
    return true;
  } catch (error) {
    if (error instanceof CompileError) return false;
    throw error;
  }
}
