/**
 * Makes sure that the host's stack has room before the heap runtime begins what it must not leave half done: hosts
 * raise an error where a call finds the stack exhausted, and that may be any call.
 *
 * The probe is a wasm function with a frame of 8 KB, most of which is for values of a path that is never taken: hosts
 * check at a function's entry whether its whole frame fits. It calls itself as often as it is told to. A probe of 16 KB
 * takes some nanoseconds.
 */
import { engine } from "../../core/base/engine.ts";
import { encodeSmallModule, NO_RESULT, type Part } from "../../core/binary/small-module.ts";
import { F64, I32 } from "../../core/types/types.ts";

/** Values that live across calls: each takes 8 bytes of the frame. */
const FRAME_VALUES = 1000;

/**
 * (module
 *   (import "env" "value" (func $value (result f64)))
 *   (func $probe (export "probe") (param $levels i32) (result f64) (local f64 ...)
 *     (if (i32.lt_s (local.get $levels) (i32.const 0))
 *       (then (local.set 1 (call $value)) (local.set 2 (call $value)) ... (return (f64.add (local.get 1) ...))))
 *     (if (result f64) (i32.eqz (local.get $levels))
 *       (then (f64.const 0))
 *       (else (call $probe (i32.sub (local.get $levels) (i32.const 1)))))))
 */
function probeModule(): Uint8Array<ArrayBuffer> {
  return encodeSmallModule({
    types: [
      { params: [], results: [F64] },
      { params: [I32], results: [F64] },
    ],
    imports: [{ module: "env", name: "value", type: { kind: "func", type: 0, exact: false } }],
    functions: [{ type: 1, locals: [{ count: FRAME_VALUES, type: F64 }], code: probeCode() }],
    exports: [{ name: "probe", kind: "func", index: 1 }],
  });
}

function probeCode(): readonly Part[] {
  const values = Array.from({ length: FRAME_VALUES }, (_, i) => i + 1);
  return [
    ...["local.get", 0, "i32.const", 0, "i32.lt_s", "if", NO_RESULT],
    ...values.flatMap((local) => ["call", 0, "local.set", local]),
    ...["f64.const", 0],
    ...values.flatMap((local) => ["local.get", local, "f64.add"]),
    ...["return", "end"],
    ...["local.get", 0, "i32.eqz", "if", F64, "f64.const", 0, "else"],
    ...["local.get", 0, "i32.const", 1, "i32.sub", "call", 1, "end"],
  ];
}

/** Whether there is so much room. */
export function hasStack(probe: StackProbe, levels: number): boolean {
  try {
    probe(levels);
    return true;
  } catch {
    return false;
  }
}

let compiled: WebAssembly.Module | undefined;

/** Raises what the host raises for an exhausted stack, unless there is room for `1 + levels` times 8 KB. */
export type StackProbe = (levels: number) => number;

export function createStackProbe(): StackProbe {
  compiled ??= new engine.Module(probeModule());
  return new engine.Instance(compiled, { env: { value: () => 0 } }).exports["probe"] as StackProbe;
}
