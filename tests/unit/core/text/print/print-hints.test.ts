import { describe, expect, test } from "vitest";
import { decodeModule } from "../../../../../core/binary/decode.ts";
import { encodeModule } from "../../../../../core/binary/encode.ts";
import { Writer } from "../../../../../core/binary/writer.ts";
import { parseModule } from "../../../../../core/text/parse/parse.ts";
import { printModule } from "../../../../../core/text/print/print.ts";
import type { Module } from "../../../../../core/types/module.ts";

const program = parseModule("(module (func (block (i32.const 1) (br_if 0) (nop))))");

/** A code metadata section about one instruction of function 0, `offset` bytes into the function. */
function hint(name: string, offset: number, value = 0): Module["customs"][number] {
  const writer = new Writer();
  for (const byte of [1, 0, 1, offset, 1, value]) writer.u8(byte);
  return { name, bytes: writer.finish(), after: 12, offset: 0 };
}

/** The printed module. What it parses to must be printed the same way. */
function printed(...customs: Module["customs"]): string {
  const text = printModule(decodeModule(encodeModule({ ...program, customs })));
  const bytes = encodeModule(parseModule(text));
  expect(encodeModule(parseModule(printModule(decodeModule(bytes))))).toEqual(bytes);
  return text;
}

const NOP = 7;
const BRANCH = 5;
const END = 8;

describe("a code metadata section", () => {
  test("is printed as an annotation where one can stand", () => {
    expect(printed(hint("metadata.code.branch_hint", BRANCH))).toContain("(@metadata.code.branch_hint");
  });

  test("is printed as bytes where a branch hint is about something else", () => {
    expect(printed(hint("metadata.code.branch_hint", NOP))).toContain('(@custom "metadata.code.branch_hint"');
  });

  test("is printed as bytes where a branch hint has a value that none has", () => {
    const text = printed(hint("metadata.code.branch_hint", BRANCH, 2));
    expect(text).toContain('(@custom "metadata.code.branch_hint"');
    expect(text).not.toContain("(@metadata");
  });

  test("is printed as bytes where it is about the end of a block", () => {
    expect(printed(hint("metadata.code.other", END))).toContain('(@custom "metadata.code.other"');
  });

  test("is printed as bytes where its name is no identifier", () => {
    expect(printed(hint("metadata.code.two words", NOP))).toContain('(@custom "metadata.code.two words"');
    expect(printed(hint("metadata.code.\u0001", NOP))).toContain("@custom");
  });

  test("is printed as bytes where another has its name", () => {
    const text = printed(hint("metadata.code.other", BRANCH), hint("metadata.code.other", NOP));
    expect(text).not.toContain("(@metadata.code.other");
  });
});
