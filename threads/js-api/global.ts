/** `WebAssembly.Global`. Beyond the standard, the descriptor's `shared` makes a global that all agents share. */
import { defaultLowered, isOpaqueToJs, opaqueError, toLowered } from "../convert.ts";
import { createGlobal, readGlobal, writeGlobal } from "../items.ts";
import type { ApiContext } from "./context.ts";
import type { GlobalDescriptor, Namespace } from "./shape.ts";
import { toValueType } from "./value-types.ts";
import { defineInterface, requireMember, toDictionary } from "./webidl.ts";

export function createGlobalClass({ globals, store }: ApiContext): Namespace["Global"] {
  const { agent, kinds } = store;

  class Global {
    constructor(descriptor: GlobalDescriptor, ...[value]: [unknown?]) {
      const members = toDictionary(descriptor, "a global's descriptor");
      const mutable = Boolean(members["mutable"]);
      const shared = Boolean(members["shared"]);
      const type = toValueType(requireMember(members["value"], "value"), shared);
      const kind = kinds.of(type);
      if (isOpaqueToJs(kind)) throw opaqueError();
      const item = agent.withTemporaries(() => {
        const lowered = value === undefined ? defaultLowered(kind) : toLowered(agent, kind, value);
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
    valueOf(): unknown {
      return readGlobal(agent, globals.itemOf(this));
    }
  }
  defineInterface(Global, "Global");
  return Global;
}
