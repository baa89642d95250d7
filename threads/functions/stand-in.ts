/**
 * A stand-in for a function that is not on its agent yet: has it installed at its first call, and calls it. It is WebAssembly and no function of JS, so
 * that operands may be vectors.
 *
 *     (module
 *       (import "" "memory" (memory 1 65536 shared))
 *       (import "" "table" (table 0 funcref))
 *       (import "" "index" (global $index i32))
 *       (import "" "install" (func $install (param i32)))
 *       (func (export "f") (type $t)
 *         ;; references go to the shadow stack: the collector may run while the function is being installed
 *         (i32.store offset=0 (local.get $sp) (local.get 0)) ...
 *         (call $install (i32.add (local.get $sp) (i32.const 4)))
 *         (call_indirect (type $t) (local.get 0) ... (local.get $sp) (global.get $index))))
 */
import { assert } from "../../core/base/assert.ts";
import { engine } from "../../core/base/engine.ts";
import { leb, typeCodes } from "../values/functions.ts";
import { hostType, isHeapAddress, type Signature } from "../values/kinds.ts";

const WORD = 4;
const MAXIMUM_PAGES = 65536;
const modules = new Map<string, WebAssembly.Module>();

/** What a stand-in works with. */
export interface StandInOptions {
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  /** The function's index in the table, where it is after `install`. */
  readonly index: number;
  /** Installs, with the shadow stack up to `sp`. */
  readonly install: (sp: number) => void;
}

/** The stand-in for a function with this signature, whose values are all shared. */
export function createStandIn(signature: Signature, { memory, table, index, install }: StandInOptions): WebAssembly.ExportValue {
  const indexGlobal = new engine.Global({ value: "i32" }, index);
  const { f } = new engine.Instance(moduleFor(signature), { "": { memory, table, install, index: indexGlobal } }).exports;
  assert(f !== undefined, "the module exports the stand-in");
  return f;
}

/** Stand-ins of functions with the same types and the same references differ in their index alone. */
function moduleFor(signature: Signature): WebAssembly.Module {
  const key = JSON.stringify([signature.params.map((kind) => [hostType(kind), isHeapAddress(kind)]), signature.results.map(hostType)]);
  let module = modules.get(key);
  if (module === undefined) {
    module = new engine.Module(write(signature));
    modules.set(key, module);
  }
  return module;
}

/** By hand: agents that run need it soon, and a stand-in is among the first things that a fresh agent does. */
function write({ params, results }: Signature): Uint8Array<ArrayBuffer> {
  const sp = params.length;
  const references = [...params.keys()].filter((i) => isHeapAddress(params[i]!));
  const types = [...params.map((kind) => typeCodes[hostType(kind)]), typeCodes.i32];
  const type = [0x60, ...vector(types), ...vector(results.map((kind) => typeCodes[hostType(kind)]))];
  const spills = references.flatMap((parameter, slot) => [0x20, ...leb(sp), 0x20, ...leb(parameter), 0x36, 2, ...leb(slot * WORD)]);
  // The constant is padded: a signed LEB128 whose first byte would look negative goes on.
  const top = [0x20, ...leb(sp), 0x41, ((references.length * WORD) & 0x7f) | 0x80, (references.length * WORD) >>> 7, 0x6a];
  const operands = [...types.keys()].flatMap((parameter) => [0x20, ...leb(parameter)]);
  const body = [0x00, ...spills, ...top, 0x10, 0x00, ...operands, 0x23, 0x00, 0x11, 0x00, 0x00, 0x0b];
  const imports = [
    ...[...name(""), ...name("memory"), 0x02, 0x03, 0x01, ...leb(MAXIMUM_PAGES)],
    ...[...name(""), ...name("table"), 0x01, 0x70, 0x00, 0x00],
    ...[...name(""), ...name("index"), 0x03, typeCodes.i32, 0x00],
    ...[...name(""), ...name("install"), 0x00, 0x01],
  ];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [0x02, ...type, 0x60, 0x01, typeCodes.i32, 0x00]),
    ...section(2, [0x04, ...imports]),
    ...section(3, [0x01, 0x00]),
    ...section(7, [0x01, ...name("f"), 0x00, 0x01]),
    ...section(10, [0x01, ...vector(body)]),
  ]);
}

const vector = (items: readonly number[]): number[] => [...leb(items.length), ...items];
const section = (id: number, contents: readonly number[]): number[] => [id, ...vector(contents)];
const name = (text: string): number[] => vector([...text].map((letter) => letter.charCodeAt(0)));
