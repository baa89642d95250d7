import { expect, test } from "vitest";
import { InternalError } from "../../../../core/base/assert.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { encodeSmallModule, NO_RESULT } from "../../../../core/binary/small-module.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { F64, I32 } from "../../../../core/types/types.ts";

test("writes the bytes that the text of the module stands for", () => {
  const global = { type: I32, mutable: true, shared: false, threadLocal: false };
  const bytes = encodeSmallModule({
    types: [
      { params: [I32], results: [F64] },
      { params: [], results: [] },
    ],
    imports: [
      {
        module: "",
        name: "memory",
        type: { kind: "memory", type: { minimum: 1n, maximum: 300n, shared: true, is64: false, pageSizeLog2: 16 } },
      },
      { module: "a", name: "f", type: { kind: "func", type: 0, exact: false } },
    ],
    functions: [
      {
        type: 0,
        locals: [{ count: 200, type: F64 }],
        code: [
          ...["local.get", 0, "i32.const", -129, "i32.store", 2, 400],
          ...["local.get", 0, "if", NO_RESULT, "i32.const", 64, "i32.const", 1, "i32.atomic.store", 2, 0, "end"],
          ...["local.get", 0, "if", F64, "f64.const", 0.1, "else", "local.get", 0, "call", 0, "end"],
        ],
      },
    ],
    globals: [{ type: global, init: ["i32.const", 1000] }],
    exports: [{ name: "g", kind: "func", index: 1 }],
  });
  const text = `(module
    (type (func (param i32) (result f64)))
    (type (func))
    (import "" "memory" (memory 1 300 shared))
    (import "a" "f" (func (type 0)))
    (func (type 0) ${"(local f64)".repeat(200)}
      local.get 0 i32.const -129 i32.store offset=400
      local.get 0 if i32.const 64 i32.const 1 i32.atomic.store end
      local.get 0 if (result f64) f64.const 0.1 else local.get 0 call 0 end)
    (global (mut i32) (i32.const 1000))
    (export "g" (func 1)))`;
  expect(bytes).toEqual(encodeModule(parseModule(text)));
  expect(WebAssembly.validate(bytes)).toBe(true);
});

test("knows no instruction that is not in the table", () => {
  expect(() =>
    encodeSmallModule({ types: [{ params: [], results: [] }], functions: [{ type: 0, code: ["i32.sum"] }] }),
  ).toThrow(InternalError);
});
