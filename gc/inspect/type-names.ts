/** What the heap's types are called: the name sections of the modules that defined them, else what they are made of. */
import type { Names } from "../../core/types/module.ts";
import type { TypeStore } from "../../core/types/type-store.ts";
import { structLayout } from "../layout/object-layout.ts";

export class TypeNames {
  readonly #types: TypeStore;
  readonly #names = new Map<number, string>();
  readonly #fields = new Map<number, ReadonlyMap<number, string>>();
  readonly #byOffset = new Map<number, ReadonlyMap<number, string>>();

  constructor(types: TypeStore) {
    this.#types = types;
  }

  /** Takes the names of a module; `canonical` has the ids of its types. The first module to name a type decides. */
  add(names: Pick<Names, "types" | "fields">, canonical: ArrayLike<number>): void {
    for (const [index, name] of names.types) {
      const id = canonical[index];
      if (id !== undefined && !this.#names.has(id)) this.#names.set(id, name);
    }
    for (const [index, fields] of names.fields) {
      const id = canonical[index];
      if (id !== undefined && !this.#fields.has(id)) this.#fields.set(id, fields);
    }
  }

  /** A type's name, or "struct 12" after its kind and id. */
  type(id: number): string {
    return this.#names.get(id) ?? `${id < this.#types.size ? this.#types.type(id).composite.kind : "type"} ${id}`;
  }

  /** The name of the field at byte `offset` of a struct, or its index. */
  field(id: number, offset: number): string {
    let names = this.#byOffset.get(id);
    if (names === undefined) {
      names = this.#fieldsByOffset(id);
      this.#byOffset.set(id, names);
    }
    return names.get(offset) ?? `+${offset}`;
  }

  #fieldsByOffset(id: number): Map<number, string> {
    const byOffset = new Map<number, string>();
    if (id >= this.#types.size || this.#types.type(id).composite.kind !== "struct") return byOffset;
    for (const [index, offset] of structLayout(this.#types, id).offsets.entries()) {
      byOffset.set(offset, this.#fields.get(id)?.get(index) ?? String(index));
    }
    return byOffset;
  }
}
