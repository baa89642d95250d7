/** What a hostile module may cost: time and memory grow with its size, and the host's stack is not used. */
import { expect, test } from "vitest";
import { decodeModule } from "../../../../core/binary/decode.ts";
import { Writer } from "../../../../core/binary/writer.ts";
import { validateModule } from "../../../../core/validate/validate.ts";
import { moduleOf, section } from "../binary/bytes.ts";

function written(write: (writer: Writer) => void): number[] {
  const writer = new Writer();
  write(writer);
  return [...writer.finish()];
}

/** A section of more bytes than can be passed as arguments. */
function large(id: number, write: (writer: Writer) => void): Uint8Array {
  const content = new Writer();
  write(content);
  const bytes = content.finish();
  const writer = new Writer();
  writer.u8(id);
  writer.u32(bytes.length);
  writer.bytes(bytes);
  return writer.finish();
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A module with one function of type 0 and this body, locals and final end included. */
function functionModule(types: readonly number[], body: (writer: Writer) => void): Uint8Array {
  const typeSection = large(1, (writer) => writer.bytes(Uint8Array.from(types)));
  const code = new Writer();
  code.u8(0);
  body(code);
  code.u8(0x0b);
  const bytes = code.finish();
  const codeSection = large(10, (writer) => {
    writer.u8(1);
    writer.u32(bytes.length);
    writer.bytes(bytes);
  });
  return join(moduleOf(), typeSection, Uint8Array.from(section(3, 1, 0)), codeSection);
}

const voidType = [1, 0x60, 0, 0];
/** Type 0 is `[] -> []`, type 1 is `[] -> [i32 x 1000]`. */
const wideTypes = written((writer) => {
  writer.bytes(Uint8Array.of(2, 0x60, 0, 0, 0x60, 0));
  writer.u32(1000);
  for (let i = 0; i < 1000; i++) writer.u8(0x7f);
});

const milliseconds = (run: () => unknown): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

test("a million nested blocks", () => {
  const bytes = functionModule(voidType, (writer) => {
    for (let i = 0; i < 1_000_000; i++) {
      writer.u8(0x02);
      writer.u8(0x40);
    }
    for (let i = 0; i < 1_000_000; i++) writer.u8(0x0b);
  });
  validateModule(decodeModule(bytes));
});

test("100,000 functions with 50,000 locals each", () => {
  const count = 100_000;
  const header = moduleOf(section(1, ...voidType));
  const functions = large(3, (writer) => {
    writer.u32(count);
    for (let i = 0; i < count; i++) writer.u8(0);
  });
  const code = large(10, (writer) => {
    writer.u32(count);
    for (let i = 0; i < count; i++) writer.bytes(Uint8Array.of(6, 1, 0xd0, 0x86, 0x03, 0x7f, 0x0b));
  });
  const module = decodeModule(join(header, functions, code));
  expect(milliseconds(() => validateModule(module))).toBeLessThan(2000);
});

test("more than 50,000 locals are refused", () => {
  const body = [1, 0xd1, 0x86, 0x03, 0x7f, 0x0b];
  const bytes = moduleOf(section(1, ...voidType), section(3, 1, 0), section(10, 1, body.length, ...body));
  expect(() => validateModule(decodeModule(bytes))).toThrow("too many locals");
});

test("an operand stack that grows a thousandfold with the code is refused", () => {
  const bytes = functionModule(wideTypes, (writer) => {
    for (let i = 0; i < 20_000; i++) {
      // block (type 1) unreachable end
      writer.bytes(Uint8Array.of(0x02, 0x01, 0x00, 0x0b));
    }
  });
  const module = decodeModule(bytes);
  expect(() => validateModule(module)).toThrow("operand stack is too high");
});

test("a branch table that names one wide label thousands of times", () => {
  const bytes = functionModule(wideTypes, (writer) => {
    writer.bytes(Uint8Array.of(0x02, 0x01));
    for (let i = 0; i < 20; i++) {
      writer.bytes(Uint8Array.of(0x02, 0x01, 0x00, 0x0b, 0x41, 0x00, 0x0e));
      writer.u32(60_000);
      for (let label = 0; label <= 60_000; label++) writer.u8(0);
    }
    writer.bytes(Uint8Array.of(0x0b, 0x00));
  });
  const module = decodeModule(bytes);
  expect(milliseconds(() => validateModule(module))).toBeLessThan(1000);
});
