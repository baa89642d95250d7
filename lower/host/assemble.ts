/**
 * Writes host code from flat text: for helper functions that are easier to read as WebAssembly than as calls of an
 * assembler.
 *
 * The text has instructions of the standard's names with their immediates, separated by blanks; `;;` begins a comment.
 * `v128.const` takes the shape and one number, which all lanes have; `call` takes a name of `callees`. There are no
 * blocks.
 */
import { assert } from "../../core/base/assert.ts";
import { Immediates } from "../../core/ops/immediates.ts";
import type { Row } from "../../core/ops/row.ts";
import { rowNamed } from "../../core/ops/table.ts";
import type { HostCode, HostItem } from "./host-code.ts";

export type Callees = Readonly<Record<string, HostItem>>;

const VECTOR_BYTES = 16;
const laneBytes: Readonly<Record<string, number>> = { i16x8: 2, i32x4: 4, i64x2: 8 };

class Assembler {
  readonly #code: HostCode;
  readonly #callees: Callees;
  readonly #words: readonly string[];
  #at = 0;

  constructor(code: HostCode, text: string, callees: Callees) {
    this.#code = code;
    this.#callees = callees;
    this.#words = text
      .replaceAll(/;;.*/g, "")
      .split(/\s+/)
      .filter((word) => word !== "");
  }

  run(): void {
    while (this.#at < this.#words.length) this.#instruction(this.#word());
  }

  #word(): string {
    const word = this.#words[this.#at++];
    assert(word !== undefined, "an instruction has its immediates");
    return word;
  }

  #number(): number {
    return Number(this.#word());
  }

  #instruction(name: string): void {
    switch (name) {
      case "local.get":
        this.#code.get(this.#number());
        return;
      case "local.set":
        this.#code.set(this.#number());
        return;
      case "local.tee":
        this.#code.tee(this.#number());
        return;
      case "call": {
        const callee = this.#callees[this.#word()];
        assert(callee !== undefined, "a callee has a name");
        this.#code.call(callee);
        return;
      }
    }
    const row = rowNamed(name);
    this.#code.instruction(row, this.#immediates(row));
  }

  #immediates(row: Row): Immediates {
    const immediates = new Immediates();
    switch (row.immediates[0]) {
      case undefined:
        break;
      case "i32":
        immediates.i32 = this.#number() | 0;
        break;
      case "i64":
        immediates.i64 = BigInt.asIntN(64, BigInt(this.#word()));
        break;
      case "lane":
        immediates.lane = this.#number();
        break;
      case "lanes":
        immediates.bytes = Uint8Array.from({ length: VECTOR_BYTES }, () => this.#number());
        break;
      case "v128":
        immediates.bytes = this.#vector();
        break;
      default:
        assert(false, `${row.name} has immediates of other kinds than these`);
    }
    return immediates;
  }

  #vector(): Uint8Array {
    const bytes = laneBytes[this.#word()];
    assert(bytes !== undefined, "a vector has a shape");
    const lane = BigInt(this.#word());
    return Uint8Array.from({ length: VECTOR_BYTES }, (_, i) => Number((lane >> BigInt((i % bytes) * 8)) & 0xffn));
  }
}

/** Writes the instructions of a text. */
export function assemble(code: HostCode, text: string, callees: Callees = {}): void {
  new Assembler(code, text, callees).run();
}
