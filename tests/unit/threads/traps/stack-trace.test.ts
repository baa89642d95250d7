import { describe, expect, test } from "vitest";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { encodePositions } from "../../../../lower/host/source-positions.ts";
import { StackTraces, type TracedModule } from "../../../../threads/traps/stack-trace.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

type Run = () => unknown;

const program = `(module $programs (import "m" "f" (func $js (param i32)))
  (type $s (struct (field i32)))
  (func $inner (param (ref null $s)) (result i32)
    (struct.get $s 0 (local.get 0)))
  (func $outer (export "outer") (result i32)
    (call $js (i32.const 1))
    (i32.add (i32.const 1) (call $inner (ref.null $s))))
  (func (export "cast")
    (drop (ref.cast (ref $s) (ref.i31 (i32.const 0)))))
  (func (export "grow") (result i32)
    (memory.grow (i32.const 1)) (drop)
    (i32.load (i32.const -1)))
  (memory 1))`;

function stackOf(run: Run): readonly string[] {
  try {
    run();
  } catch (error) {
    return ((error as Error).stack ?? "").split("\n");
  }
  return [];
}

const frames = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.includes("wasm-function")).map((line) => line.trim());

describe("the stack of a trap", () => {
  test("shows the module's own names, function indices and byte offsets", () =>
    withStore({ threads: 0 }, async (store) => {
      const bytes = encodeModule(parseModule(program));
      const { instance } = await store.WebAssembly.instantiate(bytes, { m: { f: () => undefined } });
      const exports = instance.exports as Record<string, Run>;
      const lines = stackOf(exports["outer"]!);
      expect(lines[0]).toBe("RuntimeError: null structure reference");
      const offsets = frames(lines).map((line) =>
        /wasm:\/\/wasm\/.*:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/.exec(line)?.slice(1),
      );
      expect(offsets.map((match) => Number(match?.[0]))).toEqual([1, 2]);
      // struct.get and the second call.
      const at = offsets.map((match) => Number.parseInt(match?.[1] ?? "", 16));
      expect([...bytes.subarray(at[0]!, at[0]! + 2)]).toEqual([0xfb, 0x02]);
      expect([...bytes.subarray(at[1]!, at[1]! + 2)]).toEqual([0x10, 1]);
    }));

  test("shows lines and columns of a module that was a text, and no helper functions", () =>
    withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, Run>>(store, program, { m: { f: () => undefined } });
      expect(frames(stackOf(exports["outer"]!))).toEqual([
        "at inner (wasm://wasm/programs:wasm-function[1]:4:5)",
        "at outer (wasm://wasm/programs:wasm-function[2]:7:28)",
      ]);
      expect(frames(stackOf(exports["cast"]!))).toEqual(["at wasm://wasm/programs:wasm-function[3]:9:11"]);
      expect(frames(stackOf(exports["grow"]!))).toEqual(["at wasm://wasm/programs:wasm-function[4]:12:5"]);
    }));

  test("goes through JS functions and other modules", () =>
    withStore({ threads: 0 }, async (store) => {
      const first = await exportsOf<Record<string, Run>>(store, program, { m: { f: () => undefined } });
      const second = `(module (import "m" "f" (func $f (result i32))) (import "m" "js" (func $js)) (func $direct (export "direct") (drop (call $f)))
        (func $callJs (export "callJs") (call $js)))`;
      const exports = await exportsOf<Record<string, Run>>(store, second, {
        m: { f: first["outer"]!, js: () => void exports["direct"]!() },
      });
      const functions = frames(stackOf(exports["callJs"]!)).map((line) => line.split(" ")[1]);
      expect(functions).toEqual(["inner", "outer", "direct", "callJs"]);
    }));

  test("has the host's error as cause", () =>
    withStore({ threads: 0 }, async (store) => {
      const exports = await exportsOf<Record<string, Run>>(store, program, { m: { f: () => undefined } });
      expect(exports["outer"]).toThrow(expect.objectContaining({ cause: expect.any(WebAssembly.RuntimeError) }));
    }));
});

describe("other engines' traces", () => {
  const module: TracedModule = {
    positions: {
      hostName: "heddle-0",
      moduleName: undefined,
      firstHostFunction: 3,
      unit: "offset",
      pairs: encodePositions([{ start: 100, positions: [5, 40, 9, 30] }]),
    },
    trapSites: [{ offset: 109, code: 1 }],
    functions: [
      { type: 0, shared: false, imported: true, name: "imported" },
      { type: 0, shared: false, imported: false, name: "own" },
    ],
    importedFunctions: 1,
  };
  const traces = new StackTraces();
  traces.add(module);
  const error = new Error("message");
  const url = "http://host/heddle.js line 7 > WebAssembly.Module";

  test("SpiderMonkey's are rewritten in its own form, without helpers", () => {
    const stack = [
      `heddle.trap@${url}:wasm-function[9]:0x70`,
      `x@${url}:wasm-function[3]:0x6e`,
      "run@http://host/heddle.js:1:2",
    ].join("\n");
    expect(traces.rewrite(error, stack)).toBe(`own@${url}:wasm-function[1]:0x1e\nrun@http://host/heddle.js:1:2`);
  });

  test("an offset between two positions is that of the one before, and before the first there is none", () => {
    const line = (offset: number): string => `x@${url}:wasm-function[3]:0x${offset.toString(16)}`;
    expect(traces.rewrite(error, line(108))).toBe(`own@${url}:wasm-function[1]:0x28`);
    expect(traces.rewrite(error, line(104))).toBeUndefined();
  });

  test("JavaScriptCore's stay as they are", () => {
    expect(traces.rewrite(error, "<?>.wasm-function[3]@[wasm code]\nrun@http://host/heddle.js:1:2")).toBeUndefined();
    expect(traces.rewrite(error, undefined)).toBeUndefined();
  });

  test("functions are named as in the module, and by the host where it tells no more", () => {
    const names = (...lines: string[]): string[] => traces.functionNames(lines.join("\n"));
    expect(
      names("Error", "    at f (file:///x.ts:1:2)", "    at y (wasm://wasm/heddle-0-01ab:wasm-function[3]:0x6e)"),
    ).toEqual(["own"]);
    expect(names(`heddle.trap@${url}:wasm-function[9]:0x70`, `x@${url}:wasm-function[3]:0x6e`)).toEqual(["own"]);
    // Deno's index is always 0.
    expect(names("    at inner (wasm://wasm/heddle-0-01ab:wasm-function[0]:0x6e)")).toEqual(["inner"]);
    expect(names("own@[wasm code]", "<?>.wasm-function[3]@[wasm code]", "run@http://host/heddle.js:1:2")).toEqual([
      "own",
      "wasm-function[3]",
    ]);
    expect(traces.functionNames(undefined)).toEqual([]);
  });

  test("a trap site is looked for at the innermost frame of wasm code", () => {
    expect(traces.codeAt(`x@${url}:wasm-function[3]:0x6d\ny@${url}:wasm-function[3]:0x69`)).toBe(1);
    expect(traces.codeAt(`y@${url}:wasm-function[3]:0x69\nx@${url}:wasm-function[3]:0x6d`)).toBeUndefined();
  });
});
