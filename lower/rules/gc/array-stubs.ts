/** Loops over elements, as functions of the host module. */

import { I32, I64, isPacked, type StorageType, V128 } from "../../../core/types/types.ts";
import { storageLog2 } from "../../../gc/layout/object-layout.ts";
import { add, whileNotZero } from "../../access/words.ts";
import type { HostItem } from "../../host/host-code.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

/** Below so many bytes a loop is faster than a call of the host's fill. */
const LOOP_BYTES = 256;

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
