import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSnapshot } from "../unit/gc/support/heap-snapshot.ts";
import { heddle } from "./command.ts";

const source = `(module
  (type $node (struct (field $next (ref null $node)) (field i64)))
  (type $bytes (array (mut i8)))
  (type $other (struct (field i32)))
  (global $head (mut (ref null $node)) (ref.null $node))
  (global $bytes (mut (ref null $bytes)) (ref.null $bytes))
  (global $other (mut (ref null $other)) (ref.null $other))
  (func (export "build") (param $count i32) (result i32)
    (global.set $bytes (array.new_default $bytes (i32.const 10000)))
    (global.set $other (struct.new $other (i32.const 1)))
    (loop $again
      (global.set $head (struct.new $node (global.get $head) (i64.const 0)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $again (local.get $count)))
    (i32.const 1))
  (func (export "churn") (param $count i32)
    (loop $again
      (drop (struct.new $node (ref.null $node) (i64.const 0)))
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (br_if $again (local.get $count)))))`;

describe("heddle inspect", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heddle-"));
    writeFileSync(join(folder, "list.wat"), source);
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const inspect = (...words: readonly string[]) =>
    heddle(
      "inspect",
      join(folder, "list.wat"),
      "--invoke",
      "build",
      "1000",
      "--invoke",
      "churn",
      "3000000",
      "--heap",
      "16",
      ...words,
    );
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");

  test("prints results, figures, and the types that take most room", () => {
    const { exitCode, output, errors } = inspect("--top", "2");
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: "" });
    const [figures, types] = output.split("\n\n") as [string, string];
    const labels = figures.split("\n").map((line) => line.slice(0, 12).trim());
    expect(labels).toEqual(["1", "allocated", "in use", "free", "large", "permanent", "young", "full", "agent 0"]);
    expect(figures).toMatch(/^allocated {3}\d\d\.\d MB$/m);
    expect(figures).toMatch(/^young {7}\d+ collections: [\d.]+ ms median, [\d.]+ p99, [\d.]+ longest$/m);
    const rows = types
      .trimEnd()
      .split("\n")
      .map((line) => line.trim().split(/ +/).join(" "));
    expect(rows).toEqual([
      "objects bytes type",
      "1000 16000 62% node",
      "1 10008 38% bytes",
      "1 8 0% 1 types more",
      "1002 26016 100% alive",
    ]);
  });

  test("writes the picture of the blocks, the collections and the snapshot", () => {
    const out = (option: string): readonly string[] => [`--${option}`, join(folder, `out.${option}`)];
    expect(inspect(...out("svg"), ...out("snapshot"), ...out("trace")).exitCode).toBe(0);
    expect(read("out.svg")).toMatch(/^<svg [^>]*>\n(?:<.*>\n)*<\/svg>\n$/);
    const { traceEvents } = JSON.parse(read("out.trace")) as {
      readonly traceEvents: readonly { readonly name: string }[];
    };
    expect(traceEvents.filter(({ name }) => name === "young collection").length).toBeGreaterThan(0);
    const names = readSnapshot(read("out.snapshot")).map(({ name }) => name);
    expect(names.filter((name) => name === "node")).toHaveLength(1000);
  });

  test("tells what is in the heap of a program that ran out of memory", () => {
    const { exitCode, output, errors } = inspect("--invoke", "build", "2000000");
    expect(exitCode).toBe(1);
    expect(errors).toMatch(/trap: out of memory\n$/);
    expect(output).toMatch(/^ +[0-9]{7} +[0-9]{8} +100% {2}node$/m);
  });

  test("tells of a file that cannot be written, and of counts that are none", () => {
    const nowhere = inspect("--svg", join(folder, "nowhere", "out.svg"));
    expect(nowhere.exitCode).toBe(2);
    expect(nowhere.errors).toMatch(/^heddle: cannot write .*nowhere/);
    expect(inspect("--top", "many")).toMatchObject({ exitCode: 2 });
  });
});
