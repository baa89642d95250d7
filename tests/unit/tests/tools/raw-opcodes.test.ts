import { expect, test } from "vitest";
import { rawOpcodes } from "../../../tools/checks/raw-opcodes.ts";
import { findings } from "./sources.ts";

test.each([
  ["threads/a.ts", "const module = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];", 1],
  ["gc/a.ts", "writer.u8(0x0b);", 1],
  ["lower/passes/a.ts", "writer.u8(0x0B);", 1],
  ["lower/host/a.ts", "writer.u8(0x0b);", 0],
  ["core/binary/a.ts", "const header = [0x00, 0x61, 0x73, 0x6d];", 0],
  ["threads/a.ts", 'code: ["local.get", 0, "return"]', 0],
  ["tests/a.ts", "[0, 0x61, 0x73, 0x6d]", 0],
])("in %s, %s", async (path, text, count) => {
  expect(await findings(rawOpcodes, { [path]: text })).toHaveLength(count);
});
