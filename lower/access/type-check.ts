/** Checks on type records: equality first, then the supertype display (gc/layout/type-record.ts has the picture). */

import { I32 } from "../../core/types/types.ts";
import { DISPLAY_MINIMUM, TYPE_DEPTH, TYPE_DISPLAY } from "../../gc/layout/type-record.ts";
import type { HostCode } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

const WORD = 4;

/**
 * With a type record's address in the local `record`, pushes whether the type is `id` or a subtype, looking at the
 * display only.
 */
export function pushIsInDisplay(module: ModuleLowering, code: HostCode, record: number, id: number): void {
  const depth = module.types.depth(id);
  const pushEntryIsId = (): void => {
    code.get(record);
    code.access("i32.load", TYPE_DISPLAY + depth * WORD);
    module.typeRecord(code, id);
    code.op("i32.eq");
  };
  if (depth < DISPLAY_MINIMUM) {
    pushEntryIsId();
    return;
  }
  code.get(record);
  code.access("i32.load", TYPE_DEPTH);
  code.i32(depth);
  code.op("i32.ge_u");
  code.block("if", { kind: "result", type: I32 });
  pushEntryIsId();
  code.else();
  code.i32(0);
  code.end();
}
