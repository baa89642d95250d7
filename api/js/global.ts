/**
 * `WebAssembly.Global`. With the descriptor's `shared` it is one for all agents; with `thread-local`, which goes before
 * `shared`, each agent has one of its own (shared-everything threads, "Shared Annotations").
 */
import { createGlobal, readGlobal, writeGlobal } from "../../threads/link/items.ts";
import { defaultLowered, isOpaqueToJs, opaqueError, toLowered } from "../../threads/values/convert.ts";
import { type ApiContext, creatorOf } from "./context.ts";
import type { GlobalDescriptor, Namespace } from "./shape.ts";
import { createThreadLocalGlobal } from "./thread-local-global.ts";
import { toValueType } from "./value-types.ts";
import { defineInterface, requireMember, toDictionary } from "./webidl.ts";

/** The class for one agent. Members: `GlobalObject` in shape.ts. */
export function createGlobalClass(context: ApiContext): Namespace["Global"] {
  const { agent, globals, kinds } = context;

  class Global {
    constructor(descriptor: GlobalDescriptor, ...[value]: [unknown?]) {
      const members = toDictionary(descriptor, "a global's descriptor");
      const mutable = Boolean(members["mutable"]);
      const threadLocal = Boolean(members["thread-local"]);
      const shared = Boolean(members["shared"]) && !threadLocal;
      const type = toValueType(requireMember(members["value"], "value"), shared || threadLocal);
      const kind = kinds.of(type);
      if (isOpaqueToJs(kind)) throw opaqueError();
      const item = agent.withTemporaries(() => {
        const lowered = value === undefined ? defaultLowered(kind) : toLowered(agent, kind, value);
        if (threadLocal)
          return createThreadLocalGlobal(creatorOf(context, "a thread-local global"), type, mutable, lowered);
        return createGlobal(agent, { type, mutable, shared, threadLocal: false }, kind, lowered);
      });
      globals.bind(this, item);
    }

    get value(): unknown {
      return readGlobal(agent, globals.itemOf(this));
    }
    set value(value: unknown) {
      writeGlobal(agent, globals.itemOf(this), value);
    }
    get shared(): boolean {
      const { type } = globals.itemOf(this);
      return type.shared || type.threadLocal;
    }
    valueOf(): unknown {
      return readGlobal(agent, globals.itemOf(this));
    }
  }
  defineInterface(Global, "Global");
  return Global;
}
