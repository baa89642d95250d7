import { describe, expect, test } from "vitest";
import { expectInvalid, validate } from "./validate.fixture.ts";

const types = `
  (type $point (struct (field $x i32) (field $tag i8) (field $next (mut (ref null $point)))))
  (type $open (sub (struct (field i32))))
  (type $sub (sub $open (struct (field i32) (field i64))))
  (type $bytes (array (mut i8)))
  (type $fixed (array i32))
  (type $refs (array (mut anyref)))
  (type $strict (array (ref any)))
  (type $f (func (param i32) (result i32)))`;
const body = (code: string, signature = ""): string => `(module ${types} (func ${signature} ${code}))`;

describe("structures and arrays", () => {
  test.each([
    ["new takes the fields in order", `(drop (struct.new $point (i32.const 1) (i32.const 2) (ref.null $point)))`],
    ["a packed field is read with a sign", `(drop (struct.get_u $point $tag (struct.new_default $point)))`],
    ["a subtype may stand for its supertype", `(drop (struct.get $open 0 (struct.new_default $sub)))`],
    [
      "array elements are set",
      `(array.set $bytes (array.new_default $bytes (i32.const 1)) (i32.const 0) (i32.const 2))`,
    ],
    ["a fixed array takes its count", `(drop (array.new_fixed $fixed 3 (i32.const 1) (i32.const 2) (i32.const 3)))`],
    ["any array has a length", `(drop (array.len (ref.null array)))`],
    ["null takes the place of any object", `(drop (struct.get $point $x (ref.null none)))`],
  ])("%s", (_claim, code) => {
    validate(body(code));
  });

  test.each([
    [
      "a packed field read without a sign",
      `(drop (struct.get $point $tag (struct.new_default $point)))`,
      "type mismatch: can only use struct",
    ],
    [
      "a whole field read with a sign",
      `(drop (struct.get_s $point $x (struct.new_default $point)))`,
      "type mismatch: cannot use struct.get_s",
    ],
    [
      "an immutable field written",
      `(struct.set $point $x (struct.new_default $point) (i32.const 1))`,
      "immutable field",
    ],
    [
      "an immutable array written",
      `(array.set $fixed (array.new_default $fixed (i32.const 1)) (i32.const 0) (i32.const 2))`,
      "immutable array",
    ],
    ["a field that does not exist", `(drop (struct.get $open 1 (struct.new_default $open)))`, "unknown field 1"],
    [
      "a default for a non-null element",
      `(drop (array.new_default $strict (i32.const 1)))`,
      "type mismatch: (ref any) is not defaultable",
    ],
    [
      "a copy between unlike arrays",
      `(array.copy $bytes $fixed (ref.null $bytes) (i32.const 0) (ref.null $fixed) (i32.const 0) (i32.const 0))`,
      "array types do not match",
    ],
    ["a structure used as an array", `(drop (array.len (struct.new_default $point)))`, "type mismatch"],
    [
      "a supertype where its subtype is wanted",
      `(drop (struct.get $sub 1 (struct.new_default $open)))`,
      "type mismatch: instruction requires [(ref null $sub)] but stack has [(ref (exact $open))]",
    ],
    ["bytes of references", `(drop (array.new_data $refs 0 (i32.const 0) (i32.const 0)))`, "array type is not numeric"],
  ])("%s is refused", (_what, code, phrase) => {
    expectInvalid(body(code), phrase);
  });
});

describe("casts", () => {
  test("stay in one hierarchy", () => {
    validate(body(`(drop (ref.cast (ref $sub) (local.get 0)))`, "(param anyref)"));
    expectInvalid(body(`(drop (ref.cast (ref $f) (local.get 0)))`, "(param anyref)"), "type mismatch");
    expectInvalid(body(`(drop (ref.test (ref i31) (local.get 0)))`, "(param externref)"), "type mismatch");
  });

  test("a branching cast sends the target to the label and keeps the rest", () => {
    validate(
      body(
        `(br_on_cast 0 anyref (ref null $open) (local.get 0)) (ref.cast (ref null $open))`,
        "(param anyref) (result (ref null $open))",
      ),
    );
    // Null went to the label, so what is left is not null.
    validate(
      body(
        `(block $l (result (ref null $open)) (return (br_on_cast $l anyref (ref null $open) (local.get 0)))) (unreachable)`,
        "(param anyref) (result (ref any))",
      ),
    );
    expectInvalid(
      body(
        `(block $l (result (ref $open)) (return (br_on_cast $l anyref (ref $open) (local.get 0)))) (unreachable)`,
        "(param anyref) (result (ref any))",
      ),
      "type mismatch",
    );
  });

  test("the target need not be below the source with custom descriptors, and must be without", () => {
    const sideways = body(
      `(drop (block (result (ref null $open)) (br_on_cast 0 arrayref (ref null $open) (local.get 0)) (drop) (ref.null $open)))`,
      "(param arrayref)",
    );
    validate(sideways);
    expectInvalid(sideways, "type mismatch", ["custom-descriptors"]);
  });

  test("continuations cannot be cast to", () => {
    expectInvalid(
      `(module (type $f (func)) (type $c (cont $f)) (func (drop (ref.test (ref $c) (ref.null $c)))))`,
      "invalid cast",
    );
    expectInvalid(`(module (func (drop (ref.cast (ref null nocont) (ref.null cont)))))`, "invalid cast");
  });
});

