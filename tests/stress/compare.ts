/**
 * Compares the graph in the heap with the model's: same shape, same values, and one object here for one object there.
 */
import type { BytesModel, Model, RefsModel, Slot } from "./model.ts";
import type { StressProgram } from "./program.ts";

/** Compares everything that two lists of references lead to. Throws an error that names the first difference. */
export class Comparison {
  readonly #program: StressProgram;
  readonly #models = new Map<object, Model>();
  readonly #objects = new Map<Model, object>();
  readonly #pending: { readonly object: object; readonly model: Model }[] = [];

  constructor(program: StressProgram) {
    this.#program = program;
  }

  /** Number of objects that were compared. */
  get size(): number {
    return this.#models.size;
  }

  /** The reference at `where`, an object or null. */
  add(object: object | null, model: Slot, where: string): void {
    if (object === null || model === null) {
      if (object !== model)
        throw new Error(
          `${where}: ${object === null ? "null" : "an object"} where the model has ${model?.kind ?? "null"}`,
        );
      return;
    }
    const known = this.#models.get(object);
    if (known !== undefined || this.#objects.has(model)) {
      if (known !== model || this.#objects.get(model) !== object)
        throw new Error(`${where}: another ${model.kind} than before`);
      return;
    }
    this.#models.set(object, model);
    this.#objects.set(model, object);
    this.#pending.push({ object, model });
  }

  /** Follows all references. */
  finish(): void {
    for (let next = this.#pending.pop(); next !== undefined; next = this.#pending.pop())
      this.#compare(next.object, next.model);
  }

  #compare(object: object, model: Model): void {
    const { kindOf, numberOf, childOf } = this.#program;
    const kind = kinds[kindOf(object)];
    if (kind !== model.kind) throw new Error(`a ${kind} where the model has a ${model.kind}`);
    switch (model.kind) {
      case "node":
        if (numberOf(object) !== model.value)
          throw new Error(`a node has ${numberOf(object)}, the model ${model.value}`);
        this.add(childOf(object, 0), model.a, "node.a");
        this.add(childOf(object, 1), model.b, "node.b");
        return;
      case "wide":
        this.add(childOf(object, 0), model.first, "wide.first");
        this.add(childOf(object, 1), model.last, "wide.last");
        this.add(childOf(object, 2), model.more, "wide.more");
        return;
      case "refs":
        this.#compareElements(object, model);
        return;
      case "bytes":
        this.#compareBytes(object, model);
    }
  }

  /** Runs of equal elements at a time: long arrays have few different ones. */
  #compareElements(object: object, { elements }: RefsModel): void {
    const { numberOf, childOf, runOf } = this.#program;
    if (numberOf(object) !== elements.length)
      throw new Error(`an array has ${numberOf(object)} elements, the model ${elements.length}`);
    for (let i = 0; i < elements.length; ) {
      this.add(childOf(object, i), elements[i] as Slot, `element ${i}`);
      let run = 1;
      while (i + run < elements.length && elements[i + run] === elements[i]) run++;
      if (runOf(object, i) !== run)
        throw new Error(`element ${i} comes ${runOf(object, i)} times in a row, in the model ${run}`);
      i += run;
    }
  }

  #compareBytes(object: object, { length, fill }: BytesModel): void {
    const { numberOf, byteOf } = this.#program;
    if (numberOf(object) !== length) throw new Error(`an array has ${numberOf(object)} bytes, the model ${length}`);
    for (const i of [0, length >> 1, length - 1]) {
      if (i < length && i >= 0 && byteOf(object, i) !== fill)
        throw new Error(`byte ${i} is ${byteOf(object, i)}, in the model ${fill}`);
    }
  }
}

const kinds: readonly Model["kind"][] = ["node", "refs", "bytes", "wide"];
