import { expect, test, vi } from "vitest";
import { internalsOf } from "../../../../api/composed-store.ts";
import { PERMANENT_TOP } from "../../../../gc/layout/control-words.ts";
import { exportsOf, withStore } from "../../support/programs.ts";

const program = `(module
  (type $node (shared (struct (field i32))))
  (type $get (shared (func (param (ref null $node)) (result i32))))
  (type $make (shared (func (result (ref $node)))))
  (func (export "make") (type $make) (struct.new $node (i32.const 7)))
  (func (export "get") (type $get) (struct.get $node 0 (local.get 0))))`;

interface Exports {
  make(): object;
  get(node: object): number;
}

test("a call that cannot be queued leaves nothing behind", async () => {
  await withStore({ threads: 1 }, async (store) => {
    const { make, get } = await exportsOf<Exports>(store, program);
    const { agent } = internalsOf(store);
    const node = make();
    expect(await store.spawn(get, node)).toBe(7);
    const submit = vi.spyOn(agent.control.jobs, "submit").mockImplementation(() => {
      throw new RangeError("no room");
    });
    const top = agent.heap.plan(PERMANENT_TOP);
    for (let i = 0; i < 100; i++) await expect((async () => store.spawn(get, node))()).rejects.toThrow("no room");
    expect(agent.heap.plan(PERMANENT_TOP)).toBe(top);
    submit.mockRestore();
    expect(await store.spawn(get, node)).toBe(7);
  });
});
