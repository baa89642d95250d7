/** Loops over elements, as functions of the host module. */

import { I32, I64, isPacked, type StorageType, V128 } from "../../../core/types/types.ts";
import { storageLog2 } from "../../../gc/layout/object-layout.ts";
import type { HostCode, HostItem } from "../../host/host-code.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

const WORD = 4;
/** Below so many bytes a loop is faster than a call of the host's fill. */
const LOOP_BYTES = 256;

function add(code: HostCode, local: number, amount: number): void {
  code.get(local);
  code.i32(amount);
  code.op("i32.add");
  code.set(local);
}

/** While the local is not zero: `body`. */
function whileNotZero(code: HostCode, local: number, body: () => void): void {
  code.block("loop");
  code.get(local);
  code.block("if");
  body();
  code.branch("br", 1);
  code.end();
  code.end();
}

/** (address, value, count) -> (): stores `value` to `count` elements with the store instruction `store`. */
export function fillElements(module: ModuleLowering, storage: StorageType, store: string): HostItem {
  const type = isPacked(storage) || storage >= 0 ? I32 : storage;
  return module.stubs.define(`heddle.array.fill.${store}`, [I32, type, I32], [], (code) => {
    whileNotZero(code, 2, () => {
      code.get(0);
      code.get(1);
      code.access(store, 0);
      add(code, 0, 1 << storageLog2(storage));
      add(code, 2, -1);
    });
  });
}

/** (address, bytes, pattern) -> (): stores the eight bytes of `pattern` until `bytes`, a multiple of 8, are filled. */
export function fillPattern(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.array.pattern", [I32, I32, I64], [], (code) => {
    code.get(1);
    code.i32(LOOP_BYTES);
    code.op("i32.gt_u");
    code.get(2);
    code.get(2);
    code.i64(8n);
    code.op("i64.rotl");
    code.op("i64.eq");
    code.op("i32.and");
    code.block("if");
    code.get(0);
    code.get(2);
    code.op("i32.wrap_i64");
    code.get(1);
    code.withItems("memory.fill", module.heapMemory);
    code.op("return");
    code.end();
    whileNotZero(code, 1, () => {
      code.get(0);
      code.get(2);
      code.access("i64.store", 0);
      add(code, 0, 8);
      add(code, 1, -8);
    });
  });
}

/** (address, bytes, vector) -> (): stores the vector until `bytes`, a multiple of 16, are filled. */
export function fillVectors(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.array.vectors", [I32, I32, V128], [], (code) => {
    whileNotZero(code, 1, () => {
      code.get(0);
      code.get(2);
      code.access("v128.store", 0);
      add(code, 0, 16);
      add(code, 1, -16);
    });
  });
}

/** (to, from, bytes) -> (): copies references, which may overlap, each published by itself. */
export function copyWordsAtomically(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.array.copy.atomic", [I32, I32, I32], [], (code) => {
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
