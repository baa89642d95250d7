/** Random numbers that are the same for the same seed, on every machine. */

/** The generator sfc32 (Chris Doty-Humphrey, PractRand). */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** Each case of a run has a generator of its own, so that one case can be run again alone. */
  constructor(seed: number, stream: number) {
    this.#a = seed | 0;
    this.#b = stream | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let i = 0; i < 12; i++) this.#next();
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to `bound` - 1; 0 where `bound` is 0. */
  below(bound: number): number {
    return bound <= 0 ? 0 : this.#next() % bound;
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** A small number more often than a large one: what indices and counts are. */
  small(): number {
    return this.oneIn(12) ? this.below(300) : this.below(this.oneIn(3) ? 16 : 4);
  }

  /** A whole number in `[start, end)` pairs: a non-empty range inside `length`, short more often than long. */
  range(length: number): readonly [number, number] {
    const start = this.below(length);
    const size = 1 + this.below(Math.min(length - start, this.oneIn(8) ? length : 8));
    return [start, start + size];
  }
}
