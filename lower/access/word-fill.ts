/** A stub that fills words of memory with one reference. */
import { I32 } from "../../core/types/types.ts";
import type { HostItem } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

const WORD = 4;

/** (address, count, value) -> (): stores `value` to `count` words with the store instruction `store`. */
export function fillWords(module: ModuleLowering, store: string): HostItem {
  const name = store === "i32.store" ? "heddle.fill.words" : "heddle.fill.words.atomic";
  return module.stubs.define(name, [I32, I32, I32], [], (code) => {
    code.block("loop");
    code.get(1);
    code.block("if");
    code.get(0);
    code.get(2);
    code.access(store, 0);
    code.get(0);
    code.i32(WORD);
    code.op("i32.add");
    code.set(0);
    code.get(1);
    code.i32(1);
    code.op("i32.sub");
    code.set(1);
    code.branch("br", 1);
    code.end();
    code.end();
  });
}