describe("functions", () => {
  test("ref.func names declared functions only", () => {
    expectInvalid(`(module (func $f (drop (ref.func $f))))`, "undeclared function reference");
    for (const declaration of [
      `(elem declare func $f)`,
      `(export "f" (func $f))`,
      `(global funcref (ref.func $f))`,
      `(table 1 funcref (ref.func $f))`,
      `(elem funcref (ref.func $f))`,
    ]) {
      validate(`(module (func $f (drop (ref.func $f))) ${declaration})`);
    }
    expectInvalid(`(module (func $f (drop (ref.func $f))) (start $f))`, "undeclared function reference");
  });

  test("a reference to a function of the module is exact, to an imported one only if the import is", () => {
    const exact = (item: string): string =>
      `(module (type $t (func)) ${item} (elem declare func $f) (func (result (ref (exact $t))) (ref.func $f)))`;
    validate(exact(`(func $f (type $t))`));
    validate(exact(`(func $f (import "m" "f") (exact (type $t)))`));
    expectInvalid(exact(`(func $f (import "m" "f") (type $t))`), "type mismatch");
  });

  test("calls go through function types and tables of functions", () => {
    validate(body(`(call_ref $f (local.get 0) (local.get 1))`, "(param i32 (ref null $f)) (result i32)"));
    expectInvalid(body(`(call_ref $point (unreachable))`), "type mismatch: type 0 is a struct type");
    expectInvalid(
      `(module (table 1 externref) (type $t (func)) (func (call_indirect (type $t) (i32.const 0))))`,
      "type mismatch: instruction requires a table of functions",
    );
  });
});

describe("conversions between any and extern", () => {
  test("keep nullability and sharedness", () => {
    for (const share of [(heap: string) => heap, (heap: string) => `(shared ${heap})`]) {
      for (const nullable of ["null ", ""]) {
        const any = `(ref ${nullable}${share("any")})`;
        const extern = `(ref ${nullable}${share("extern")})`;
        validate(`(module (func (param ${any}) (result ${extern}) (extern.convert_any (local.get 0))))`);
        validate(`(module (func (param ${extern}) (result ${any}) (any.convert_extern (local.get 0))))`);
      }
    }
    expectInvalid(
      `(module (func (param (ref (shared any))) (result (ref extern)) (extern.convert_any (local.get 0))))`,
      "type mismatch",
    );
  });

  test("of unreachable code fit both sharednesses", () => {
    validate(
      `(module (func (result anyref) unreachable any.convert_extern) (func (result (ref (shared any))) unreachable any.convert_extern))`,
    );
  });
});

describe("descriptors", () => {
  const described = `(rec
    (type $a (sub (descriptor $d) (struct (field i32))))
    (type $d (sub (describes $a) (struct (field i32)))))`;
  const code = (text: string, signature: string): string => `(module ${described} (func ${signature} ${text}))`;

  test("a type with a descriptor is allocated with an exact one", () => {
    validate(code(`(struct.new_desc $a (i32.const 1) (struct.new $d (i32.const 2)))`, "(result (ref (exact $a)))"));
    expectInvalid(
      code(`(struct.new $a (i32.const 1))`, "(result (ref $a))"),
      "type with descriptor requires descriptor allocation",
    );
    expectInvalid(
      code(`(struct.new_desc $a (i32.const 1) (local.get 0))`, "(param (ref $d)) (result (ref $a))"),
      "type mismatch",
    );
    expectInvalid(
      code(`(struct.new_default_desc $d (ref.null none))`, "(result (ref $d))"),
      "type without descriptor requires non-descriptor allocation",
    );
  });

  test("the descriptor of an exact object is exact", () => {
    validate(code(`(ref.get_desc $a (local.get 0))`, "(param (ref (exact $a))) (result (ref (exact $d)))"));
    validate(code(`(ref.get_desc $a (local.get 0))`, "(param (ref $a)) (result (ref $d))"));
    expectInvalid(
      code(`(ref.get_desc $a (local.get 0))`, "(param (ref $a)) (result (ref (exact $d)))"),
      "type mismatch",
    );
    validate(code(`(ref.get_desc $a (ref.null none))`, "(result (ref (exact $d)))"));
  });

  test("a cast by descriptor is as exact as the descriptor that it asks for", () => {
    validate(
      code(`(ref.cast_desc_eq (ref $a) (local.get 0) (local.get 1))`, "(param anyref (ref null $d)) (result (ref $a))"),
    );
    validate(
      code(
        `(ref.cast_desc_eq (ref (exact $a)) (local.get 0) (local.get 1))`,
        "(param anyref (ref (exact $d))) (result (ref (exact $a)))",
      ),
    );
    expectInvalid(
      code(
        `(ref.cast_desc_eq (ref (exact $a)) (local.get 0) (local.get 1))`,
        "(param anyref (ref $d)) (result (ref $a))",
      ),
      "type mismatch",
    );
    expectInvalid(code(`(drop (ref.cast_desc_eq (ref $d) (unreachable)))`, ""), "type 1 does not have a descriptor");
  });
});

test("a valid module has its index spaces in canonical types, imports first", () => {
  const valid = validate(`(module
    (type $s (struct)) (type $same (struct)) (type $f (func))
    (import "m" "f" (func (type $f))) (import "m" "g" (global (ref null $same)))
    (func (type $f)) (global (mut (ref null $s)) (ref.null $s)) (table 1 (ref null $same)))`);
  expect([...valid.canonical]).toEqual([0, 0, 1]);
  expect(valid.functions).toEqual([
    { type: 1, imported: true, exact: false },
    { type: 1, imported: false, exact: true },
  ]);
  expect(valid.globals[0]?.type).toBe(valid.globals[1]?.type);
  expect(valid.tables[0]?.element).toBe(valid.globals[0]?.type);
});
