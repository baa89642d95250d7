import { describe, expect, test } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { defaultFeatures } from "../../../../core/base/features.ts";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { InstructionCursor } from "../../../../core/binary/instructions.ts";
import { custom, moduleOf, section } from "./bytes.ts";
import { missing, realModules } from "./files.ts";

/** A module with one item in every section. */
const everySection = moduleOf(
  section(1, 2, 0x60, 1, 0x7f, 1, 0x7f, 0x4e, 1, 0x50, 0, 0x5f, 1, 0x63, 1, 1),
  section(2, 1, 1, 0x6d, 1, 0x67, 0x03, 0x7f, 0x00),
  section(3, 1, 0),
  section(4, 1, 0x40, 0, 0x70, 1, 1, 2, 0xd0, 0x70, 0x0b),
  section(5, 1, 3, 1, 2),
  section(13, 1, 0, 0),
  section(6, 1, 0x7e, 1, 0x42, 0xc0, 0, 0x0b),
  section(7, 1, 1, 0x66, 0, 0),
  section(8, 0),
  section(9, 1, 6, 0, 0x41, 0, 0x0b, 0x70, 1, 0xd2, 0, 0x0b),
  section(12, 1),
  section(10, 1, 21, 1, 2, 0x7e, 0x02, 0x7f, 0x20, 0, 0x28, 2, 0x80, 1, 0x0e, 1, 0, 0, 0x0b, 0xfe, 0x1e, 2, 0, 0x0b),
  section(11, 1, 2, 0, 0x41, 0, 0x0b, 2, 1, 2),
  custom("name", 0, 2, 1, 0x6d, 1, 4, 1, 0, 1, 0x66),
);

/** Decodes and walks all bodies: succeeds, or raises a `CompileError` with an offset inside the bytes. */
function outcome(bytes: Uint8Array): "decoded" | "refused" {
  try {
    for (const { body } of decodeModule(bytes).functions) {
      const cursor = new InstructionCursor(body, defaultFeatures);
      while (cursor.next());
    }
    return "decoded";
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    if (error.offset === undefined || error.offset < 0 || error.offset > bytes.length)
      throw new Error("no offset inside the module");
    return "refused";
  }
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

describe("a module with every section", () => {
  test("is decoded", () => {
    expect(outcome(everySection)).toBe("decoded");
  });

  test("is refused wherever it is cut, but between sections at its end", () => {
    const refused = Array.from(everySection, (_, length) => outcome(everySection.subarray(0, length)) === "refused");
    // Whole modules among the prefixes: the bare header and what follows it up to the function section, and all but the
    // name section.
    expect(refused.filter((was) => !was).length).toBeLessThan(6);
  });

  test("gives a module or a CompileError with an offset, whichever bit is flipped", () => {
    for (let bit = 0; bit < everySection.length * 8; bit++) outcome(flipped(everySection, bit));
  });

  test("gives a module or a CompileError with an offset, whichever byte is put in the place of another", () => {
    for (let at = 8; at < everySection.length; at++) {
      for (const byte of [0x00, 0x0b, 0x40, 0x7f, 0x80, 0xfb, 0xfd, 0xfe, 0xff]) {
        const copy = everySection.slice();
        copy[at] = byte;
        outcome(copy);
      }
    }
  });
});

test("real modules are tested, or it is said that there are none", () => {
  if (realModules.length === 0) console.warn(missing);
});

describe.each(realModules)("$name", ({ bytes }) => {
  test("gives a module or a CompileError with an offset when it is cut or a bit is flipped", () => {
    // Odd steps of a prime visit every part and every bit position. Each look reads the whole module, so that large
    // ones are looked at in fewer places: the work grows with the module, not with its square.
    const stride = 2 * Math.ceil((bytes.length / 400_000) ** 2) - 1;
    for (let bit = 64; bit < bytes.length * 8; bit += 4999 * stride) outcome(flipped(bytes, bit));
    for (let length = 0; length < bytes.length; length += 997 * stride) outcome(bytes.subarray(0, length));
  });
});
