import { describe, expect, test } from "vitest";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import { noNames } from "../../../../../core/types/module.ts";

function printed(source: string, fold = false): string {
  return printModule(decodeModule(encodeModule(parseModule(source))), { fold });
}
function roundTrips(source: string): void {
  const bytes = encodeModule(parseModule(source));
  for (const fold of [false, true]) {
    const again = encodeModule(parseModule(printModule(decodeModule(bytes), { fold })));
    // Comparing as text is far faster on large modules than element by element.
    expect(Buffer.from(again).toString("hex")).toBe(Buffer.from(bytes).toString("hex"));
  }
}

const program = `(module $all
  (type $node (sub (shared (struct (field $value (mut i32)) (field $next (mut (ref null $node)))))))
  (rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))
  (type $f (func (param i32) (result i32)))
  (type $k (cont $f))
  (import "m" "g" (global $g (shared mut i32)))
  (table $t i64 1 10 funcref)
  (memory $m 1 2 shared)
  (tag $e (param i32))
  (global $l (thread_local mut f32) (f32.const nan:0x1))
  (export "run" (func $run))
  (elem $seg (table $t) (i64.const 0) func $run)
  (elem declare func $run)
  (func $run (type $f) (param $x i32) (result i32)
    (local $n (ref null $node)) (local i64 i64) (local $"two words" f64)
    (block $out (result i32)
      (loop $again
        (br_if $again (i32.eqz (local.get $x)))
        (struct.atomic.set acq_rel $node $value (local.get $n) (i32.const -1)))
      (try_table (catch $e $out) (catch_all 1) (throw $e (i32.const 3)))
      (@metadata.code.branch_hint "\\00")
      (if (result i32) (local.get $x) (then (i32.const 1)) (else (unreachable)))))
  (func $resume (param $c (ref $k))
    (block $h (result (ref $k))
      (drop (resume $k (on $e $h) (i32.const 1) (local.get $c))) (return))
    drop
    (v128.store offset=16 align=1 (i32.const 0) (v128.const f32x4 1 2 nan -0)))
  (data $d (i32.const 0) "\\00bytes\\ff")
  (@custom "mine" (after import) "payload"))`;

describe("printing", () => {
  test("flat and folded text parse back to the same bytes", () => {
    roundTrips(program);
  });
  test("names are kept", () => {
    const text = printed(program);
    for (const name of ["$all", "$node", "$value", "$next", "$run", "$x", '$"two words"', "$again", "$out", "$seg"])
      expect(text).toContain(name);
  });
  test("the folded form puts operands inside", () => {
    expect(printed("(func (param i32) (drop (i32.add (local.get 0) (i32.const 1))))", true)).toContain(
      "(drop (i32.add (local.get 0) (i32.const 1)))",
    );
  });
  test("names that two items share, or that are empty, are kept in annotations", () => {
    const module = parseModule("(module (func) (func) (func))");
    const names = {
      ...noNames(),
      functions: new Map([
        [0, "f"],
        [1, "f"],
        [2, ""],
      ]),
    };
    const text = printModule({ ...module, names });
    expect([...parseModule(text).names.functions]).toEqual([
      [0, "f"],
      [1, "f"],
      [2, ""],
    ]);
  });
  test("a hidden label is printed as a number", () => {
    roundTrips("(func (block $a (block $a (br 1) (br $a))))");
  });
  test("a hundred thousand nested blocks need no host stack and no mountain of blanks", () => {
    const deep = 100_000;
    roundTrips(`(func ${"block ".repeat(deep)}${"end ".repeat(deep)})`);
  });
  test("metadata that belongs to no instruction stays a custom section", () => {
    const module = parseModule("(module (func nop))");
    const bytes = Uint8Array.of(1, 0, 1, 99, 1, 1);
    const text = printModule({
      ...module,
      customs: [{ name: "metadata.code.branch_hint", bytes, after: 3, offset: 0 }],
    });
    expect(text).toContain("(@custom");
    expect(parseModule(text).customs[0]?.bytes).toEqual(bytes);
  });
});
