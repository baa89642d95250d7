/** Index spaces and the identifiers bound in them (core 6.1.3, "Contexts"). */

/** How the text names an item: by an identifier, by an annotation, or by both (core, appendix "Name Annotations"). */
export interface Binding {
  readonly id: string | undefined;
  /** The annotation's name, which goes before the identifier in the name section. */
  readonly annotation: string | undefined;
}

/** The items of one kind that a module has, with the names that the text gives them. */
export class IndexSpace {
  /** What the standard calls an item: for messages. */
  readonly title: string;
  count = 0;
  /** Names by index, for the name section. */
  readonly names: Map<number, string>;
  readonly #indices = new Map<string, number>();

  constructor(title: string, names: Map<number, string> = new Map()) {
    this.title = title;
    this.names = names;
  }

  /** Adds an item and returns its index; -1 where the name is taken. */
  add(name: string | undefined): number {
    const index = this.count++;
    if (name !== undefined) {
      if (this.#indices.has(name)) return -1;
      this.#indices.set(name, index);
      this.names.set(index, name);
    }
    return index;
  }

  /** Gives an item, bound or not, a name that others may have too. */
  rename(index: number, name: string | undefined): void {
    if (name !== undefined) this.names.set(index, name);
  }

  find(name: string): number | undefined {
    return this.#indices.get(name);
  }

  /** Forgets all items. */
  clear(): void {
    this.count = 0;
    this.#indices.clear();
  }
}

/** The labels in scope. A name may be bound again inside; the innermost binding counts. */
export class LabelStack {
  readonly #labels: (string | undefined)[] = [];
  readonly #depths = new Map<string, number[]>();

  get depth(): number {
    return this.#labels.length;
  }

  push(name: string | undefined): void {
    if (name !== undefined) {
      const list = this.#depths.get(name);
      if (list === undefined) this.#depths.set(name, [this.#labels.length]);
      else list.push(this.#labels.length);
    }
    this.#labels.push(name);
  }

  pop(): void {
    const name = this.#labels.pop();
    if (name !== undefined) this.#depths.get(name)?.pop();
  }

  /** The relative label index of the innermost label of this name; -1 where none is in scope. */
  find(name: string): number {
    const depth = this.#depths.get(name)?.at(-1);
    return depth === undefined ? -1 : this.#labels.length - 1 - depth;
  }

  /** The name of the label at a relative depth, unless it has none or another block inside hides it. */
  nameAt(depth: number): string | undefined {
    const name = this.#labels[this.#labels.length - 1 - depth];
    return name !== undefined && this.find(name) === depth ? name : undefined;
  }

  clear(): void {
    this.#labels.length = 0;
    this.#depths.clear();
  }
}
