import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A project with the package installed as npm would do it from a tarball, but without the network. */
describe("the packed package", () => {
  let project = "";
  let installed = "";

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), "heddle-package-"));
    installed = join(project, "node_modules", "heddle");
    mkdirSync(installed, { recursive: true });
    execFileSync(process.execPath, ["tests/tools/build-dist.ts"], {
      cwd: root,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const packed = execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", project], {
      cwd: root,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    execFileSync("tar", ["-xzf", join(project, filename), "-C", installed, "--strip-components=1"]);
    writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  }, 120_000);
  afterAll(() => rmSync(project, { recursive: true, force: true }));

  /** The entries that the manifest has, as programs name them. */
  const entries = (): string[] => {
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      exports: Record<string, unknown>;
    };
    return Object.keys(manifest.exports).map((path) => posix.join("heddle", path));
  };

  const runNode = (...words: readonly string[]): string =>
    execFileSync(process.execPath, words, { cwd: project, encoding: "utf8" });

  test("runs a shared function on a Worker when it is imported by name", () => {
    writeFileSync(
      join(project, "main.js"),
      `import { createStore, WebAssembly } from "heddle";
       const source = \`(module
         (type $pair (shared (struct (field i32) (field i32))))
         (type $f (shared (func (param i32) (result i32))))
         (func (export "f") (type $f) (struct.get $pair 1 (struct.new $pair (i32.const 0) (i32.mul (local.get 0) (i32.const 2))))))\`;
       const store = await createStore({ threads: 2 });
       const { instance } = await store.WebAssembly.instantiate(source);
       console.log(await store.spawn(instance.exports.f, 21), WebAssembly.validate(source));
       await store.close();`,
    );
    expect(runNode("main.js")).toBe("42 true\n");
  });

  test("has a command that runs modules", () => {
    const module = join(root, "demos/modules/lru.wasm");
    expect(runNode("node_modules/heddle/cli/heddle.mjs", "run", module, "--invoke", "run", "10")).toBe("1542625388\n");
    const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
    expect(runNode("node_modules/heddle/cli/heddle.mjs", "--version")).toBe(`${version}\n`);
  });

  test("is run by the command of its sources, too", () => {
    const module = join(root, "demos/modules/lru.wasm");
    expect(runNode(join(root, "cli/heddle.mjs"), "run", module, "--invoke", "run", "10")).toBe("1542625388\n");
  });

  test("gives each of its entries to those who import them by name", () => {
    const uses: Readonly<Record<string, string>> = {
      heddle: `import { createStore } from "heddle";`,
      "heddle/worker": `const workerScript = import.meta.resolve("heddle/worker");`,
      "heddle/package.json": `import manifest from "heddle/package.json" with { type: "json" };`,
    };
    expect(Object.keys(uses)).toEqual(entries());
    writeFileSync(
      join(project, "entries.js"),
      `${Object.values(uses).join("\n")}
       const store = await createStore({ threads: 1, workerScript });
       const { instance } = await store.WebAssembly.instantiate(\`(module
         (type $f (shared (func (result i32)))) (func (export "f") (type $f) (i32.const 42)))\`);
       console.log(manifest.name, await store.spawn(instance.exports.f));
       await store.close();`,
    );
    expect(runNode("entries.js")).toBe("heddle 42\n");
  });

  test("has types for each of its entries, which name what programs are meant to see", () => {
    writeFileSync(
      join(project, "typed.ts"),
      `import { createStore, type AgentState, type Deadlock, type HeapReport, type JoinedStore, joinStore, type Posting, type Store } from "heddle";
       import { CompileError, IsolationError, LinkError, RuntimeError, StoreClosedError, UncaughtExceptionError, WebAssembly, WorkerLostError } from "heddle";
       import type {} from "heddle/worker";
       import manifest from "heddle/package.json" with { type: "json" };
       export const version: string = manifest.version;
       export const store: Store = await createStore({ threads: 1, heap: { maximum: 1 << 24 }, onDeadlock: ({ message }: Deadlock) => message });
       export const heap: HeapReport = store.heap;
       export const agents: readonly AgentState[] = store.agents;
       export const messages: Posting = store.messages;
       export const join: () => Promise<JoinedStore> = joinStore;
       export const sum: Promise<number> = store.spawn((a: number, b: string) => a + b.length, 1, "b");
       export const errors: readonly (new (...args: never[]) => Error)[] =
         [CompileError, IsolationError, LinkError, RuntimeError, StoreClosedError, UncaughtExceptionError, WorkerLostError];
       export const valid: boolean = WebAssembly.validate("(module)");
       // @ts-expect-error: arguments are those of the function
       store.spawn((a: number) => a, "text");
       // @ts-expect-error: no part of the interface
       store.agent;
       await store.close();`,
    );
    const options = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2024",
      "--types",
      "",
      "--lib",
      "es2024,esnext,dom",
    ];
    runNode(join(root, "node_modules/typescript/bin/tsc"), ...options, "--resolveJsonModule", "typed.ts");
  });

  test("ships every file that its manifest names", () => {
    const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
      bin: Record<string, string>;
      exports: Record<string, string | Record<string, string>>;
    };
    const named = [
      ...Object.values(manifest.bin),
      ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === "string" ? entry : Object.values(entry))),
    ];
    expect(named.filter((path) => !existsSync(join(installed, path)))).toEqual([]);
  });
});
