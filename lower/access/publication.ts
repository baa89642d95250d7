/**
 * Publication: how references are stored where another thread may read them (race rule 2 in ARCHITECTURE.md).
 *
 * An object is filled in by plain stores while its thread alone knows of it. The store that lets others see its address
 * must not overtake these: where `publication` is `atomic`, it is an atomic store, and where it is `tso`, the processor
 * keeps the order. The same holds for function indices, whose function is entered into the store before. Which store it
 * is, is decided here and nowhere else; atomic instructions of the language are atomic on any host.
 *
 * Private are: new objects until their address is stored, the shadow stack, root cells, unshared tables and segments. A
 * null publishes nothing.
 */
import type { StorageType } from "../../core/types/types.ts";
import type { HostCode, HostItem } from "../host/host-code.ts";
import type { ModuleLowering } from "../module/module-lowering.ts";
import { storeName } from "./storage.ts";
import { copyWordsAtomically, fillWords, type WordStore } from "./words.ts";

/** Whether a reference must be published by an atomic store, in a place that is shared or not. */
export function publishesAtomically({ options }: ModuleLowering, isShared: boolean): boolean {
  return isShared && options.publication === "atomic";
}

/** The store of a reference. */
export function referenceStore(module: ModuleLowering, isShared: boolean): WordStore {
  return publishesAtomically(module, isShared) ? "i32.atomic.store" : "i32.store";
}

/** The store of a value of any type: a number's has its width. */
export function valueStore(module: ModuleLowering, storage: StorageType, isShared: boolean): string {
  return storage >= 0 ? referenceStore(module, isShared) : storeName(storage);
}

/** (address, count, value) -> (): a stub that stores one reference to `count` words. */
export function fillReferences(module: ModuleLowering, isShared: boolean): HostItem {
  return fillWords(module, referenceStore(module, isShared));
}

/**
 * With (to, from, bytes) on the stack, copies references, which may overlap. `copyPlainly` does what private places
 * need.
 */
export function copyReferences(
  module: ModuleLowering,
  code: HostCode,
  isShared: boolean,
  copyPlainly: () => void,
): void {
  if (publishesAtomically(module, isShared)) code.call(copyWordsAtomically(module));
  else copyPlainly();
}
