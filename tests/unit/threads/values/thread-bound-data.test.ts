import { describe, expect, test } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import type { Handle } from "../../../../gc/heap/handles.ts";
import { slotOf } from "../../../../gc/heap/slots.ts";
import { heapVariants } from "../../support/heap-variants.ts";
import { exportsOf } from "../../support/programs.ts";

const program = `(module
  (type $same (shared (func (param (ref null (shared extern))) (result (ref null (shared extern))))))
  (global $kept (shared mut (ref null (shared extern))) (ref.null (shared extern)))
  (func (export "same") (type $same) (local.get 0))
  (func (export "keep") (param (ref null (shared extern))) (global.set $kept (local.get 0)))
  (func (export "kept") (result (ref null (shared extern))) (global.get $kept)))`;
interface Exports {
  same(value: unknown): unknown;
  keep(value: unknown): void;
  kept(): unknown;
}

describe.each(heapVariants)("in a store $variant", ({ withStore }) => {
  describe("WebAssembly.ThreadBoundData", () => {
    test("gives its value back, also after a way through other threads", async () => {
      await withStore({ threads: 1 }, async (store) => {
        const { same } = await exportsOf<Exports>(store, program);
        const value = { anything: true };
        const data = new store.WebAssembly.ThreadBoundData(value);
        expect(String(data)).toBe("[object WebAssembly.ThreadBoundData]");
        expect(data.get()).toBe(value);
        expect(same(data)).toBe(data);
        expect(await store.spawn(same, data)).toBe(data);
        expect(() => store.WebAssembly.ThreadBoundData.prototype.get.call({} as typeof data)).toThrow(TypeError);
      });
    });

    test("throws on an agent that did not make it", async () => {
      await withStore({ threads: 0 }, async (store) => {
        const data = new store.WebAssembly.ThreadBoundData(1);
        const { address } = internalsOf(store).agent.objects.describe(data) as { readonly address: number };
        // The owner's number, as another agent's object has it.
        Atomics.add(internalsOf(store).agent.heap.words, (address + 4) >>> 2, 1);
        expect(() => data.get()).toThrow("bound to another thread");
      });
    });

    test("keeps its value as long as wasm code refers to it, and no longer", async () => {
      await withStore({ threads: 0 }, async (store) => {
        const { keep, kept } = await exportsOf<Exports>(store, program);
        const { heap, values } = internalsOf(store).agent;
        const address = (value: object): number =>
          (internalsOf(store).agent.objects.describe(value) as { readonly address: number }).address;
        const data = new store.WebAssembly.ThreadBoundData("kept");
        keep(data);
        expect(address(kept() as object)).toBe(address(data));
        store.collect();
        expect(values.size).toBe(1);
        keep(null);
        // As if JS had dropped the wrapper: its handle is the only one of the store.
        heap.handles.free(handleOf(heap, address(data)));
        store.collect();
        expect(values.size).toBe(0);
      });
    });
  });

  /** The slot that keeps the object at `address`. */
  function handleOf(
    heap: { readonly words: Int32Array<ArrayBufferLike>; readonly control: number },
    address: number,
  ): Handle {
    const handles = 40;
    const chunk = Atomics.load(heap.words, (heap.control + handles) >>> 2) >>> 2;
    const slot = heap.words.subarray(chunk, chunk + 8192).indexOf(address | 0);
    return slotOf((chunk + slot) * 4);
  }
});
