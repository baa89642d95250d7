/**
 * What the roots of a heap are called, so that a snapshot can tell which global or which element of a table keeps an
 * object.
 */

import type { Names } from "../../core/types/module.ts";
import { tableElements, tableLength } from "../../gc/heap/table-records.ts";
import type { RootPlaces } from "../../gc/inspect/root-places.ts";
import type { ObjectMemory } from "../../gc/objects.ts";
import type { LinkedInstance } from "../link/link.ts";

type ItemNames = Pick<Names, "globals" | "tables">;
/** An agent whose roots are named. */
interface NamedAgent {
  readonly instances: Iterable<LinkedInstance>;
  readonly heap: ObjectMemory;
}
interface Elements {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Names of globals and tables, by module. */
export class RootNames {
  readonly #modules = new Map<number, ItemNames>();

  /** Takes the name section of a module. */
  add(module: number, { globals, tables }: ItemNames): void {
    this.#modules.set(module, { globals, tables });
  }

  /**
   * Names the words in which the instances of `agent` keep references: right until tables grow. Items are called as
   * their name section says, else after an export, else by their index.
   */
  of(agent: NamedAgent): RootPlaces {
    const globals = new Map<number, string>();
    const tables: Elements[] = [];
    for (const instance of agent.instances) {
      this.#addGlobals(instance, globals);
      this.#addTables(instance, agent, tables);
    }
    return (address) => {
      const global = globals.get(address);
      if (global !== undefined) return { name: global };
      const table = tables.find(({ start, end }) => address >= start && address < end);
      return table === undefined ? undefined : { name: table.name, element: (address - table.start) / 4 };
    };
  }

  #name({ module }: LinkedInstance, kind: "global" | "table", index: number): string {
    const names = this.#modules.get(module.id);
    const named = (kind === "global" ? names?.globals : names?.tables)?.get(index);
    const exported = module.lowered.exports.find((entry) => entry.kind === kind && entry.index === index);
    return named ?? exported?.name ?? `${kind} ${index}`;
  }

  #addGlobals(instance: LinkedInstance, globals: Map<number, string>): void {
    const { module, plan, roots } = instance;
    for (const [index, { place }] of module.lowered.globals.entries()) {
      if (place.kind === "shared") globals.set(plan.shared + place.offset, this.#name(instance, "global", index));
      else if (place.kind === "host" && place.rootOffset !== undefined) {
        globals.set(roots + place.rootOffset, this.#name(instance, "global", index));
      }
    }
  }

  #addTables(instance: LinkedInstance, agent: NamedAgent, tables: Elements[]): void {
    for (const [index, { imported }] of instance.module.lowered.tables.entries()) {
      if (imported) continue;
      const record = instance.tables[index]!;
      const start = tableElements(agent.heap, record);
      const end = start + 4 * tableLength(agent.heap, record);
      tables.push({ name: this.#name(instance, "table", index), start, end });
    }
  }
}
