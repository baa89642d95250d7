/**
 * Functions of the host module that are not the module's own: slow paths, called from where a fast path fails. A call
 * of a local function keeps the fast path small, where an imported function called at the site costs the caller
 * registers (DESIGN 4, "Slow paths out of line").
 */
import { I32, type ValType } from "../../core/types/types.ts";
import type { HostCode, HostItem } from "../host/host-code.ts";
import type { HostModule } from "../host/host-module.ts";
import type { ImportedItems } from "../host/imported-items.ts";
import { TrapCode } from "../host/lowered.ts";

/** So many references are spilled by a stub; the site itself stores what is more. */
export const STUB_REFERENCES = 4;

const trapNames = new Map<number, string>(Object.entries(TrapCode).map(([name, code]) => [code, name]));
const WORD = 4;

export class Stubs {
  readonly #host: HostModule;
  readonly #imports: ImportedItems;
  readonly #items = new Map<string, HostItem>();
  // The same for stubs that are called everywhere: by the trap's reason, and by the number of references.
  readonly #traps: HostItem[] = [];
  readonly #trapsWith: HostItem[] = [];
  readonly #allocate: HostItem[] = [];
  #log: HostItem | undefined;

  constructor(host: HostModule, imports: ImportedItems) {
    this.#host = host;
    this.#imports = imports;
  }

  /** The function called `name`, made by `write` when it is first asked for. */
  define(
    name: string,
    params: readonly ValType[],
    results: readonly ValType[],
    write: (code: HostCode) => void,
  ): HostItem {
    let item = this.#items.get(name);
    if (item === undefined) {
      const defined = this.#host.function(name, params, results);
      item = defined.item;
      this.#items.set(name, item);
      write(defined.code);
    }
    return item;
  }

  /** () -> (): traps. */
  trap(reason: TrapCode): HostItem {
    this.#traps[reason] ??= this.#trap(reason);
    return this.#traps[reason];
  }

  #trap(reason: TrapCode): HostItem {
    return this.define(`heddle.trap.${trapNames.get(reason)}`, [], [], (code) => {
      code.i32(reason);
      code.i32(0);
      code.call(this.#imports.heap("trap"));
      code.op("unreachable");
    });
  }

  /**
   * (detail) -> (): traps. The value that was found wanting is handed over so that it has a use beside the check: V8
   * folds a load whose only use is a compare into that, and yet keeps the load, since it may trap.
   */
  trapWith(reason: TrapCode): HostItem {
    this.#trapsWith[reason] ??= this.#trapWith(reason);
    return this.#trapsWith[reason];
  }

  #trapWith(reason: TrapCode): HostItem {
    return this.define(`heddle.trap.${trapNames.get(reason)}.with`, [I32], [], (code) => {
      code.i32(reason);
      code.get(0);
      code.call(this.#imports.heap("trap"));
      code.op("unreachable");
    });
  }

  /** (bytes, sp, references...) -> address: spills the references at `sp` and asks the heap for memory, or traps. */
  allocate(references: number): HostItem {
    this.#allocate[references] ??= this.#allocateWith(references);
    return this.#allocate[references];
  }

  #allocateWith(references: number): HostItem {
    return this.define(`heddle.allocate.${references}`, [I32, I32, ...words(references)], [I32], (code) => {
      const address = code.local(I32);
      spillParameters(code, 1, 2, references);
      code.get(0);
      pushOffset(code, 1, references * WORD);
      code.call(this.#imports.heap("allocate"));
      code.tee(address);
      code.op("i32.eqz");
      code.unlikely();
      code.call(this.trap(TrapCode.outOfMemory));
      code.end();
      code.get(address);
    });
  }

  /** (sp, references...) -> (): spills the references at `sp` and takes part in a collection if one is asked for. */
  poll(references: number): HostItem {
    return this.define(`heddle.poll.${references}`, [I32, ...words(references)], [], (code) => {
      spillParameters(code, 0, 1, references);
      pushOffset(code, 0, references * WORD);
      code.call(this.#imports.heap("poll"));
    });
  }

  /** (object) -> (): the write barrier's slow half. */
  log(): HostItem {
    this.#log ??= this.define("heddle.log", [I32], [], (code) => {
      code.get(0);
      code.call(this.#imports.heap("log"));
    });
    return this.#log;
  }
}

function words(count: number): ValType[] {
  return new Array<ValType>(count).fill(I32);
}

/** Stores parameters `first`, `first + 1`, ... at the address in parameter `sp`. */
function spillParameters(code: HostCode, sp: number, first: number, count: number): void {
  for (let i = 0; i < count; i++) {
    code.get(sp);
    code.get(first + i);
    code.access("i32.store", i * WORD);
  }
}

function pushOffset(code: HostCode, local: number, offset: number): void {
  code.get(local);
  if (offset === 0) return;
  code.i32(offset);
  code.op("i32.add");
}
