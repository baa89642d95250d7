import { describe, expect, test } from "vitest";
import { loadModule, parseScript } from "../../../../../core/text/script/script.ts";

describe("scripts", () => {
  test("commands know their lines", () => {
    const { commands } = parseScript('(module)\n\n(assert_return (invoke "f"))\n(register "m")');
    expect(commands.map(({ kind, line }) => [kind, line])).toEqual([
      ["module", 1],
      ["assert_return", 3],
      ["register", 4],
    ]);
  });
  test("a module in text is read only when it is asked for", () => {
    const script = parseScript("(module (func bogus)) (module $ok)");
    const [broken, fine] = script.commands;
    if (broken?.kind !== "module" || fine?.kind !== "module") throw new Error("not modules");
    expect(() => loadModule(script, broken.module)).toThrow("unknown operator bogus (at 1:15)");
    expect(loadModule(script, fine.module).names.module).toBe("ok");
  });
  test("quoted modules are bytes, which need not be text", () => {
    const script = parseScript('(assert_malformed (module quote "\\ff") "malformed UTF-8 encoding")');
    const [command] = script.commands;
    if (command?.kind !== "assert_refused") throw new Error("not a refusal");
    expect(() => loadModule(script, command.module)).toThrow("malformed UTF-8 encoding");
  });
  test("results may be classes, alternatives and kinds of references", () => {
    const { commands } =
      parseScript(`(assert_return (invoke $m "f" (i32.const -1) (ref.extern 3) (v128.const i64x2 1 2))
      (either (f32.const nan:canonical) (f32.const 1)) (ref.null) (ref.func) (ref.extern 3) (v128.const f32x4 1 nan:arithmetic 0 0))`);
    const [command] = commands;
    if (command?.kind !== "assert_return" || command.action.kind !== "invoke") throw new Error("not an action");
    expect(command.action.arguments.map(({ type }) => type)).toEqual(["i32", "ref.extern", "v128"]);
    expect(command.expected.map(({ type }) => type)).toEqual(["either", "ref.null", "ref", "ref.extern", "v128"]);
  });
  test("threads hold commands of their own", () => {
    const { commands } = parseScript('(thread $T (shared (module $M)) (register "mem" $M) (invoke "run")) (wait $T)');
    expect(commands[0]).toMatchObject({
      kind: "thread",
      name: "T",
      shared: ["M"],
      commands: [{ kind: "register" }, { kind: "action" }],
    });
    expect(commands[1]).toMatchObject({ kind: "wait", thread: "T" });
  });
  test("components are recognized, not read", () => {
    expect(parseScript("(component (core module))").commands[0]).toMatchObject({
      module: { source: { kind: "component" } },
    });
  });
  test("definitions, instances and files that are one module's fields", () => {
    expect(parseScript("(module definition $M) (module instance $I $M)").commands).toMatchObject([
      { kind: "module", definition: true, module: { name: "M" } },
      { kind: "instance", name: "I", module: "M" },
    ]);
    expect(parseScript("(func) (memory 1)").commands.length).toBe(1);
  });
  test("an unknown command is named", () => {
    expect(() => parseScript("(assert_bogus)")).toThrow(/unknown command assert_bogus/);
  });
});
