import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heddle, root } from "./command.ts";

type Expectations = Readonly<Record<string, readonly (readonly [argument: number, value: number])[]>>;
const expectations = JSON.parse(readFileSync(`${root}demos/modules/expected.json`, "utf8")) as Expectations;

describe("heddle run on modules of the demo", () => {
  test.each(Object.entries(expectations))("prints what %s computes", (name, [first]) => {
    const [argument, value] = first ?? [0, 0];
    expect(heddle("run", `demos/modules/${name}.wasm`, "--invoke", "run", String(argument))).toEqual({
      exitCode: 0,
      output: `${value}\n`,
      errors: "",
    });
  });

  test("prints one value for several threads that agree", () => {
    const [argument, value] = expectations["lru"]?.[0] ?? [0, 0];
    const { exitCode, output, errors } = heddle(
      "run",
      "demos/modules/lru.wasm",
      "--invoke",
      "run",
      String(argument),
      "--threads",
      "3",
    );
    expect({ exitCode, output, errors }).toEqual({ exitCode: 0, output: `${value}\n`, errors: "" });
  });
});

const realModules = `${root}../shared/real-modules`;
describe.runIf(existsSync(realModules))("heddle run on public modules", () => {
  const known = existsSync(realModules)
    ? (JSON.parse(readFileSync(`${realModules}/expected.json`, "utf8")) as Record<string, { run: [number, number][] }>)
    : {};
  const cases = Object.entries(known).flatMap(([name, { run }]) =>
    ["wasmgc", "shared-objects"].flatMap((kind) =>
      run.map(([argument, value]) => [`${kind}/${name}.wasm`, argument, value] as const),
    ),
  );
  test.each(cases)("%s: run(%i) is %i", (file, argument, value) => {
    const { exitCode, output, errors } = heddle("run", `${realModules}/${file}`, "--invoke", "run", String(argument));
    expect({ exitCode, output, errors }).toEqual({ exitCode: 0, output: `${value}\n`, errors: "" });
  });
});

describe("heddle run on text", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heddle-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const run = (source: string, ...words: readonly string[]) => {
    const path = join(folder, "module.wat");
    writeFileSync(path, source);
    return heddle("run", path, ...words);
  };

  test("prints numbers of all types, several results on one line", () => {
    const source = `(module (func (export "f") (result i32 i64 f32 f64)
      i32.const -1 i64.const 0x8000000000000000 f32.const 0.1 f64.const -0))`;
    expect(run(source, "--invoke", "f").output).toBe("-1 -9223372036854775808 0.1 -0\n");
  });

  test("prints references by their kind", () => {
    const source = `(module (type $point (struct (field i32)))
      (func $f (export "f") (result (ref $point) anyref i31ref funcref)
        (struct.new $point (i32.const 1)) (ref.null any) (ref.i31 (i32.const 7)) (ref.func $f)))`;
    expect(run(source, "--invoke", "f").output).toBe("(ref struct) null (i31 7) (ref func)\n");
  });

  test("makes calls in their order on one instance", () => {
    const source = `(module (global $n (mut i32) (i32.const 0))
      (func (export "add") (param i32) (global.set $n (i32.add (global.get $n) (local.get 0))))
      (func (export "get") (result i32) (global.get $n)))`;
    expect(run(source, "--invoke", "add", "40", "--invoke", "add", "2", "--invoke", "get").output).toBe("42\n");
  });

  test("calls _start where nothing is asked for", () => {
    expect(run('(module (func (export "_start") unreachable))').errors).toContain("trap: unreachable");
  });

  test("shared functions run on all threads at once, on one instance", () => {
    const source = `(module
      (type $f (shared (func (param i32) (result i32))))
      (global $n (shared mut i32) (i32.const 0))
      (func (export "f") (type $f) (drop (global.atomic.rmw.add seqcst seqcst $n (i32.const 1))) (i32.mul (local.get 0) (i32.const 2)))
      (type $g (shared (func (result i32))))
      (func (export "count") (type $g) (global.atomic.get seqcst $n)))`;
    expect(run(source, "--threads", "4", "--invoke", "f", "21", "--invoke", "count").output).toBe("42\n4\n");
  });

  test("says so when threads disagree", () => {
    const source = `(module
      (type $f (shared (func (result i32))))
      (global $n (shared mut i32) (i32.const 0))
      (func (export "f") (type $f) (global.atomic.rmw.add seqcst seqcst $n (i32.const 1))))`;
    const { exitCode, errors } = run(source, "--threads", "2", "--invoke", "f");
    expect(errors).toMatch(/threads disagree on f/);
    expect(exitCode).toBe(1);
  });

  test("--time tells on standard error only", () => {
    const { output, errors } = run(
      '(module (func (export "f") (result i32) (i32.const 1)))',
      "--invoke",
      "f",
      "--time",
    );
    expect(output).toBe("1\n");
    expect(errors).toMatch(/^ +[\d.]+ ms {2}f$/m);
  });
});
