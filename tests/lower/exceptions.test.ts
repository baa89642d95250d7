import { describe, expect, test } from "vitest";
import { functionText, lines, loweredText } from "./lowered-text.ts";

const source = (text: string): string => `(module
  (type $box (struct (field i32)))
  (tag $t (param i64 (ref $box)))
  (tag $u (param i32))
  (func $may (throw $u (i32.const 1)))
  ${text})`;
const lowered = (text: string): string => functionText(source(text), "f");

describe("throw", () => {
  test("makes an exception in the heap, with the tag's number and the values, and throws its address", () => {
    expect(lowered("(func $f (param (ref $box)) (throw $t (i64.const 5) (local.get 0)))")).toBe(
      lines(`
        global.get $heap.top
        local.tee 2
        i32.const 24
        i32.add
        local.tee 3
        global.get $heap.limit
        i32.gt_u
        unlikely if
          i32.const 24
          local.get 1
          local.get 0
          call $heddle.allocate.1
          local.set 2
        else
          local.get 3
          global.set $heap.top
        end
        local.get 2
        i32.const 0
        i32.store
        local.get 2
        global.get $base.tags
        i32.store offset=4
        local.get 2
        i64.const 5
        i64.store offset=8
        local.get 2
        local.get 0
        i32.store offset=16
        local.get 2
        throw 0`),
    );
  });

  test("uses the host's one tag for all exceptions", () => {
    const text = loweredText(source('(tag $third) (tag (export "x") (param f64))'));
    expect(text.match(/\(tag /g)).toHaveLength(1);
    expect(text).toMatch(/\(import "heap" "exception" \(tag .*\(param i32\)/);
  });
});

describe("throw_ref", () => {
  test("throws the address of an exception that is not null", () => {
    expect(lowered("(func $f (param (ref exn)) (throw_ref (local.get 0)))")).toBe(lines("local.get 0\n throw 0"));
    expect(lowered("(func $f (param exnref) (throw_ref (local.get 0)))")).toContain(
      "call $heddle.trap.nullExceptionReference",
    );
  });
});

describe("try_table", () => {
  test("catches all exceptions of the heap, and chooses a clause by the tag's number", () => {
    const text = lowered(`(func $f (result i32)
      (block $caught (result i32)
        (block $all (result exnref)
          (try_table (result i32) (catch $u $caught) (catch_all_ref $all) (call $may) (i32.const 2))
          (br $caught))
        (drop)
        (i32.const 3)))`);
    expect(text).toBe(
      lines(`
        block (result i32)
          block (result i32)
            block (result i32)
              block (result i32)
                try_table (result i32) (catch 0 0)
                  local.get 0
                  call $may
                  i32.const 2
                end
                br 1
              end
              local.tee 1
              i32.load offset=4
              global.get $base.tags
              i32.const 1
              i32.add
              i32.eq
              if
                local.get 1
                i32.load offset=8
                br 3
              end
              local.get 1
              br 1
            end
            br 1
          end
          drop
          i32.const 3
        end`),
    );
  });

  test("throws what no clause catches on", () => {
    const text = lowered(
      "(func $f (block $caught (result i32) (try_table (catch $u $caught) (call $may)) (i32.const 0)) (drop))",
    );
    expect(text).toContain(lines("end\n local.get 1\n throw 0\n end"));
  });

  test("without clauses is a block", () => {
    expect(lowered("(func $f (try_table (call $may)))")).toBe(lines("block\n local.get 0\n call $may\n end"));
  });
});

describe("the first form", () => {
  const pairs: Readonly<Record<string, readonly [first: string, second: string]>> = {
    "catch and catch_all are try_table with a block for each arm": [
      `(func $f (result i32)
        (try (result i32) (do (call $may) (i32.const 1)) (catch $u) (catch_all (i32.const 2))))`,
      `(func $f (result i32)
        (block $after (result i32)
          (block $all
            (block $u (result i32)
              (try_table (result i32) (catch $u $u) (catch_all $all) (call $may) (i32.const 1))
              (br $after))
            (br $after))
          (i32.const 2)))`,
    ],
    "rethrow throws the reference that its arm keeps": [
      `(func $f (try $outer (do (call $may))
        (catch_all (try (do (call $may)) (catch $u (drop) (rethrow $outer))))))`,
      `(func $f (local (ref exn))
        (block $after
          (block $all (result (ref exn))
            (try_table (catch_all_ref $all) (call $may))
            (br $after))
          (local.set 0)
          (block $after2
            (block $u (result i32)
              (try_table (catch $u $u) (call $may))
              (br $after2))
            (drop)
            (throw_ref (local.get 0)))))`,
    ],
    "delegate hands the exception to a block in the handler that it leads to": [
      `(func $f
        (try $outer (do (try (do (try (do (call $may)) (delegate $outer))) (catch $u (drop))))
          (catch_all (call $may))))`,
      `(func $f
        (block $after
          (block $all
            (try_table (catch_all $all)
              (block $delegated (result (ref exn))
                (block $after2
                  (block $u (result i32)
                    (try_table (catch $u $u) (try_table (catch_all_ref $delegated) (call $may)))
                    (br $after2))
                  (drop))
                (br $after))
              (throw_ref))
            (br $after))
          (call $may)))`,
    ],
  };
  for (const [claim, [first, second]] of Object.entries(pairs)) {
    test(claim, () => {
      expect(lowered(first)).toBe(lowered(second));
    });
  }

  test("keeps a branch's target where blocks are put around it", () => {
    const text = lowered(`(func $f (param i32)
      (block $out
        (try (do (br_if $out (local.get 0)) (br_if 0 (local.get 0)) (call $may)) (catch_all (br $out)))
        (call $may)))`);
    expect(text).toBe(
      lines(`
        block
          block
            block
              block
                block (result i32)
                  try_table (catch 0 0)
                    local.get 0
                    br_if 5
                    local.get 0
                    br_if 4
                    local.get 1
                    call $may
                  end
                  br 1
                end
                local.set 2
                br 1
              end
              br 1
            end
            br 1
          end
          local.get 1
          call $may
        end`),
    );
  });
});
