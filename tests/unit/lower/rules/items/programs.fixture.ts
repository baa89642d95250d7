/** Runs lowered programs, for tests that compare what they compute. */
import { createStore, type Store, type StoreOptions } from "../../../../../api/heddle.ts";

/** A store without Workers. */
export function openStore(options: StoreOptions = {}): Promise<Store> {
  return createStore({ threads: 0, heap: { maximum: 16 << 20 }, ...options });
}

/** Instantiates a text and returns its exports. */
export async function exportsOf<T>(store: Store, text: string, imports?: WebAssembly.Imports): Promise<T> {
  return (await store.WebAssembly.instantiate(text, imports)).instance.exports as T;
}

/** Numbers that are the same in each run of the tests: Marsaglia's xorshift, 64 bits. */
export function randomBits(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state ^= BigInt.asUintN(64, state << 13n);
    state ^= state >> 7n;
    state ^= BigInt.asUintN(64, state << 17n);
    return state;
  };
}

/** What a function throws; undefined where it returns. */
export function thrown(body: () => unknown): unknown {
  try {
    body();
    return undefined;
  } catch (error) {
    return error;
  }
}
