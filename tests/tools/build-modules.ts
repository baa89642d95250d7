/**
 * Compiles the MoonBit programs in `demos/modules` to WasmGC modules beside them, and writes what `run` returns for
 * each.
 *
 *     npm run build:modules
 *
 * The expected values come from MoonBit's JavaScript backend, and the host's own WasmGC must agree with it before
 * anything is written. The modules are committed, because compiling the core library takes half a minute for each
 * backend.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Compiler, type Target } from "./moonbit/compiler.ts";
import { compileProgram, coreLibrary } from "./moonbit/core-library.ts";

const folder = fileURLToPath(new URL("../../demos/modules/", import.meta.url));
/** Arguments of `run`: one small, for tests, one for the demo. */
const workloads: Readonly<Record<string, readonly number[]>> = {
  algebra: [10, 25_000],
  lru: [10, 5_000],
  rope: [3, 1_500],
  routes: [2, 150],
};
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".mbt"))
  .map((file) => file.slice(0, -4));
type Run = (n: number) => number;

async function main(): Promise<void> {
  const compiler = new Compiler();
  const log = (line: string): void => console.log(line);
  const js = await compileAll(compiler, "js", log);
  const wasm = await compileAll(compiler, "wasm-gc", log);
  const expected: Record<string, readonly (readonly [number, number])[]> = {};
  for (const name of names) {
    const oracle = await loadScript(js.get(name));
    const native = await loadModule(wasm.get(name));
    expected[name] = (workloads[name] ?? [1]).map((argument) => {
      const value = oracle(argument);
      if (native(argument) !== value) throw new Error(`${name}: run(${argument}) differs between MoonBit's backends`);
      return [argument, value];
    });
    writeFileSync(`${folder}${name}.wasm`, wasm.get(name) ?? "");
    log(
      `${name}: ${wasm.get(name)?.length} bytes, ${expected[name]?.map(([n, value]) => `run(${n}) = ${value}`).join(", ")}`,
    );
  }
  const lines = Object.entries(expected).map(
    ([name, runs]) => `  ${JSON.stringify(name)}: ${JSON.stringify(runs).replaceAll(",", ", ")}`,
  );
  writeFileSync(`${folder}expected.json`, `{\n${lines.join(",\n")}\n}\n`);
}

async function compileAll(
  compiler: Compiler,
  target: Target,
  log: (line: string) => void,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const library = await coreLibrary(compiler, target, log);
  const compiled = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of names) {
    compiled.set(name, await compileProgram(compiler, library, name, readFileSync(`${folder}${name}.mbt`, "utf8")));
  }
  return compiled;
}

async function loadScript(bytes: Uint8Array | undefined): Promise<Run> {
  const source = `data:text/javascript;base64,${Buffer.from(bytes ?? []).toString("base64")}`;
  return ((await import(source)) as { run: Run }).run;
}

async function loadModule(bytes: Uint8Array<ArrayBuffer> | undefined): Promise<Run> {
  const { instance } = await WebAssembly.instantiate(bytes ?? new Uint8Array(), {});
  return instance.exports["run"] as Run;
}

await main();
