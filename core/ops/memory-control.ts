/** Memory control (its overview and `discard.md`). Codes 18h to 1Ah are this project's own: no draft gives any. */
import { family, writesOrTraps } from "./declare.ts";
import type { RowSpec } from "./row.ts";

const control = family({ feature: "memory-control", prefix: 0xfc, effects: writesOrTraps });

export const memoryControlRows: readonly RowSpec[] = [
  control(0x12, "memory.discard", "", { immediates: ["memory"], rule: "memory.discard", lowering: "memory.discard" }),
  control(0x18, "memory.map", "", { immediates: ["memory"], rule: "memory.map", lowering: "memory.map" }),
  control(0x19, "memory.unmap", "", { immediates: ["memory"], rule: "memory.unmap", lowering: "memory.unmap" }),
  control(0x1a, "memory.protect", "", { immediates: ["memory", "protection"], rule: "memory.protect", lowering: "memory.protect" }),
];
