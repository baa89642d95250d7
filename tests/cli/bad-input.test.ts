import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CompileError } from "../../core/base/errors.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { validateModule } from "../../core/validate/validate.ts";
import { heddle, root } from "./command.ts";

const modulesFolder = `${root}demos/modules/`;
const modules = readdirSync(modulesFolder).filter((name) => name.endsWith(".wasm"));
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(modulesFolder + name));

/** What is wrong with bytes: nothing, or an error that must be a CompileError with an offset inside of them. */
function check(bytes: Uint8Array): CompileError | undefined {
  try {
    validateModule(decodeModule(bytes));
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(CompileError);
    const { offset, code } = error as CompileError;
    expect(code).not.toBe("");
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(bytes.length);
    return error as CompileError;
  }
}

describe.each(modules)("%s", (name) => {
  test("is valid as it is", () => {
    expect(check(bytesOf(name))).toBeUndefined();
  });

  test("cut anywhere but between sections is refused with an offset", () => {
    const bytes = bytesOf(name);
    let refused = 0;
    for (let length = 0; length < bytes.length; length += 3)
      if (check(bytes.subarray(0, length)) !== undefined) refused++;
    expect(refused).toBeGreaterThan(bytes.length / 3 - 20);
  });

  test("with one bit flipped is accepted or refused with an offset", () => {
    const bytes = bytesOf(name);
    for (let at = 0; at < bytes.length; at++) {
      const bit = 1 << ((at * 5) & 7);
      bytes[at] = (bytes[at] ?? 0) ^ bit;
      check(bytes);
      bytes[at] = (bytes[at] ?? 0) ^ bit;
    }
  });
});

describe("heddle run", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heddle-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, contents: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, contents);
    return path;
  };

  test.each([
    ["empty.wasm", new Uint8Array(0), /^\S*empty\.wasm: offset 0x0: unexpected end/],
    [
      "picture.wasm",
      new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]),
      /^\S*picture\.wasm: offset 0x0: magic header not detected/,
    ],
    [
      "cut.wasm",
      bytesOf("lru.wasm").subarray(0, 1000),
      /^\S*cut\.wasm: offset 0x[0-9a-f]+: (unexpected end|length out of bounds)/,
    ],
    [
      "typo.wat",
      '(module\n  (func (export "f") (result i32)\n    local.get $x))\n',
      /^\S*typo\.wat:3:15: unknown local[^\n]*\n {8}local\.get \$x\)\)\n +\^$/,
    ],
    ["type.wat", "(module (func (result i32) (i64.const 1)))", /^\S*type\.wat:1:\d+: type mismatch/],
    [
      "latin.wat",
      Buffer.from('(module (export "\xe9" (func 0)) (func))', "latin1"),
      /^\S*latin\.wat: offset 0x11: malformed UTF-8 encoding/,
    ],
  ])("%s ends with exit code 1 and one error that names the place", (name, contents, message) => {
    const { exitCode, output, errors } = heddle("run", file(name, contents), "--invoke", "f");
    expect(errors.trimEnd()).toMatch(message);
    expect(errors).not.toMatch(/^\s+at /m);
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  });

  test.each([
    [["run", "nowhere.wasm"], "cannot read nowhere.wasm: no such file"],
    [["run", "demos"], "cannot read demos: it is a folder"],
    [["run"], "no file given"],
    [["dance"], "no command is called 'dance'"],
    [[], "no command given"],
    [["run", "demos/modules/lru.wasm", "--invoke", "jump"], "no export called 'jump'"],
    [["run", "demos/modules/lru.wasm", "--invoke", "run"], "'run' takes 1 argument, not 0"],
    [["run", "demos/modules/lru.wasm", "--invoke", "run", "one"], "'one' is not an integer"],
    [["run", "demos/modules/lru.wasm", "--threads", "none"], "--threads needs a whole number"],
    [["run", "demos/modules/lru.wasm", "--tims"], "unknown option --tims"],
  ])("heddle %j is a mistake of the command line: exit code 2", (words, message) => {
    const { exitCode, errors } = heddle(...words);
    expect(errors).toContain(message);
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
    expect(exitCode).toBe(2);
  });

  test("validate, parse and print show the line of a text with a caret, and the offset and what was expected for a binary", () => {
    const text = file("text.wat", "(module\n\t(memory 1 x))");
    for (const command of ["validate", "parse", "print"]) {
      expect(heddle(command, text).errors).toMatch(
        /^\S*text\.wat:2:12: unknown operator x[^\n]*\n {4}\t\(memory 1 x\)\)\n {4}\t {10}\^\n$/,
      );
    }
    const binary = file(
      "binary.wasm",
      new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 6, 6, 1, 0x7f, 0, 0x42, 0, 0x0b]),
    );
    expect(heddle("validate", binary).errors).toMatch(
      /^\S*binary\.wasm: offset 0x[0-9a-f]+: type mismatch[^\n]*\(expected [^\n]+\)\n$/,
    );
  });

  test("a trap is one line and exit code 1", () => {
    const { exitCode, errors } = heddle(
      "run",
      file("trap.wat", '(module (func (export "f") unreachable))'),
      "--invoke",
      "f",
    );
    expect(errors).toMatch(/trap\.wat: trap: unreachable\n$/);
    expect(exitCode).toBe(1);
  });

  test("an import that nobody gives is one line and exit code 1", () => {
    const { exitCode, errors } = heddle("run", file("import.wat", '(module (import "env" "f" (func)))'));
    expect(errors).toMatch(/import\.wat: .*env/);
    expect(errors.trimEnd().split("\n")).toHaveLength(1);
    expect(exitCode).toBe(1);
  });
});
