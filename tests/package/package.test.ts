import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    execFileSync(process.execPath, ["tests/tools/build-dist.ts"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
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

  const runNode = (...words: readonly string[]): string => execFileSync(process.execPath, words, { cwd: project, encoding: "utf8" });

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

  test("has types for what it exports", () => {
    writeFileSync(
      join(project, "typed.ts"),
      `import { createStore, type Store } from "heddle";
       const store: Store = await createStore({ threads: 1, heap: { maximum: 1 << 24 } });
       const collections: number = store.heap.collections;
       await store.close();
       export default collections;`,
    );
    const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "--types", "", "--lib", "es2024,esnext,dom"];
    runNode(join(root, "node_modules/typescript/bin/tsc"), ...options, "typed.ts");
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
