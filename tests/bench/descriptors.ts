/**
 * What custom descriptors save: one class-heavy program (programs/expressions.ts), whose objects find their methods
 * through a field or through their descriptor, on Heddle and on V8's own prototype of descriptors. Each figure comes
 * from processes of their own, in turns.
 */
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseModule } from "../../core/text/parse/parse.ts";
import { TypeStore } from "../../core/types/type-store.ts";
import { structLayout } from "../../gc/layout/object-layout.ts";
import type { BenchmarkOptions } from "./main.ts";
import type { Engine, Measurement } from "./measure-descriptors.ts";
import { type Form, fieldWords } from "./programs/expressions.ts";

const script = fileURLToPath(new URL("./measure-descriptors.ts", import.meta.url));
const engines: Readonly<Record<Engine, { readonly label: string; readonly flags: readonly string[] }>> = {
  heddle: { label: "Heddle", flags: [] },
  v8: { label: "V8's prototype", flags: ["--experimental-wasm-custom-descriptors", "--expose-gc"] },
};
const forms: readonly Form[] = ["field", "descriptor"];
const figures = ["bytes", "buildNanoseconds", "evaluateNanoseconds", "collectNanoseconds"] as const;
type Figure = (typeof figures)[number];
const labels: Readonly<Record<Figure, string>> = {
  bytes: "bytes per object",
  buildNanoseconds: "allocation, ns per object",
  evaluateNanoseconds: "virtual call and cast, ns",
  collectNanoseconds: "full collection, ns per object",
};

interface Row {
  readonly engine: Engine;
  readonly figure: Figure;
  readonly field: number;
  readonly descriptor: number;
}

function measure(engine: Engine, form: Form): Measurement {
  const output = execFileSync(process.execPath, [...engines[engine].flags, script, engine, form], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(output) as Measurement;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
}

/** Bytes of an object on Heddle whose class has so many 32-bit fields. */
function sizeOf(words: number, form: Form): number {
  const own = "(field i32) ".repeat(words);
  const text =
    form === "field"
      ? `(module (rec (type $class (struct (field (ref $methods)) ${own})) (type $methods (struct))))`
      : `(module (rec (type $class (descriptor $methods) (struct ${own})) (type $methods (describes $class) (struct))))`;
  const types = new TypeStore();
  return structLayout(types, types.canonicalize(parseModule(text))[0] as number).size;
}

/** Runs the comparison and prints it. */
export async function descriptors({ runs, json }: BenchmarkOptions): Promise<void> {
  const samples = new Map<string, Measurement[]>();
  for (let run = 0; run < runs; run++) {
    for (const engine of Object.keys(engines) as Engine[]) {
      for (const form of forms) {
        const key = `${engine} ${form}`;
        samples.set(key, [...(samples.get(key) ?? []), measure(engine, form)]);
      }
    }
  }
  const all = [...samples.values()].flat();
  if (new Set(all.map(({ checksum }) => checksum)).size > 1) throw new Error("the programs disagree");
  const value = (engine: Engine, form: Form, figure: Figure): number =>
    median((samples.get(`${engine} ${form}`) ?? []).map((one) => one[figure]));
  const rows: Row[] = (Object.keys(engines) as Engine[]).flatMap((engine) =>
    figures.map((figure) => ({
      engine,
      figure,
      field: value(engine, "field", figure),
      descriptor: value(engine, "descriptor", figure),
    })),
  );
  if (json) {
    console.log(
      JSON.stringify(
        { host: { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model }, runs, rows },
        undefined,
        2,
      ),
    );
    return;
  }
  print(rows, all[0]?.objects ?? 0, runs);
}

function print(rows: readonly Row[], objects: number, runs: number): void {
  console.log(
    `${objects.toLocaleString("en")} objects of ${fieldWords.length} classes; methods found through a field or a custom descriptor`,
  );
  console.log(
    `Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}; median of ${runs} processes each\n`,
  );
  for (const [engine, { label }] of Object.entries(engines)) {
    console.log(`${label.padEnd(32)}   field  descriptor   ratio`);
    for (const { figure, field, descriptor } of rows.filter((row) => row.engine === engine)) {
      const numbers = `${field.toFixed(1).padStart(7)}${descriptor.toFixed(1).padStart(12)}${(descriptor / field).toFixed(2).padStart(8)}`;
      console.log(`  ${labels[figure].padEnd(31)}${numbers}`);
    }
    console.log("");
  }
  console.log("Heddle, bytes by the number of a class's own fields (32 bits each)");
  const words = [...new Set(fieldWords)].sort((a, b) => a - b);
  console.log(`  fields      ${words.map((count) => String(count).padStart(4)).join("")}`);
  for (const form of forms)
    console.log(`  ${form.padEnd(12)}${words.map((count) => String(sizeOf(count, form)).padStart(4)).join("")}`);
}
