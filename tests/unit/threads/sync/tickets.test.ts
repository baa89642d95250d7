import { describe, expect, test } from "vitest";
import { SharedWords, sharedWordsBytes } from "../../../../threads/sync/shared-words.ts";
import { Tickets } from "../../../../threads/sync/tickets.ts";

function sides(): readonly [Tickets, Tickets] {
  const words = new Int32Array(new SharedArrayBuffer(sharedWordsBytes(4)));
  return [new Tickets(new SharedWords({ words }, 0)), new Tickets(new SharedWords({ words }, 0))];
}

describe("tickets", () => {
  test("are taken once, by the starter or back by the creator", () => {
    const [creator, starter] = sides();
    creator.offer(2, 7);
    expect([creator.isOffered(2, 7), creator.isOffered(1, 7)]).toEqual([true, false]);
    expect(starter.take(2, 7)).toBe(true);
    expect([creator.isOffered(2, 7), creator.take(2, 7), starter.take(2, 7)]).toEqual([false, false, false]);
  });

  test("of an earlier number take nothing", () => {
    const [creator, starter] = sides();
    creator.offer(2, 7);
    expect(creator.take(2, 7)).toBe(true);
    creator.offer(2, 8);
    expect([starter.take(2, 7), creator.isOffered(2, 8), starter.take(2, 8)]).toEqual([false, true, true]);
  });

  test("come with a bell, which is heard when it is rung, or was before", async () => {
    const [creator, starter] = sides();
    const { rings } = starter;
    const heard = starter.rung(rings);
    creator.ring();
    await heard;
    await starter.rung(rings);
    expect(starter.rings).toBe(rings + 1);
  });
});
