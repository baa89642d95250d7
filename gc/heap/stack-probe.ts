/**
 * Makes sure that the host's stack has room before the heap runtime begins what it must not leave half done: hosts
 * raise an error where a call finds the stack exhausted, and that may be any call.
 *
 * The probe is a wasm function with a frame of 8 KB, most of which is for values of a path that is never taken: hosts
 * check at a function's entry whether its whole frame fits. It calls itself as often as it is told to. A probe of 16 KB
 * takes some nanoseconds.
 */
import { engine } from "../../core/base/engine.ts";
import { Writer } from "../../core/binary/writer.ts";

/** Values that live across calls: each takes 8 bytes of the frame. */
const FRAME_VALUES = 1000;

const I32 = 0x7f;
const F64 = 0x7c;
const localGet = 0x20;
const call = 0x10;
const zero = [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
const end = 0x0b;

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
  const writer = new Writer();
  writer.bytes(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  writer.section(1, (types) => types.bytes(Uint8Array.of(2, 0x60, 0, 1, F64, 0x60, 1, I32, 1, F64)));
  writer.section(2, (imports) => {
    imports.u32(1);
    imports.name("env");
    imports.name("value");
    imports.bytes(Uint8Array.of(0, 0));
  });
  writer.section(3, (functions) => functions.bytes(Uint8Array.of(1, 1)));
  writer.section(7, (exports) => {
    exports.u32(1);
    exports.name("probe");
    exports.bytes(Uint8Array.of(0, 1));
  });
  writer.section(10, (code) => {
    code.u32(1);
    code.sized(writeBody);
  });
  return writer.finish();
}

function writeBody(body: Writer): void {
  body.u32(1);
  body.u32(FRAME_VALUES);
  body.u8(F64);
  body.bytes(Uint8Array.of(localGet, 0, 0x41, 0, 0x48, 0x04, 0x40));
  for (let i = 1; i <= FRAME_VALUES; i++) {
    body.bytes(Uint8Array.of(call, 0, 0x21));
    body.u32(i);
  }
  body.bytes(Uint8Array.from(zero));
  for (let i = 1; i <= FRAME_VALUES; i++) {
    body.u8(localGet);
    body.u32(i);
    body.u8(0xa0);
  }
  body.bytes(Uint8Array.of(0x0f, end));
  body.bytes(Uint8Array.of(localGet, 0, 0x45, 0x04, F64, ...zero, 0x05, localGet, 0, 0x41, 1, 0x6b, call, 1, end, end));
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
