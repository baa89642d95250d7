/**
 * A stand-in for a function that is not on its agent yet: has it installed at its first call, and calls it. It is WebAssembly and no function of JS, so
 * that operands may be vectors.
 *
 *     (module
 *       (import "" "memory" (memory 1 65536 shared)) (import "" "table" (table 0 funcref)) (import "" "index" (global $index i32))
 *       (import "" "install" (func $install (param i32)))
 *       (func (export "f") (type $t)
 *         ;; references go to the shadow stack: the collector may run while the function is being installed
 *         (i32.store offset=0 (local.get $sp) (local.get 0)) ...
 *         (call $install (i32.add (local.get $sp) (i32.const 4)))
 *         (call_indirect (type $t) (local.get 0) ... (local.get $sp) (global.get $index))))
 */
import { assert } from "../core/base/assert.ts";
import { engine } from "../core/base/engine.ts";
import { encodeHostModule } from "../core/lower/encode-host-module.ts";
import { HostModule } from "../core/lower/host-module.ts";
import { F32, F64, I32, I64, V128, type ValType } from "../core/types.ts";
import { hostType, isHeapAddress, type Signature } from "./kinds.ts";

const WORD = 4;
const MAXIMUM_PAGES = 65536n;
const types = { i32: I32, i64: I64, f32: F32, f64: F64, v128: V128 } as const;
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

function write(signature: Signature): Uint8Array<ArrayBuffer> {
  const lowered = (name: ReturnType<typeof hostType>): ValType => {
    assert(name !== "externref", "shared functions take no references of the host");
    return types[name];
  };
  const operands = signature.params.map((kind) => lowered(hostType(kind)));
  const params = [...operands, I32];
  const results = signature.results.map((kind) => lowered(hostType(kind)));
  const sp = operands.length;
  const host = new HostModule();
  host.importMemory("", "memory", { minimum: 1n, maximum: MAXIMUM_PAGES, shared: true, is64: false, pageSizeLog2: 16 });
  const table = host.importTable("", "table");
  const index = host.importGlobal("", "index", I32, false);
  const install = host.importFunction("", "install", [I32], []);
  const { item, code } = host.function("stand-in", params, results);
  const references = [...signature.params.keys()].filter((i) => isHeapAddress(signature.params[i]!));
  for (const [slot, parameter] of references.entries()) {
    code.get(sp);
    code.get(parameter);
    code.access("i32.store", slot * WORD);
  }
  code.get(sp);
  code.i32(references.length * WORD);
  code.op("i32.add");
  code.call(install);
  for (const parameter of params.keys()) code.get(parameter);
  code.globalGet(index);
  code.callIndirect(host.type(params, results), table, false);
  host.export("f", "func", item);
  return encodeHostModule(host, index, undefined).bytes;
}
