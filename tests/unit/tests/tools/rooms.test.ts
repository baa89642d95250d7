import { describe, expect, test } from "vitest";
import { folderSizes } from "../../../tools/checks/folder-sizes.ts";
import { importCircles } from "../../../tools/checks/import-circles.ts";
import { roomOrder } from "../../../tools/checks/room-order.ts";
import { roomsListed } from "../../../tools/checks/rooms-listed.ts";
import { threadRooms } from "../../../tools/checks/thread-rooms.ts";
import { findings, room } from "./sources.ts";

describe("the order of rooms", () => {
  const rooms = ["core/base", "core/ops", "gc/api.ts", "gc"];

  test("a room imports from those before it", async () => {
    const texts = {
      "core/base/a.ts": "",
      "core/ops/b.ts": 'import { a } from "../base/a.ts";',
      "gc/c.ts": 'import "./api.ts";',
      "gc/api.ts": "",
    };
    expect(await findings(roomOrder, texts, rooms)).toEqual([]);
  });

  test.each([
    ["values", 'import { b } from "../ops/b.ts";'],
    ["types", 'import type { B } from "../ops/b.ts";'],
    ["everything", 'export * from "../ops/b.ts";'],
    ["effects", 'import "../ops/b.ts";'],
    ["late", 'const b = await import("../ops/b.ts");'],
    ["a Worker's script", 'new Worker(new URL("../ops/b.ts", import.meta.url));'],
    ["without extension, as AssemblyScript does", 'import { b } from "../ops/b";'],
    ["over several lines", 'import {\n  a,\n  type B,\n} from "../ops/b.ts";'],
  ])("an import upwards is refused: %s", async (_name, text) => {
    expect(await findings(roomOrder, { "core/base/a.ts": text, "core/ops/b.ts": "" }, rooms)).toEqual([
      "core/base/a.ts: imports core/ops/b.ts; core/ops comes after core/base in tests/tools/rooms.ts",
    ]);
  });

  test("a file that is a room has its own place", async () => {
    expect(await findings(roomOrder, { "gc/api.ts": 'import { c } from "./c.ts";', "gc/c.ts": "" }, rooms)).toEqual([
      "gc/api.ts: imports gc/c.ts; gc comes after gc/api.ts in tests/tools/rooms.ts",
    ]);
  });

  test("text in comments is no import", async () => {
    const text = '// as in\n//   import { b } from "../ops/b.ts";\n';
    expect(await findings(roomOrder, { "core/base/a.ts": text, "core/ops/b.ts": "" }, rooms)).toEqual([]);
  });
});

describe("the table of rooms", () => {
  test("a folder of sources that is no room is refused", async () => {
    expect(
      await findings(roomsListed, { "core/base/a.ts": "", "core/text/parse/b.ts": "" }, ["core/base", "core/text"]),
    ).toEqual([
      "core/text/parse: is no room in tests/tools/rooms.ts; say there what it holds, and what it may import",
      "core/text: is a room in tests/tools/rooms.ts, and has no sources",
    ]);
  });

  test("folders below a room are the room's where it says so", async () => {
    expect(
      await findings(roomsListed, { "tests/unit/core/ops/a.ts": "" }, [room("tests/unit", { deep: true })]),
    ).toEqual([]);
  });

  test("a room is listed once", async () => {
    expect(await findings(roomsListed, { "core/base/a.ts": "" }, ["core/base", "core/base"])).toContain(
      "core/base: is twice in tests/tools/rooms.ts",
    );
  });
});

describe("circles", () => {
  test("values imported in a circle are refused", async () => {
    const texts = {
      "gc/a.ts": 'import { b } from "./b.ts";',
      "gc/b.ts": 'import type { A } from "./a.ts";\nimport { c } from "./c";',
      "gc/c.ts": 'export { a } from "./a.ts";',
      "gc/d.ts": 'import { a } from "./a.ts";',
    };
    expect(await findings(importCircles, texts)).toEqual([
      "gc/a.ts, gc/b.ts, gc/c.ts: import values from each other in a circle",
    ]);
  });

  test("types are erased, and need no order", async () => {
    const texts = {
      "gc/a.ts": 'import { b } from "./b.ts";',
      "gc/b.ts": 'import { type A, type B } from "./a.ts";\nexport type { C } from "./a.ts";',
    };
    expect(await findings(importCircles, texts)).toEqual([]);
  });

  test("one value among types makes the circle", async () => {
    const texts = { "gc/a.ts": 'import { b } from "./b.ts";', "gc/b.ts": 'import { type A, a } from "./a.ts";' };
    expect(await findings(importCircles, texts)).toHaveLength(1);
  });

  test("a file that imports itself is a circle", async () => {
    expect(await findings(importCircles, { "gc/a.ts": 'import { a } from "./a.ts";' })).toHaveLength(1);
  });

  test("two circles are found as two", async () => {
    const pair = (a: string, b: string) => ({
      [`gc/${a}.ts`]: `import "./${b}.ts";`,
      [`gc/${b}.ts`]: `import "./${a}.ts";`,
    });
    expect(await findings(importCircles, { ...pair("a", "b"), ...pair("c", "d") })).toHaveLength(2);
  });
});

describe("sizes", () => {
  const folder = (name: string, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`${name}/${index}.ts`, ""]));

  test("more than 20 files are refused", async () => {
    expect(await findings(folderSizes, folder("core/ops", 20), ["core/ops"])).toEqual([]);
    expect(await findings(folderSizes, folder("core/ops", 21), ["core/ops"])).toEqual([
      "core/ops: 21 files; make rooms of it by subject (limit 20)",
    ]);
  });

  test("a room says why it has more, and no longer than it does", async () => {
    const crowded = room("core/ops", { crowded: "tables of data" });
    expect(await findings(folderSizes, folder("core/ops", 21), [crowded])).toEqual([]);
    expect(await findings(folderSizes, folder("core/ops", 20), [crowded])).toEqual([
      "core/ops: needs no leave in tests/tools/rooms.ts for more than 20 files",
    ]);
  });

  test("threads have at most 15 rooms", async () => {
    const rooms = Array.from({ length: 16 }, (_, index) => `threads/${index}`);
    expect(await findings(threadRooms, {}, rooms)).toEqual(["threads/: 16 rooms (limit 15)"]);
    expect(await findings(threadRooms, {}, rooms.slice(1))).toEqual([]);
  });

  test("threads have at most 60 arrows between their rooms, each counted once", async () => {
    const rooms = Array.from({ length: 12 }, (_, index) => `threads/${index}`);
    const importing = (count: number) =>
      Array.from({ length: count }, (_, index) => `import "../${index}/a.ts";\nimport "../${index}/b.ts";`).join("\n");
    const texts = Object.fromEntries(
      rooms.flatMap((path, index) => [
        [`${path}/a.ts`, importing(index)],
        [`${path}/b.ts`, ""],
      ]),
    );
    expect(await findings(threadRooms, texts, rooms)).toEqual(["threads/: 66 arrows between its rooms (limit 60)"]);
    expect(await findings(threadRooms, texts, rooms.slice(0, 11))).toEqual([]);
  });

  test("what threads import from other floors is no arrow between their rooms", async () => {
    const below = Array.from({ length: 61 }, (_, index) => `core/${index}`);
    const text = below.map((path) => `import "../../${path}/a.ts";`).join("\n");
    const texts = { "threads/host/a.ts": text, ...Object.fromEntries(below.map((path) => [`${path}/a.ts`, ""])) };
    expect(await findings(threadRooms, texts, [...below, "threads/host"])).toEqual([]);
  });
});
