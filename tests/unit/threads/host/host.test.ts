import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { createStore } from "../../../../api/heddle.ts";

const entry = new URL("../../../../api/heddle.ts", import.meta.url).href;

/** Runs a program in a Node of its own, with options beside those that it needs, and returns what it prints. */
function node(program: string, ...options: readonly string[]): string {
  return execFileSync(process.execPath, [...options, "--input-type=module", "-e", program], {
    encoding: "utf8",
    timeout: 20_000,
  });
}

describe("hosts", () => {
  test("a Worker script that cannot be loaded rejects createStore", async () => {
    await expect(createStore({ threads: 1, workerScript: new URL("file:///nowhere/worker.js") })).rejects.toMatchObject(
      {
        code: "worker-lost",
      },
    );
  });

  test("a process ends when nobody waits for its store, closed or not", () => {
    const start = `import { createStore } from ${JSON.stringify(entry)}; const store = await createStore({ threads: 2 });`;
    expect(node(`${start} console.log("open");`)).toBe("open\n");
    expect(node(`${start} await store.close(); console.log("closed");`)).toBe("closed\n");
  });

  test("a process with options of the engine or of the whole process has Workers", () => {
    const program = `const { createStore } = await import(${JSON.stringify(entry)});
      const store = await createStore({ threads: 1 });
      await store.close();
      console.log("closed");`;
    const options = ["--expose-gc", "--max-old-space-size=1000", "--title=threads"];
    expect(node(program, ...options)).toBe("closed\n");
    // Without the option by which Node takes programs from the command line, too.
    const script = `data:text/javascript,${encodeURIComponent(program)}`;
    const run = ["-e", `import(${JSON.stringify(script)})`];
    expect(execFileSync(process.execPath, [...options, ...run], { encoding: "utf8", timeout: 20_000 })).toBe(
      "closed\n",
    );
  });

  test("a call in flight keeps the process until it is answered", () => {
    const program = `import { createStore } from ${JSON.stringify(entry)};
      const store = await createStore({ threads: 1 });
      const { instance } = await store.WebAssembly.instantiate(\`(module (type $slow (shared (func (param i32) (result i32))))
        (func (export "slow") (type $slow) (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (i32.const 42)))\`);
      store.spawn(instance.exports.slow, 300000000).then((value) => console.log(value));`;
    expect(node(program)).toBe("42\n");
  });
});
