/**
 * Stack traces in terms of the modules that programs are made of: the functions and the offsets that the host tells are
 * those of lowered modules.
 *
 *     V8             at name (wasm://wasm/heddle-3-1599ec6e:wasm-function[12]:0x1a3)
 *     SpiderMonkey   name@http://host/heddle.js line 7 > WebAssembly.Module:wasm-function[12]:0x1a3
 *     JavaScriptCore name@[wasm code], or <?>.wasm-function[12]@[wasm code]: no offset, and nothing to tell modules by
 *
 * Known deviations: SpiderMonkey does not tell modules, so of several that have the function and the offset the newest
 * wins; traces of JavaScriptCore stay as they are. Traces of errors that JS functions threw stay as they are
 * everywhere.
 */
import type { LoweredModuleParts, TrapCode } from "../../lower/host/lowered.ts";
import { placeOf } from "../../lower/host/source-positions.ts";

/** What of a lowered module traces are read with. */
export type TracedModule = Pick<LoweredModuleParts, "positions" | "trapSites" | "functions" | "importedFunctions">;

/** A frame of wasm code. */
interface Frame {
  /** What stands before the function's name, and between it and the place. */
  readonly before: string;
  readonly between: string;
  /** The function's name in the host module, where it is known. */
  readonly name: string | undefined;
  /** The host module's name, where the host tells it. */
  readonly module: string | undefined;
  /** The host's index of the function. */
  readonly func: number;
  readonly offset: number;
  readonly after: string;
}

const javaScriptCoreFrame = /^(?:<\?>\.)?(.*)@\[wasm code\]$/;
const v8Frame = /^(\s+at )(?:(.*) \()?wasm:\/\/wasm\/(?:(.*)-)?[0-9a-f]+:wasm-function\[(\d+)\]:0x([0-9a-f]+)\)?$/;
const spiderMonkeyFrame = /^[^@]*@(.*):wasm-function\[(\d+)\]:0x([0-9a-f]+)$/;

function parseFrame(line: string): Frame | undefined {
  const v8 = v8Frame.exec(line);
  if (v8 !== null) {
    const [, before = "", name, module, func, offset = ""] = v8;
    return {
      before,
      name,
      between: " (wasm://wasm/",
      module,
      func: Number(func),
      offset: Number.parseInt(offset, 16),
      after: ")",
    };
  }
  const spiderMonkey = spiderMonkeyFrame.exec(line);
  if (spiderMonkey === null) return undefined;
  const [, url = "", func, offset = ""] = spiderMonkey;
  return {
    before: "",
    name: undefined,
    between: `@${url}`,
    module: undefined,
    func: Number(func),
    offset: Number.parseInt(offset, 16),
    after: "",
  };
}

/** The modules that an agent runs, as its stack traces show them. */
export class StackTraces {
  readonly #byName = new Map<string, TracedModule>();

  add(module: TracedModule): void {
    this.#byName.set(module.positions.hostName, module);
  }

  /**
   * The module's own meaning of a trap at the innermost frame of wasm code, where lowering noted one; undefined where
   * there is none.
   */
  codeAt(stack: string | undefined): TrapCode | undefined {
    for (const line of stack?.split("\n") ?? []) {
      const frame = parseFrame(line);
      if (frame === undefined) continue;
      for (const { trapSites } of this.#candidates(frame)) {
        const site = trapSites.find(({ offset }) => offset === frame.offset);
        if (site !== undefined) return site.code;
      }
      return undefined;
    }
    return undefined;
  }

  /**
   * The trace of the host's error for `error`, which stands for it; undefined where no frame of it is of a known
   * module.
   */
  rewrite(error: Error, stack: string | undefined): string | undefined {
    const lines = stack?.split("\n") ?? [];
    const rewritten = lines.map((line) => this.#rewriteLine(line));
    const first = rewritten.findIndex((line, i) => line !== undefined && line !== lines[i]);
    if (first < 0) return undefined;
    // What is above the innermost function of the program is of the heap and of the linker.
    const isV8 = rewritten[first]?.startsWith(" ") === true;
    const header = isV8 ? [`${error.name}: ${error.message}`] : [];
    return [...header, ...rewritten.slice(first).filter((line) => line !== undefined)].join("\n");
  }

  /**
   * The program's functions in a trace, the innermost first. Those without a name are called `wasm-function[INDEX]`.
   */
  functionNames(stack: string | undefined): string[] {
    return (stack?.split("\n") ?? []).map((line) => this.#functionName(line)).filter((name) => name !== undefined);
  }

  #functionName(line: string): string | undefined {
    const frame = parseFrame(line);
    if (frame === undefined) return javaScriptCoreFrame.exec(line)?.[1];
    for (const module of this.#candidates(frame)) {
      const found = functionOf(frame, module);
      if (found !== undefined) return found.name ?? `wasm-function[${found.index}]`;
      // Deno 2.9 says of every function that it is the first one.
      if (frame.module !== undefined && frame.func === 0) return frame.name;
    }
    return undefined;
  }

  /** A line as it is to be; undefined for functions that lowering made up. */
  #rewriteLine(line: string): string | undefined {
    const frame = parseFrame(line);
    if (frame === undefined) return line;
    const candidates = this.#candidates(frame);
    for (const module of candidates) {
      const text = describe(frame, module);
      if (text !== undefined) return text;
    }
    return candidates.length === 0 ? line : undefined;
  }

  /** The modules that a frame may be of, the newest first. */
  #candidates({ module }: Frame): readonly TracedModule[] {
    if (module === undefined) return [...this.#byName.values()].reverse();
    const known = this.#byName.get(module);
    return known === undefined ? [] : [known];
  }
}

interface FrameFunction {
  /** Index in its module. */
  readonly index: number;
  readonly name: string | undefined;
  readonly place: string;
}

/** Which of a module's functions a frame is of; undefined for what is not of the module, or was made up by lowering. */
function functionOf(
  { func, offset }: Frame,
  { positions, functions, importedFunctions }: TracedModule,
): FrameFunction | undefined {
  const own = func - positions.firstHostFunction;
  if (own < 0 || own >= functions.length - importedFunctions) return undefined;
  const place = placeOf(positions, offset);
  if (place === undefined) return undefined;
  const index = importedFunctions + own;
  return { index, name: functions[index]?.name, place };
}

function describe(frame: Frame, module: TracedModule): string | undefined {
  const { before, between, after } = frame;
  const { positions } = module;
  const found = functionOf(frame, module);
  if (found === undefined) return undefined;
  const { index, name, place } = found;
  const where = `${between}${between.includes("wasm://") ? (positions.moduleName ?? positions.hostName) : ""}:wasm-function[${index}]:${place}`;
  // V8 leaves the brackets out where a function has no name.
  if (name === undefined && after !== "") return before + where.replace(" (", "");
  return `${before}${name ?? ""}${where}${after}`;
}
