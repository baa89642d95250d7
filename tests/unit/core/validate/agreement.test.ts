/** Validation accepts and refuses what the host does, for modules of the standard. */
import { expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { featureSet } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { validateModule } from "../../../../core/validate/validate.ts";

/** What hosts have. */
const standard = featureSet(
  [],
  [
    "relaxed-atomics",
    "custom-descriptors",
    "stack-switching",
    "wide-arithmetic",
    "half-precision",
    "custom-page-sizes",
    "memory-control",
  ],
);

const programs = [
  `(module
    (type $list (struct (field i32) (field (mut (ref null $list)))))
    (type $bytes (array (mut i8)))
    (global $g (mut (ref null $list)) (ref.null $list))
    (func (export "push") (param $value i32) (result i32)
      (global.set $g (struct.new $list (local.get $value) (global.get $g)))
      (struct.get $list 0 (ref.as_non_null (global.get $g))))
    (func (param (ref null $bytes) i32) (result i32)
      (array.set $bytes (local.get 0) (i32.const 0) (local.get 1))
      (i32.add (array.get_u $bytes (local.get 0) (local.get 1)) (array.len (local.get 0))))
    (func (param anyref) (result i32)
      (block $l (result (ref $list)) (br_on_cast $l anyref (ref $list) (local.get 0)) (return (ref.is_null)))
      (struct.get $list 0)))`,
  `(module
    (type $unary (func (param i64) (result i64)))
    (table $t 4 funcref) (memory 1 2) (tag $e (param i32))
    (elem (i32.const 0) $twice $loop)
    (data (i32.const 8) "data")
    (func $twice (type $unary) (i64.mul (local.get 0) (i64.const 2)))
    (func $loop (type $unary) (local i64)
      (loop $l (local.set 1 (i64.add (local.get 1) (local.get 0)))
        (br_if $l (i64.ne (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
      (local.get 1))
    (func (param i32 i64) (result i64) (call_indirect (type $unary) (local.get 1) (local.get 0)))
    (func (param i32) (i64.store offset=8 (local.get 0) (i64.load32_u (local.get 0))))
    (func (param i32) (result i32)
      (block $h (result i32) (try_table (result i32) (catch $e $h) (if (local.get 0) (then (throw $e (i32.const 3)))) (i32.const 1))))
    (func (param i32) (result f64)
      (block (block (block (br_table 0 1 2 (local.get 0))) (return (f64.const 1))) (return (f64.const 2))) (f64.const 3))
    (func (param v128) (result v128) (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 31 (local.get 0) (i32x4.add (local.get 0) (local.get 0))))
    (start $s) (func $s))`,
];

function isAccepted(bytes: Uint8Array): boolean {
  try {
    validateModule(decodeModule(bytes, standard), undefined, standard);
    return true;
  } catch (error) {
    if (error instanceof CompileError) return false;
    throw error;
  }
}

/** Limits and reference types of the host in dead code are its own. */
function isHostsOwn(bytes: Uint8Array): boolean {
  try {
    new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    return false;
  } catch (error) {
    return /implementation limit/.test(String(error));
  }
}

test.each(programs.map((text, index) => ({ program: `program ${index + 1}`, text, seed: index + 1 })))(
  "on $program and 4,000 mutations of it",
  ({ text, seed }) => {
    const original = encodeModule(parseModule(text));
    expect(isAccepted(original)).toBe(true);
    expect(WebAssembly.validate(original)).toBe(true);
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    let accepted = 0;
    for (let i = 0; i < 4000; i++) {
      const bytes = original.slice();
      for (let changes = 1 + random(2); changes > 0; changes--) {
        const at = 8 + random(bytes.length - 8);
        bytes[at] = random(2) === 0 ? random(256) : (bytes[8 + random(bytes.length - 8)] as number);
      }
      const ours = isAccepted(bytes);
      if (ours) accepted++;
      if (ours !== WebAssembly.validate(bytes))
        expect(isHostsOwn(bytes), Buffer.from(bytes).toString("hex")).toBe(true);
    }
    expect(accepted).toBeGreaterThan(100);
  },
);
