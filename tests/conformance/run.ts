/** Run mode: executes a script's commands one after the other on one store. */

import { CompileError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import {
  type Action,
  type AssertKind,
  type Command,
  loadModule,
  type Script,
  type ScriptModule,
} from "../../core/text/script/script.ts";
import type { Pattern } from "../../core/text/script/script-values.ts";
import { countImports, type GlobalType, type Module, type ModuleParts } from "../../core/types/module.ts";
import { type Bridge, crossingOf, functionBridge, globalBridge, needsBridge } from "./bridge.ts";
import type { Executor, InstanceLike, NamespaceLike, ScriptStore } from "./executor.ts";
import type { Outcome } from "./report.ts";
import { spectest, spectestExtras } from "./spectest.ts";
import {
  describePattern,
  describeResult,
  fromResults,
  HostReferences,
  matches,
  type Result,
  toArguments,
} from "./values.ts";

const passed: Outcome = { kind: "passed" };
const failed = (expected: string, got: string): Outcome => ({ kind: "failed", expected, got });

/** A module of the script, instantiated. */
interface Linked {
  readonly module: ModuleParts;
  readonly instance: InstanceLike;
  readonly bridges: Map<string, (...values: unknown[]) => unknown>;
}

/** Starts a `thread` command elsewhere; resolves with what its commands came to. */
export type StartThread = (
  command: Extract<Command, { kind: "thread" }>,
  memories: Readonly<Record<string, Readonly<Record<string, WebAssembly.Memory>>>>,
) => Promise<readonly ThreadResult[]>;

export interface ThreadResult {
  readonly line: number;
  readonly name: string;
  readonly outcome: Outcome;
}

export type TellRun = (line: number, name: string, outcome: Outcome) => void;

/** An action's failure to return. */
class Thrown {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

export class ScriptRunner {
  readonly #script: Script;
  readonly #executor: Executor;
  readonly #store: ScriptStore;
  readonly #features: FeatureSet;
  readonly #startThread: StartThread;
  readonly #host = new HostReferences();
  readonly #definitions = new Map<string, Module>();
  readonly #linked = new Map<string, Linked>();
  readonly #registered = new Map<string, Record<string, unknown>>();
  readonly #threads = new Map<string, Promise<readonly ThreadResult[]>>();
  #last: Linked | undefined;
  #lastDefinition: Module | undefined;

  constructor(
    script: Script,
    executor: Executor,
    store: ScriptStore,
    features: FeatureSet,
    suite: string,
    startThread: StartThread,
  ) {
    this.#script = script;
    this.#executor = executor;
    this.#store = store;
    this.#features = features;
    this.#startThread = startThread;
    const sources = [spectest, ...(spectestExtras[suite] === undefined ? [] : [spectestExtras[suite]])];
    const parts = sources.map((source) => this.#instantiate(parseModule(source)).exports);
    this.#registered.set("spectest", Object.assign({}, ...parts));
  }

  /** Adds an instance of another agent's, of which only memories are here. */
  lend(name: string, exports: Readonly<Record<string, WebAssembly.Memory>>): void {
    this.#linked.set(name, { module: parseModule("(module)"), instance: { exports }, bridges: new Map() });
  }

  async run(commands: readonly Command[], tell: TellRun): Promise<void> {
    for (const command of commands) {
      const name = nameOf(command);
      try {
        const outcome = await this.#command(command, tell);
        if (outcome !== undefined) tell(command.line, name, outcome);
      } catch (error) {
        tell(command.line, name, failed("the command to run", describeError(error)));
      }
    }
  }

  /** Undefined for commands that validate mode is about. */
  async #command(command: Command, tell: TellRun): Promise<Outcome | undefined> {
    switch (command.kind) {
      case "module":
        return this.#module(command.module, command.definition);
      case "instance":
        this.#keep(command.name, this.#definition(command.module));
        return passed;
      case "register":
        this.#registered.set(command.as, { ...this.#find(command.module).instance.exports });
        return passed;
      case "action": {
        const result = this.#perform(command.action);
        return result instanceof Thrown ? failed("a return", describeError(result.error)) : passed;
      }
      case "assert_return":
        return this.#compare(this.#perform(command.action), command.expected);
      case "assert_action":
        return this.#judge(this.#perform(command.action), command.what, command.message);
      case "assert_instantiation":
        return this.#judge(this.#attempt(command.module), command.what, command.message);
      case "assert_refused":
        return command.what === "unlinkable" ? this.#unlinkable(command.module, command.message) : undefined;
      case "thread":
        this.#threads.set(command.name, this.#startThread(command, this.#memoriesFor(command.shared)));
        return passed;
      case "wait":
        return this.#wait(command.thread, tell);
    }
  }

  async #wait(name: string, tell: TellRun): Promise<Outcome> {
    const thread = this.#threads.get(name);
    if (thread === undefined) return failed("a thread of that name", "none");
    this.#threads.delete(name);
    for (const { line, name: command, outcome } of await thread) tell(line, command, outcome);
    return passed;
  }

  #memoriesFor(names: readonly string[]): Record<string, Record<string, WebAssembly.Memory>> {
    return Object.fromEntries(
      names.map((name) => [name, this.#find(name).instance.exports as Record<string, WebAssembly.Memory>]),
    );
  }

  #module(module: ScriptModule, definition: boolean): Outcome {
    const loaded = loadModule(this.#script, module, this.#features);
    this.#lastDefinition = loaded;
    if (module.name !== undefined) this.#definitions.set(module.name, loaded);
    // A definition is valid; whether it can be made is asked where it is instantiated, since it may be as large as a
    // module can say.
    if (!definition) this.#keep(module.name, loaded);
    return passed;
  }

  #definition(name: string | undefined): Module {
    const module = name === undefined ? this.#lastDefinition : this.#definitions.get(name);
    if (module === undefined) throw new Error(`no module ${name ?? ""}`);
    return module;
  }

  /** Instantiates and makes the instance the current one. */
  #keep(name: string | undefined, module: Module): void {
    // Actions must not fall through to the module before, should this one fail.
    this.#last = undefined;
    const linked: Linked = { module, instance: this.#instantiate(module), bridges: new Map() };
    this.#last = linked;
    if (name !== undefined) this.#linked.set(name, linked);
  }

  #find(name: string | undefined): Linked {
    const linked = name === undefined ? this.#last : this.#linked.get(name);
    if (linked === undefined) throw new Error(`no instance ${name ?? ""}`);
    return linked;
  }

  #instantiate(module: ModuleParts): InstanceLike {
    const { WebAssembly: namespace } = this.#store;
    const imports: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name } of module.imports) {
      const exports = this.#registered.get(from);
      // May be one that the runtime has by itself, `wasm:thread`.
      if (exports === undefined) continue;
      imports[from] ??= {};
      const value = exports[name];
      if (value !== undefined) imports[from][name] = value;
    }
    return new namespace.Instance(new namespace.Module(encodeModule(module)) as never, imports as WebAssembly.Imports);
  }

  #attempt(module: ScriptModule): Thrown | readonly Result[] {
    const loaded = loadModule(this.#script, module, this.#features);
    try {
      this.#instantiate(loaded);
      return [];
    } catch (error) {
      return new Thrown(error);
    }
  }

  #unlinkable(module: ScriptModule, message: string): Outcome {
    const result = this.#attempt(module);
    if (!(result instanceof Thrown)) return failed(`a link error: ${message}`, "an instance");
    const { error } = result;
    // The JS API raises a TypeError where an import's module is no object.
    const fits = error instanceof WebAssembly.LinkError || error instanceof TypeError;
    return fits ? passed : failed(`a link error: ${message}`, describeError(error));
  }

  #perform(action: Action): Thrown | readonly Result[] {
    const linked = this.#find(action.module);
    const exported = linked.instance.exports[action.name];
    const item = linked.module.exports.find(({ name }) => name === action.name);
    if (exported === undefined || item === undefined) throw new Error(`no export ${JSON.stringify(action.name)}`);
    if (action.kind === "get") {
      const type = globalTypeOf(linked.module, item.index);
      const crossings = [crossingOf(linked.module, type.type)];
      if (!needsBridge(crossings)) return fromResults([(exported as { readonly value: unknown }).value], crossings);
      const read = this.#bridge(linked, action.name, { g: exported }, () => globalBridge(linked.module, type));
      return this.#call(read, [], crossings);
    }
    const typeIndex = functionTypeOf(linked.module, item.index);
    const composite = linked.module.types[typeIndex]?.composite;
    if (composite?.kind !== "func") throw new Error(`${action.name} is no function`);
    const { params, results } = composite;
    const crossings = results.map((type) => crossingOf(linked.module, type));
    const bridged = needsBridge([...crossings, ...params.map((type) => crossingOf(linked.module, type))]);
    const target = bridged
      ? this.#bridge(linked, action.name, { f: exported }, () => functionBridge(linked.module, typeIndex, composite))
      : (exported as (...values: unknown[]) => unknown);
    return this.#call(
      target,
      action.arguments.flatMap((value) => toArguments(value, this.#host)),
      crossings,
    );
  }

  /** The function that calls an export, or reads it, with exact bits. */
  #bridge(
    linked: Linked,
    name: string,
    items: Record<string, unknown>,
    make: () => Bridge,
  ): (...values: unknown[]) => unknown {
    const known = linked.bridges.get(name);
    if (known !== undefined) return known;
    const { WebAssembly: namespace } = this.#store;
    const module = new namespace.Module(make().bytes);
    const { exports } = new namespace.Instance(module as never, { "": items } as WebAssembly.Imports);
    const run = exports["run"] as (...values: unknown[]) => unknown;
    linked.bridges.set(name, run);
    return run;
  }

  #call(
    target: (...values: unknown[]) => unknown,
    values: unknown[],
    crossings: Parameters<typeof fromResults>[1],
  ): Thrown | readonly Result[] {
    try {
      const result = target(...values);
      return fromResults(Array.isArray(result) ? result : [result], crossings);
    } catch (error) {
      return new Thrown(error);
    }
  }

  #compare(result: Thrown | readonly Result[], expected: readonly Pattern[]): Outcome {
    const wanted = expected.map(describePattern).join(", ") || "no result";
    if (result instanceof Thrown) return failed(wanted, describeError(result.error));
    const fits =
      result.length === expected.length && result.every((one, at) => matches(one, expected[at] as Pattern, this.#host));
    return fits ? passed : failed(wanted, result.map(describeResult).join(", ") || "no result");
  }

  #judge(result: Thrown | readonly Result[], what: AssertKind, message: string): Outcome {
    const expected = `${what}${message === "" ? "" : `: ${message}`}`;
    if (!(result instanceof Thrown)) return failed(expected, result.map(describeResult).join(", ") || "a return");
    const { error } = result;
    if (!isOfKind(error, what, this.#store.WebAssembly)) return failed(expected, describeError(error));
    const checked = this.#executor.standardMessages && (what === "trap" || what === "exhaustion");
    if (!checked || (error as Error).message.includes(message) || message.startsWith((error as Error).message))
      return passed;
    return failed(expected, describeError(error));
  }
}

function isOfKind(error: unknown, what: AssertKind, { Exception }: NamespaceLike): boolean {
  switch (what) {
    case "trap":
      return error instanceof WebAssembly.RuntimeError;
    case "exhaustion":
      return (
        error instanceof RangeError ||
        (error instanceof WebAssembly.RuntimeError && error.message.includes("exhausted"))
      );
    case "exception":
      return error instanceof Exception;
    case "suspension":
      return error instanceof Error && /suspen|unhandled/i.test(`${error.name} ${error.message}`);
  }
}

function functionTypeOf(module: ModuleParts, index: number): number {
  const imported = module.imports.flatMap(({ type }) => (type.kind === "func" ? [type.type] : []));
  return imported[index] ?? module.functions[index - imported.length]?.type ?? -1;
}

function globalTypeOf(module: ModuleParts, index: number): GlobalType {
  const imported = module.imports.flatMap(({ type }) => (type.kind === "global" ? [type.type] : []));
  const type = imported[index] ?? module.globals[index - countImports(module).global]?.type;
  if (type === undefined) throw new Error(`no global ${index}`);
  return type;
}

function nameOf(command: Command): string {
  switch (command.kind) {
    case "assert_action":
    case "assert_instantiation":
    case "assert_refused":
      return `assert_${command.what}`;
    case "action":
      return command.action.kind;
    default:
      return command.kind;
  }
}

/** An error by its class and message; the stack too where it is none that WebAssembly raises. */
export function describeError(error: unknown): string {
  if (
    error instanceof CompileError ||
    error instanceof WebAssembly.RuntimeError ||
    error instanceof WebAssembly.LinkError
  ) {
    return `${error.name}: ${error.message}`;
  }
  if (error instanceof WebAssembly.CompileError || error instanceof RangeError)
    return `${error.name}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
