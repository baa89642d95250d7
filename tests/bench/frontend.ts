/**
 * Speed of the front end on large modules made by other people's compilers, beside the host's validator, wabt and
 * Binaryen.
 *
 * Figures are millions of bytes per second of processor time, all threads of the process together (the host validates
 * on several, and collects and compiles JavaScript on others): what one core does, whatever else the machine does. One
 * figure is of the binary for all but `parse`, which is of the text.
 */
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { decodeModule } from "../../core/binary/decode.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { printModule } from "../../core/text/print/print.ts";
import { validateModule } from "../../core/validate/validate.ts";
import { type Peer, peers } from "./frontend-peers.ts";
import type { BenchmarkOptions } from "./main.ts";

const packages = join(import.meta.dirname, "../../node_modules");
const modules = [
  { name: "sqlite3.wasm", path: "@sqlite.org/sqlite-wasm/sqlite-wasm/jswasm/sqlite3.wasm" },
  { name: "esbuild.wasm", path: "esbuild-wasm/esbuild.wasm" },
] as const;

/** A sample lasts at least so long: short work is repeated. */
const SAMPLE_MILLISECONDS = 150;
const WARM_UP_MILLISECONDS = 1000;

/** Medians in megabytes per second. */
interface ModuleResult {
  readonly module: string;
  readonly megabytes: number;
  readonly codeMegabytes: number;
  readonly textMegabytes: number;
  readonly heddle: Readonly<Record<"decode" | "validate" | "encode" | "print" | "parse", number>>;
  /** Decoding and validating together, by the peer's name. */
  readonly peers: Readonly<Record<string, number>>;
}

function processorMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The median of samples of `work`'s speed on `megabytes` of input. */
function speed(runs: number, megabytes: number, work: () => void): number {
  // Until the host has compiled what is hot; the last of these tells how often to repeat.
  const start = processorMilliseconds();
  let last = 0;
  for (let now = start; now - start < WARM_UP_MILLISECONDS || last === 0; ) {
    work();
    last = processorMilliseconds() - now;
    now += last;
  }
  const repetitions = Math.max(1, Math.ceil(SAMPLE_MILLISECONDS / last));
  const samples = Array.from({ length: runs }, () => {
    const before = processorMilliseconds();
    for (let i = 0; i < repetitions; i++) work();
    return (megabytes * repetitions * 1000) / (processorMilliseconds() - before);
  });
  return samples.sort((a, b) => a - b)[samples.length >> 1] as number;
}

function measure(name: string, path: string, others: readonly Peer[], runs: number): ModuleResult {
  const bytes = new Uint8Array(readFileSync(join(packages, path)));
  const megabytes = bytes.length / 1e6;
  const module = decodeModule(bytes);
  const text = printModule(module);
  const textMegabytes = text.length / 1e6;
  return {
    module: name,
    megabytes,
    codeMegabytes: module.functions.reduce((sum, { body }) => sum + body.bytes.length, 0) / 1e6,
    textMegabytes,
    heddle: {
      decode: speed(runs, megabytes, () => decodeModule(bytes)),
      validate: speed(runs, megabytes, () => validateModule(decodeModule(bytes))),
      encode: speed(runs, megabytes, () => encodeModule(module)),
      print: speed(runs, megabytes, () => printModule(module)),
      parse: speed(runs, textMegabytes, () => parseModule(text)),
    },
    peers: Object.fromEntries(others.map((peer) => [peer.name, speed(runs, megabytes, () => peer.validate(bytes))])),
  };
}

/** Runs the comparison and prints it. */
export async function frontend({ runs, json }: BenchmarkOptions): Promise<void> {
  const others = await peers();
  const results = modules.map(({ name, path }) => measure(name, path, others, runs));
  if (json) {
    const host = { node: process.version, v8: process.versions.v8, cpu: cpus()[0]?.model };
    console.log(JSON.stringify({ host, runs, results }, undefined, 2));
    return;
  }
  console.log(`front end, MB per second of processor time (median of ${runs})`);
  console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${cpus()[0]?.model ?? "unknown processor"}`);
  for (const result of results) print(result);
}

function print({ module, megabytes, codeMegabytes, textMegabytes, heddle, peers: others }: ModuleResult): void {
  const line = (label: string, rate: number): string => `  ${label.padEnd(34)} ${rate.toFixed(1).padStart(8)}`;
  console.log(
    `\n${module}: ${megabytes.toFixed(1)} MB, ${codeMegabytes.toFixed(1)} MB of it code, ${textMegabytes.toFixed(1)} MB as text`,
  );
  console.log(line("Heddle: decode", heddle.decode));
  console.log(line("Heddle: decode and validate", heddle.validate));
  console.log(line("Heddle: encode", heddle.encode));
  console.log(line("Heddle: print", heddle.print));
  console.log(line("Heddle: parse the text", heddle.parse));
  for (const [name, rate] of Object.entries(others)) {
    console.log(`${line(`${name}: decode and validate`, rate)}   Heddle is ${(heddle.validate / rate).toFixed(2)}x`);
  }
}
