/**
 * The namespace of an agent that did not create its store: the classes of what agents share. Modules are compiled and
 * instantiated by the creator, and so are made types, and with them tags, functions, and globals that are thread-local:
 * their constructors raise TypeErrors here.
 */
import { engine } from "../../core/base/engine.ts";
import { CompileError, LinkError, RuntimeError } from "../../core/base/errors.ts";
import type { ApiContext } from "./context.ts";
import { createExceptionClass, createTagClass } from "./exception.ts";
import { createFunctionClass } from "./function.ts";
import { createGlobalClass } from "./global.ts";
import type { Namespace } from "./shape.ts";
import { createTableClass } from "./table.ts";

/** What of the namespace other agents have than the creator. */
export type JoinedNamespace = Pick<
  Namespace,
  | "Memory"
  | "Global"
  | "Table"
  | "Tag"
  | "Exception"
  | "Function"
  | "WaitQueue"
  | "ThreadBoundData"
  | "CompileError"
  | "LinkError"
  | "RuntimeError"
>;

/** Makes the namespace of an agent that did not create its store. */
export function createJoinedNamespace(context: ApiContext): JoinedNamespace {
  const { agent } = context;
  const members: JoinedNamespace = {
    Memory: engine.Memory,
    Global: createGlobalClass(context),
    Table: createTableClass(context),
    Tag: createTagClass(context),
    Exception: createExceptionClass(context),
    Function: createFunctionClass(context),
    WaitQueue: agent.waitQueueClass,
    ThreadBoundData: agent.threadBound.dataClass,
    CompileError,
    LinkError,
    RuntimeError,
  };
  const namespace = {};
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(namespace, name, { value, writable: true, enumerable: false, configurable: true });
  }
  Object.defineProperty(namespace, Symbol.toStringTag, { value: "WebAssembly", configurable: true });
  return namespace as JoinedNamespace;
}
