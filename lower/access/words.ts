/** Stubs that fill and copy words of memory, and how loops are written in stubs. */
import { I32 } from "../../core/types/types.ts";
import type { HostCode, HostItem } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

const WORD = 4;

/** The host's stores of a word. */
export type WordStore = "i32.store" | "i32.atomic.store";

/** Adds a number to a local. */
export function add(code: HostCode, local: number, amount: number): void {
  code.get(local);
  code.i32(amount);
  code.op("i32.add");
  code.set(local);
}

/** While the local is not zero: `body`. */
export function whileNotZero(code: HostCode, local: number, body: () => void): void {
  code.block("loop");
  code.get(local);
  code.block("if");
  body();
  code.branch("br", 1);
  code.end();
  code.end();
}

/** (address, count, value) -> (): stores `value` to `count` words with the store instruction `store`. */
export function fillWords(module: ModuleLowering, store: WordStore): HostItem {
  const name = store === "i32.store" ? "heddle.fill.words" : "heddle.fill.words.atomic";
  return module.stubs.define(name, [I32, I32, I32], [], (code) => {
    whileNotZero(code, 1, () => {
      code.get(0);
      code.get(2);
      code.access(store, 0);
      add(code, 0, WORD);
      code.get(1);
      code.i32(1);
      code.op("i32.sub");
      code.set(1);
    });
  });
}

/** (to, from, bytes) -> (): copies references, which may overlap, each published by itself. */
export function copyWordsAtomically(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.copy.words.atomic", [I32, I32, I32], [], (code) => {
    code.get(0);
    code.get(1);
    code.op("i32.le_u");
    code.block("if");
    whileNotZero(code, 2, () => {
      copyWord(code);
      add(code, 0, WORD);
      add(code, 1, WORD);
      add(code, 2, -WORD);
    });
    code.else();
    for (const local of [0, 1]) {
      code.get(local);
      code.get(2);
      code.op("i32.add");
      code.set(local);
    }
    whileNotZero(code, 2, () => {
      add(code, 0, -WORD);
      add(code, 1, -WORD);
      copyWord(code);
      add(code, 2, -WORD);
    });
    code.end();
  });
}

function copyWord(code: HostCode): void {
  code.get(0);
  code.get(1);
  code.access("i32.load", 0);
  code.access("i32.atomic.store", 0);
}
