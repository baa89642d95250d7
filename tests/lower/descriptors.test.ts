import { describe, expect, test } from "vitest";
import { functionText, lines } from "./lowered-text.ts";

const types = `
  (rec
    (type $shape (sub (descriptor $shape.desc) (struct (field i32))))
    (type $shape.desc (sub (describes $shape) (struct (field i32))))
    (type $circle (sub final $shape (descriptor $circle.desc) (struct (field i32) (field i32))))
    (type $circle.desc (sub final $shape.desc (describes $circle) (struct (field i32)))))
  (type $plain (sub (struct)))`;
const lowered = (signature: string, body: string): string =>
  functionText(`(module ${types} (func $f ${signature} ${body}))`, "f");

describe("struct.new_desc", () => {
  test("makes the descriptor the object's header, and keeps it alive while it allocates", () => {
    const text = lowered(
      "(param (ref (exact $shape.desc))) (result (ref $shape))",
      "(struct.new_desc $shape (i32.const 7) (local.get 0))",
    );
    expect(text).toBe(
      lines(`
        global.get $heap.top
        local.tee 2
        i32.const 8
        i32.add
        local.tee 3
        global.get $heap.limit
        i32.gt_u
        unlikely if
          i32.const 8
          local.get 1
          local.get 0
          call $heddle.allocate.1
          local.set 2
        else
          local.get 3
          global.set $heap.top
        end
        local.get 2
        local.get 0
        i32.store
        local.get 2
        i32.const 7
        i32.store offset=4
        local.get 2`),
    );
  });

  test("traps on a null descriptor before it allocates", () => {
    const text = lowered(
      "(param (ref null (exact $shape.desc))) (result (ref $shape))",
      "(struct.new_default_desc $shape (local.get 0))",
    );
    const check = lines(
      "local.get 0\n i32.const -16843010\n i32.eq\n unlikely if\n call $heddle.trap.nullDescriptor\n unreachable\n end",
    );
    expect(text.startsWith(check)).toBe(true);
  });
});

describe("a descriptor", () => {
  test("has the described type's record behind its own, and its fields behind that", () => {
    const text = lowered("(result (ref $shape.desc))", "(struct.new $shape.desc (i32.const 5))");
    expect(text).toContain("i32.const 16\ni32.add");
    expect(text).toContain(
      lines(`
        local.get 1
        i32.const 0
        i32.store
        local.get 1
        i32.const 0
        i32.store offset=4
        local.get 1
        i32.const 5
        i32.store offset=8`),
    );
  });

  test("is the header without the collector's flags", () => {
    const text = lowered("(param (ref $shape)) (result (ref $shape.desc))", "(ref.get_desc $shape (local.get 0))");
    expect(text).toBe(lines("local.get 0\n i32.load\n i32.const -8\n i32.and"));
  });
});

describe("ref.cast_desc_eq", () => {
  test("is one compare of the header; a null reference traps in its load, a null descriptor before", () => {
    const text = lowered(
      "(param (ref null $shape) (ref null $circle.desc)) (result (ref $circle))",
      "(ref.cast_desc_eq (ref $circle) (local.get 0) (local.get 1))",
    );
    expect(text).toBe(
      lines(`
        local.get 1
        i32.const -16843010
        i32.eq
        unlikely if
          call $heddle.trap.nullDescriptor
          unreachable
        end
        local.get 0
        i32.load
        local.get 1
        i32.xor
        i32.const 8
        i32.ge_u
        unlikely if
          call $heddle.trap.descriptorCastFailure
          unreachable
        end
        local.get 0`),
    );
  });

  test("lets null pass to a nullable type, and tells small integers apart", () => {
    const text = lowered(
      "(param anyref (ref $circle.desc)) (result (ref null $circle))",
      "(ref.cast_desc_eq (ref null $circle) (local.get 0) (local.get 1))",
    );
    expect(text).toContain(lines("block\n local.get 0\n i32.const -16843010\n i32.eq\n br_if 0"));
    expect(text).toContain(
      lines("local.get 0\n i32.const 1\n i32.and\n unlikely if\n call $heddle.trap.descriptorCastFailure"),
    );
  });
});

describe("branches on descriptors", () => {
  test("leave the reference on the stack for either way", () => {
    const text = lowered(
      "(param (ref $shape) (ref $circle.desc)) (result (ref $shape))",
      `(block $is (result (ref $circle))
        (br_on_cast_desc_eq $is (ref $shape) (ref $circle) (local.get 0) (local.get 1)) (return))`,
    );
    expect(text).toBe(
      lines(`
        block (result i32)
          local.get 0
          local.get 0
          i32.load
          local.get 1
          i32.xor
          i32.const 8
          i32.lt_u
          br_if 0
          return
        end`),
    );
  });

  test("answer for nulls and small integers before they look at a header", () => {
    const text = lowered(
      "(param anyref (ref $circle.desc))",
      `(block $no (result anyref)
        (br_on_cast_desc_eq_fail $no anyref (ref $circle) (local.get 0) (local.get 1)) (drop) (return)) (drop)`,
    );
    expect(text).toContain(
      lines(`
        local.get 0
        i32.const -16843010
        i32.eq
        if (result i32)
          i32.const 0
        else
          local.get 0
          i32.const 1
          i32.and
          if (result i32)
            i32.const 0
          else
            local.get 0
            i32.load`),
    );
  });
});

describe("casts to types with descriptors", () => {
  test("compare the record that the descriptor leads to", () => {
    expect(lowered("(param (ref $shape)) (result i32)", "(ref.test (ref $circle) (local.get 0))")).toBe(
      lines("local.get 0\n i32.load\n i32.const -8\n i32.and\n i32.load offset=4\n i32.const 0\n i32.eq"),
    );
  });

  test("look into the display of that record where the type has subtypes", () => {
    expect(lowered("(param (ref struct)) (result i32)", "(ref.test (ref $shape) (local.get 0))")).toBe(
      lines(`
        local.get 0
        i32.load
        i32.const -8
        i32.and
        i32.load offset=4
        local.tee 2
        i32.const 0
        i32.eq
        if (result i32)
          i32.const 1
        else
          local.get 2
          i32.load offset=32
          i32.const 0
          i32.eq
        end`),
    );
  });

  test("to a type without descriptors find the record of either kind of header", () => {
    const text = lowered("(param (ref struct)) (result i32)", "(ref.test (ref $plain) (local.get 0))");
    expect(text).toContain(lines("i32.const 8\n i32.lt_u\n if (result i32)"));
    expect(text).toContain(lines("i32.const -8\n i32.and\n i32.load offset=4\n local.tee 3\n i32.load offset=32"));
  });

  test("to an exact type need no display", () => {
    const text = lowered("(param (ref $shape)) (result i32)", "(ref.test (ref (exact $shape)) (local.get 0))");
    expect(text).toBe(
      lines("local.get 0\n i32.load\n i32.const -8\n i32.and\n i32.load offset=4\n i32.const 0\n i32.eq"),
    );
  });
});
