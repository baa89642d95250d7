/** Stores on which values must be the same: each test of values runs on all of them. */
import { openStore } from "../../../api/composed-store.ts";
import type { Store } from "../../../api/heddle.ts";
import type { InternalStoreOptions } from "../../../threads/store/store-options.ts";
import { withStore } from "./programs.ts";

/** How a variant makes its stores. */
interface HeapVariant {
  readonly variant: string;
  readonly openStore: (options: InternalStoreOptions) => Promise<Store>;
  readonly withStore: typeof withStore;
}

function variantWith(variant: string, change: (options: InternalStoreOptions) => InternalStoreOptions): HeapVariant {
  return {
    variant,
    openStore: (options) => openStore(change(options)),
    withStore: (options, body) => withStore(change(options), body),
  };
}

export const heapVariants: readonly HeapVariant[] = [
  variantWith("made by default", (options) => options),
  // Addresses are negative as i32.
  variantWith("whose heap lies above 2 GB", (options) => ({
    ...options,
    heap: { maximum: 64 << 20, ...options.heap, lowestBlock: 2 ** 31 },
  })),
  variantWith("that publishes by atomic stores", (options) => ({ ...options, publication: "atomic" })),
];
