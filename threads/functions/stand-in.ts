/**
 * A stand-in for a function that is not on its agent yet: has it installed at its first call, and calls it. It is
 * WebAssembly and no function of JS, so that operands may be vectors.
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
import { encodeSmallModule } from "../../core/binary/small-module.ts";
import type { ExternType, MemoryType, TableType } from "../../core/types/module.ts";
import { FUNCREF, I32 } from "../../core/types/types.ts";
import { loweredType } from "../values/functions.ts";
import { hostType, isHeapAddress, type Signature } from "../values/kinds.ts";

const WORD = 4;
/** Its base-2 logarithm. */
const WORD_ALIGN = 2;
const MAXIMUM_PAGES = 65536n;
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
export function createStandIn(
  signature: Signature,
  { memory, table, index, install }: StandInOptions,
): WebAssembly.ExportValue {
  const indexGlobal = new engine.Global({ value: "i32" }, index);
  const { f } = new engine.Instance(moduleFor(signature), { "": { memory, table, install, index: indexGlobal } })
    .exports;
  assert(f !== undefined, "the module exports the stand-in");
  return f;
}

/** Stand-ins of functions with the same types and the same references differ in their index alone. */
function moduleFor(signature: Signature): WebAssembly.Module {
  const key = JSON.stringify([
    signature.params.map((kind) => [hostType(kind), isHeapAddress(kind)]),
    signature.results.map(hostType),
  ]);
  let module = modules.get(key);
  if (module === undefined) {
    module = new engine.Module(write(signature));
    modules.set(key, module);
  }
  return module;
}

function write(signature: Signature): Uint8Array<ArrayBuffer> {
  const type = loweredType(signature);
  const sp = signature.params.length;
  const references = [...signature.params.keys()].filter((i) => isHeapAddress(signature.params[i]!));
  const index: ExternType = { kind: "global", type: { type: I32, mutable: false, shared: false, threadLocal: false } };
  return encodeSmallModule({
    types: [type, { params: [I32], results: [] }],
    imports: [
      { module: "", name: "memory", type: { kind: "memory", type: anyMemory } },
      { module: "", name: "table", type: { kind: "table", type: anyTable } },
      { module: "", name: "index", type: index },
      { module: "", name: "install", type: { kind: "func", type: 1, exact: false } },
    ],
    functions: [
      {
        type: 0,
        code: [
          ...references.flatMap((parameter, slot) => [
            "local.get",
            sp,
            "local.get",
            parameter,
            "i32.store",
            WORD_ALIGN,
            slot * WORD,
          ]),
          ...["local.get", sp, "i32.const", references.length * WORD, "i32.add", "call", 0],
          ...type.params.flatMap((_, parameter) => ["local.get", parameter]),
          ...["global.get", 0, "call_indirect", 0, 0],
        ],
      },
    ],
    exports: [{ name: "f", kind: "func", index: 1 }],
  });
}

const anyMemory: MemoryType = { minimum: 1n, maximum: MAXIMUM_PAGES, shared: true, is64: false, pageSizeLog2: 16 };
const anyTable: TableType = { minimum: 0n, maximum: undefined, shared: false, is64: false, element: FUNCREF };
