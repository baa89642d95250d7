/** Keys that stand for offsets in a module parsed from text, and the places in the text that they lead back to. */
import type { TextPosition } from "../../base/errors.ts";
import type { SourceMap } from "../../types/module.ts";
import { lastAtMost, lineStarts } from "./source.ts";

/**
 * Hands out keys in ascending order while a module is parsed. An item takes one key; an expression of n bytes takes n,
 * so that the key of an instruction is its expression's key plus its offset there, as in a binary.
 */
export class SourceMapBuilder implements SourceMap {
  readonly #source: string;
  #keys = new Int32Array(256);
  #indices = new Int32Array(256);
  #length = 0;
  /** The next free key. */
  next = 0;
  #starts: number[] | undefined;

  constructor(source: string) {
    this.#source = source;
  }

  /** Makes `key` stand for the character at `index`. Keys must be given in ascending order. */
  mark(key: number, index: number): void {
    if (this.#length === this.#keys.length) this.#grow();
    this.#keys[this.#length] = key;
    this.#indices[this.#length++] = index;
  }

  /** A new key that stands for the character at `index`. */
  place(index: number): number {
    this.mark(this.next, index);
    return this.next++;
  }

  #grow(): void {
    const keys = this.#keys;
    const indices = this.#indices;
    this.#keys = new Int32Array(keys.length * 2);
    this.#keys.set(keys);
    this.#indices = new Int32Array(indices.length * 2);
    this.#indices.set(indices);
  }

  positionOf(offset: number): TextPosition {
    const entry = lastAtMost(this.#keys, offset, this.#length);
    const index = entry < 0 ? 0 : (this.#indices[entry] as number);
    this.#starts ??= lineStarts(this.#source);
    const line = lastAtMost(this.#starts, index);
    return { line: line + 1, column: index - (this.#starts[line] as number) + 1 };
  }
}
