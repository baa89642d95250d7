/** Calls everything that a module exports and notes what can be seen of it, the same on every engine. */
import type { Namespace } from "../../api/js/shape.ts";

/** So many rounds of calls, since globals and tables keep what the first one did. */
const ROUNDS = 2;
/** Operands: each call has one of these for all its parameters. */
const operands: readonly unknown[] = [undefined, 0n, null, 1];

/** The function by which Binaryen's modules limit their loops anew. */
const LIMIT = "hangLimitInitializer";

/**
 * Where a trace ends because engines may differ from here on: how deep a stack is, and how much memory there is, is
 * theirs to say.
 */
class Unequal extends Error {}

export interface Trace {
  readonly lines: readonly string[];
  /** Whether the trace ends where engines may differ. */
  readonly open: boolean;
}

function show(value: unknown): string {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return `[${value.map(show).join()}]`;
  if (value === null || (typeof value !== "object" && typeof value !== "function"))
    return `${typeof value} ${String(value)}`;
  return typeof value;
}

function showError(error: unknown, { Exception }: Namespace): string {
  const { name, message } = error instanceof Error ? error : { name: "", message: "" };
  if (/call stack|out of memory|array is too large|allocation/i.test(message)) throw new Unequal();
  if (name === "InternalError") return String((error as Error).stack);
  if (error instanceof WebAssembly.RuntimeError) return "trap";
  return error instanceof Exception ? "exception" : name || `thrown ${show(error)}`;
}

function importsOf(
  namespace: Namespace,
  module: InstanceType<Namespace["Module"]>,
  lines: string[],
): WebAssembly.Imports {
  const imports: Record<string, Record<string, unknown>> = {};
  for (const { module: from, name, kind } of namespace.Module.imports(module)) {
    imports[from] ??= {};
    if (kind === "tag")
      imports[from][name] = name === "jstag" ? namespace.JSTag : new namespace.Tag({ parameters: ["i32"] });
    else if (kind === "table") imports[from][name] = new namespace.Table({ element: "anyfunc", initial: 50 });
    else if (kind === "memory") imports[from][name] = new namespace.Memory({ initial: 16, maximum: 17 });
    else if (kind === "global") imports[from][name] = "extern";
    else {
      imports[from][name] = (...values: unknown[]) => {
        lines.push(`${name} ${values.map(show).join()}`);
        if (name === "throw") throw 5;
        return 0;
      };
    }
  }
  return imports as WebAssembly.Imports;
}

function callAll(exports: Readonly<Record<string, unknown>>, namespace: Namespace, lines: string[]): void {
  const resetLimit = (exports[LIMIT] ?? (() => undefined)) as () => void;
  for (const [name, callee] of Object.entries(exports)) {
    if (typeof callee !== "function" || name === LIMIT) continue;
    resetLimit();
    for (const operand of operands) {
      let outcome: string;
      try {
        outcome = show(callee(...Array.from({ length: callee.length }, () => operand)));
      } catch (error) {
        outcome = showError(error, namespace);
      }
      lines.push(`${name}(${show(operand)}) = ${outcome}`);
    }
  }
}

/** What a module does on an engine; undefined where that does not take it. */
export function traceOf(bytes: Uint8Array<ArrayBuffer>, namespace: Namespace): Trace | undefined {
  const lines: string[] = [];
  let module: InstanceType<Namespace["Module"]>;
  try {
    module = new namespace.Module(bytes);
  } catch {
    return undefined;
  }
  try {
    const { exports } = new namespace.Instance(module, importsOf(namespace, module, lines));
    for (let round = 0; round < ROUNDS; round++) callAll(exports, namespace, lines);
  } catch (error) {
    if (error instanceof Unequal) return { lines, open: true };
    try {
      lines.push(`instantiation: ${showError(error, namespace)}`);
    } catch {
      return { lines, open: true };
    }
  }
  return { lines, open: false };
}
