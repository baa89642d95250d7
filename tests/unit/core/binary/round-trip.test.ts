import { describe, expect, test } from "vitest";
import { defaultFeatures } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../core/binary/encode.ts";
import { writeInstruction } from "../../../../core/binary/immediates.ts";
import { InstructionCursor } from "../../../../core/binary/instructions.ts";
import { Writer } from "../../../../core/binary/writer.ts";
import type { Expression } from "../../../../core/types/module.ts";
import { missing, realModules } from "./files.ts";

function rewritten(expression: Expression): Expression {
  const writer = new Writer();
  const cursor = new InstructionCursor(expression, defaultFeatures);
  while (cursor.next()) writeInstruction(writer, cursor.row, cursor.immediates);
  return { bytes: writer.finish(), offset: expression.offset };
}

test("real modules are tested, or it is said that there are none", () => {
  if (realModules.length === 0) console.warn(missing);
});

describe.each(realModules)("$name", ({ bytes }) => {
  test("is the same after decoding and encoding twice", () => {
    const once = encodeModule(decodeModule(bytes));
    const twice = encodeModule(decodeModule(once));
    expect(Buffer.compare(once, twice)).toBe(0);
  });

  test("has bodies that are the same bytes when every instruction is written anew", () => {
    // Bytes that differ are longer forms than needed; once rewritten, nothing changes any more.
    for (const { body } of decodeModule(bytes).functions) {
      const once = rewritten(body);
      expect(once.bytes.length).toBeLessThanOrEqual(body.bytes.length);
      expect(Buffer.compare(rewritten(once).bytes, once.bytes)).toBe(0);
    }
  });
});
