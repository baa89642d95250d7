import * as Comlink from "comlink";
import { describe, expect, test } from "vitest";
import type { Store } from "../../../../api/heddle.ts";
import { caller, type PartialCaller, partialModules } from "../../../programs/partial-instance.ts";
import { admit } from "../../support/admit.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

const instantiatePartly = (store: Store, module: string, { table }: PartialCaller): Promise<unknown> =>
  exportsOf(store, module, { caller: { table } });

describe.each(partialModules)(
  "an instantiation that traps in %s leaves functions in an imported table",
  (_what, module) => {
    test("that the creator and Workers call", async () => {
      await withStore({ threads: 1 }, async (store) => {
        const exports = await exportsOf<PartialCaller>(store, caller);
        await expect(instantiatePartly(store, module, exports)).rejects.toThrow(store.WebAssembly.RuntimeError);
        expect(exports.call()).toBe(7);
        expect(await store.spawn(exports.call)).toBe(7);
      });
    });

    test("that a Worker calls which comes later", async () => {
      await withStore({ threads: 1 }, async (store) => {
        const exports = await exportsOf<PartialCaller>(store, caller);
        await expect(instantiatePartly(store, module, exports)).rejects.toThrow(store.WebAssembly.RuntimeError);
        await store.terminateWorker(store.workers[0]!);
        expect(await store.spawn(exports.call)).toBe(7);
      });
    });

    test("that a Worker calls which was running wasm code", async () => {
      await withStore({ threads: 1 }, async (store) => {
        const exports = await exportsOf<PartialCaller>(store, caller);
        const call = store.spawn(exports.callLater);
        while (exports.waiting() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        await expect(instantiatePartly(store, module, exports)).rejects.toThrow(store.WebAssembly.RuntimeError);
        expect(await call).toBe(7);
      });
    });
  },
);

test("an embedder's Worker calls what an instantiation that trapped has left", async () => {
  await withStore({ threads: 1 }, async (store) => {
    const exports = await exportsOf<PartialCaller>(store, caller);
    Comlink.transferHandlers.set("heddle", store.messages.transferHandler as Comlink.TransferHandler<unknown, unknown>);
    const { worker, service } = await admit(store);
    try {
      for (const [, module] of partialModules) {
        await expect(instantiatePartly(store, module, exports)).rejects.toThrow(store.WebAssembly.RuntimeError);
        expect(await service.call(exports.call)).toBe(7);
      }
    } finally {
      await worker.terminate();
    }
  });
});
