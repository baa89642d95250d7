/** Cells of globals in memory: of shared globals, and the copies of host globals that the collector sees. */
import type { HostCode } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";

export interface GlobalCell {
  /** Offset from the pushed address. */
  readonly offset: number;
}

/** Pushes the address of a block or cell; the global's cell is `offset` behind it. */
export function pushCell(module: ModuleLowering, code: HostCode, index: number): GlobalCell {
  const place = module.placement.globals[index];
  switch (place?.kind) {
    case "shared":
      code.globalGet(module.sharedBlock);
      return { offset: place.offset };
    case "host":
      code.globalGet(module.rootBlock);
      return { offset: place.rootOffset ?? 0 };
    default:
      code.globalGet(module.imports.number("globalcell", index));
      return { offset: 0 };
  }
}
