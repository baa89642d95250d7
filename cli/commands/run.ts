/**
 * `heddle run FILE [--invoke NAME ARG...]... [--threads N] [--time]`: instantiates a module and calls its exports.
 * `heddle inspect` (inspect.ts) does the same and then looks at the heap.
 */

import { availableParallelism } from "node:os";
import { createStore, type ModuleObject, type Store } from "../../api/heddle.ts";
import { HeddleError } from "../../core/base/errors.ts";
import type { FuncType } from "../../core/types/types.ts";
import type { ValidModule } from "../../core/validate/body/valid-module.ts";
import { validateModule } from "../../core/validate/validate.ts";
import {
  featuresOf,
  type Invocation,
  type OptionKind,
  onlyFile,
  type ParsedArguments,
  parseArguments,
  positive,
} from "../base/arguments.ts";
import { loadModule, textOf } from "../base/files.ts";
import { UsageError } from "../base/usage.ts";
import { formatValue, parseValue } from "../base/values.ts";
import type { OpenFile } from "./convert.ts";

type ExportedFunction = (...values: unknown[]) => unknown;

/** A call with its arguments converted, and what it takes to print its results. */
interface Call {
  readonly name: string;
  readonly type: FuncType;
  readonly shared: boolean;
  readonly values: readonly unknown[];
}

const defaultHeapMegabytes = 1024;

/**
 * What a command does beside running: its options, and a look at the store when all calls are done, or one has failed.
 */
export interface Inspection {
  readonly options: Readonly<Record<string, OptionKind>>;
  look(store: Store, parsed: ParsedArguments): void;
}

export async function run(words: readonly string[], open: OpenFile, inspection?: Inspection): Promise<number> {
  const parsed = parseArguments(words, {
    ...inspection?.options,
    "--features": "value",
    "--heap": "value",
    "--invoke": "call",
    "--threads": "value",
    "--time": "flag",
  });
  const file = open(onlyFile(parsed));
  const features = featuresOf(parsed);
  const threads = positive(parsed, "--threads") ?? 0;
  const time = timer(parsed.flags.has("--time"));

  const valid = validateModule(loadModule(file, features), undefined, features);
  time(`checked ${file.file}`);
  const calls = parsed.calls.length > 0 ? parsed.calls.map((call) => prepare(valid, call)) : entryPoint(valid);

  const heap = { maximum: (positive(parsed, "--heap") ?? defaultHeapMegabytes) * 2 ** 20 };
  // Workers beyond those asked for come only when the module itself spawns threads.
  const store = await createStore({
    threads,
    maximumThreads: Math.max(threads, availableParallelism()),
    heap,
    features,
  });
  try {
    const compiled = await store.WebAssembly.compile(file.text === undefined ? file.bytes : textOf(file));
    time("lowered and compiled");
    try {
      await callAll(store, compiled, calls, threads, time);
    } finally {
      // Also where a call failed, such as one that ran out of memory.
      inspection?.look(store, parsed);
    }
  } finally {
    await store.close();
  }
  return 0;
}

/** Instantiates the module, makes the calls one after the other, each on all threads, and prints their results. */
async function callAll(
  store: Store,
  compiled: ModuleObject,
  calls: readonly Call[],
  threads: number,
  time: Timer,
): Promise<void> {
  const instance = await store.WebAssembly.instantiate(compiled, {});
  time("instantiated");
  for (const call of calls) {
    const callOn = (): Promise<unknown> =>
      call.shared
        ? store.spawn(instance.exports[call.name] as ExportedFunction, ...call.values)
        : store.run(compiled, call.name, call.values);
    const results =
      threads === 0
        ? [(instance.exports[call.name] as ExportedFunction)(...call.values)]
        : await Promise.all(Array.from({ length: threads }, callOn));
    time(call.name);
    print(call, results);
  }
  await store.threadsEnded();
}

/** Checks a call against the module before anything runs. */
function prepare(valid: ValidModule, { name, arguments: words }: Invocation): Call {
  const found = valid.module.exports.find((entry) => entry.name === name);
  if (found === undefined || found.kind !== "func")
    throw new UsageError(`${missing(found?.kind, name)}; ${listFunctions(valid)}`);
  const definition = valid.types.type(valid.functions[found.index]?.type ?? 0);
  const type = definition.composite as FuncType;
  if (words.length !== type.params.length) {
    throw new UsageError(`'${name}' takes ${counted(type.params.length, "argument")}, not ${words.length}`);
  }
  return {
    name,
    type,
    shared: definition.shared,
    values: type.params.map((param, at) => parseValue(words[at] ?? "", param)),
  };
}

const missing = (kind: string | undefined, name: string): string =>
  kind === undefined ? `the module has no export called '${name}'` : `export '${name}' is a ${kind}, not a function`;

function listFunctions(valid: ValidModule): string {
  const names = valid.module.exports.filter(({ kind }) => kind === "func").map(({ name }) => name);
  return names.length === 0
    ? "it exports no functions"
    : `it has ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}`;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The call to make where none was asked for. */
function entryPoint(valid: ValidModule): Call[] {
  const exported = valid.module.exports.some(({ name, kind }) => name === "_start" && kind === "func");
  return exported ? [prepare(valid, { name: "_start", arguments: [] })] : [];
}

/** Prints the results of a call once. All threads must agree on them. */
function print({ name, type }: Call, results: readonly unknown[]): void {
  const lines = results.map((result) => {
    const values = type.results.length === 1 ? [result] : Array.from((result ?? []) as Iterable<unknown>);
    return type.results.map((kind, at) => formatValue(values[at], kind)).join(" ");
  });
  const different = [...new Set(lines)];
  if (different.length > 1)
    throw new HeddleError("threads-disagree", `threads disagree on ${name}: ${different.join("; ")}`);
  if (type.results.length > 0) console.log(different[0]);
}

type Timer = (step: string) => void;

/** Tells on standard error how long each step took since the one before it. */
function timer(on: boolean): Timer {
  let last = performance.now();
  return (step) => {
    const now = performance.now();
    if (on) console.error(`${(now - last).toFixed(1).padStart(9)} ms  ${step}`);
    last = now;
  };
}
