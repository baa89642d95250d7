/** Mutations of binary modules: of bytes, of LEB128 numbers, of sections and functions, and of instructions. */
import { Section } from "../../core/binary/sections.ts";
import { rows } from "../../core/ops/table.ts";
import {
  changeImmediate,
  immediatesOf,
  instructionBytes,
  instructionsOf,
  randomImmediates,
  randomRow,
} from "./instructions.ts";
import { assemble, copyLayout, type LayoutSection, layoutOf, splice } from "./layout.ts";
import type { Random } from "./random.ts";

/** Bytes that mean something in many places: type codes, opcodes, ends of LEB128 numbers. */
const meaningful: readonly number[] = [
  ...[
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x0b, 0x0d, 0x10, 0x20, 0x23, 0x3f, 0x40, 0x41, 0x42, 0xd0,
    0xd1, 0xd2,
  ],
  ...Array.from({ length: 0x40 }, (_, i) => 0x40 + i),
  ...[0x80, 0x81, 0x8f, 0xfb, 0xfc, 0xfd, 0xfe, 0xff],
];

const constants = rows.filter(({ constant }) => constant);

const randomByte = (random: Random): number => (random.oneIn(2) ? random.pick(meaningful) : random.below(256));

/** Changes some bytes, not caring what they mean. */
function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(randomByte(random));
  const at = random.below(bytes.length);
  const [start, end] = random.range(bytes.length);
  switch (random.below(8)) {
    case 0:
      return splice(bytes, at, at + 1, [(bytes[at] as number) ^ (1 << random.below(8))]);
    case 1:
    case 2:
      return splice(bytes, at, at + 1, [randomByte(random)]);
    case 3:
      return splice(bytes, start, end);
    case 4:
      return splice(bytes, start, start, bytes.subarray(start, end));
    case 5:
      return splice(bytes, at, at, [randomByte(random)]);
    case 6:
      return mutateLeb(random, bytes, at);
    default:
      return splice(bytes, start, end, bytes.subarray(at, at + end - start));
  }
}

/** Takes what stands at `at` for a LEB128 number and writes another, or the same in another length. */
function mutateLeb(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  let end = at;
  let value = 0n;
  while (end < bytes.length && end - at < 10) {
    const byte = bytes[end++] as number;
    value |= BigInt(byte & 0x7f) << BigInt((end - at - 1) * 7);
    if (byte < 0x80) break;
  }
  const changes = [
    value,
    value + 1n,
    value - 1n,
    value << 1n,
    (1n << BigInt(random.below(65))) - 1n,
    1n << BigInt(random.below(65)),
  ];
  let rest = BigInt.asUintN(64, random.pick(changes));
  const padding = random.oneIn(2) ? random.below(11) : 0;
  const written: number[] = [];
  while (rest >= 0x80n || written.length < padding) {
    written.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  written.push(Number(rest));
  return splice(bytes, at, end, written);
}

/** Changes the order, number or id of sections, or a section's bytes. */
function mutateSections(random: Random, sections: LayoutSection[], other: readonly LayoutSection[]): void {
  if (sections.length === 0) {
    sections.push(...copyLayout(other));
    return;
  }
  const at = random.below(sections.length);
  const section = sections[at] as LayoutSection;
  switch (random.below(12)) {
    case 0:
      sections.splice(at, 1);
      return;
    case 1:
      sections.splice(random.below(sections.length + 1), 0, { ...section });
      return;
    case 2: {
      const second = random.below(sections.length);
      sections[at] = sections[second] as LayoutSection;
      sections[second] = section;
      return;
    }
    case 3:
      section.id = random.below(15);
      return;
    case 4:
      if (other.length > 0) sections.splice(at, random.below(2), ...copyLayout([random.pick(other)]));
      return;
    case 5: {
      // The same section of another module in the place of this one.
      const same = other.find(({ id }) => id === section.id);
      if (same !== undefined) sections.splice(at, 1, ...copyLayout([same]));
      return;
    }
    case 6: {
      // Into a constant expression, with luck.
      if (section.functions !== undefined) return;
      const row = random.pick(constants);
      const place = random.below(section.payload.length + 1);
      const end = Math.min(section.payload.length, place + random.below(4));
      section.payload = splice(section.payload, place, end, instructionBytes(row, randomImmediates(random, row)));
      return;
    }
    default:
      if (section.functions === undefined) section.payload = mutateBytes(random, section.payload);
  }
}

/** Changes an instruction, or which there are, in one function. */
function mutateFunction(random: Random, func: Uint8Array, other: Uint8Array): Uint8Array {
  const spans = instructionsOf(func);
  if (spans.length === 0 || random.oneIn(10)) return mutateBytes(random, func);
  const span = random.pick(spans);
  const next = random.pick(spans);
  switch (random.below(10)) {
    case 0:
    case 1: {
      const row = randomRow(random, span.row);
      const same = row.immediates.join() === span.row.immediates.join();
      return splice(
        func,
        span.start,
        span.end,
        instructionBytes(row, same ? immediatesOf(func, span) : randomImmediates(random, row)),
      );
    }
    case 2:
    case 3:
    case 4: {
      const immediates = immediatesOf(func, span);
      changeImmediate(random, span.row, immediates);
      return splice(func, span.start, span.end, instructionBytes(span.row, immediates));
    }
    case 5:
      return splice(func, span.start, span.end);
    case 6: {
      const row = random.pick(rows);
      return splice(func, span.start, span.start, instructionBytes(row, randomImmediates(random, row)));
    }
    case 7:
      return splice(func, span.start, span.start, func.subarray(next.start, next.end));
    case 8: {
      const source = random.pick(instructionsOf(other).length > 0 ? instructionsOf(other) : spans);
      const from = source.end <= other.length ? other : func;
      return splice(func, span.start, random.oneIn(2) ? span.start : span.end, from.subarray(source.start, source.end));
    }
    default:
      return random.oneIn(3)
        ? mutateBytes(random, func)
        : splice(func, span.start, span.start, [random.oneIn(2) ? 0x00 : 0x1a]);
  }
}

function mutateCode(random: Random, sections: LayoutSection[], other: readonly LayoutSection[]): boolean {
  const functions = sections.find(({ functions }) => functions !== undefined && functions.length > 0)?.functions;
  if (functions === undefined) return false;
  const at = random.below(functions.length);
  const func = functions[at] as Uint8Array;
  const others =
    other.find((section) => section.functions !== undefined && section.functions.length > 0)?.functions ?? functions;
  const choice = random.below(20);
  if (choice === 0) functions.splice(at, 1);
  else if (choice === 1) functions.splice(at, random.below(2), random.pick(others));
  else functions[at] = mutateFunction(random, func, random.pick(others));
  return true;
}

/** A changed copy of a module; `other` is where parts to insert come from. */
export function mutateBinary(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  if (random.oneIn(20)) return bytes.slice(0, random.below(bytes.length));
  if (random.oneIn(12)) return mutateBytes(random, bytes);
  const sections = layoutOf(bytes);
  const others = layoutOf(other);
  const hasCode = sections.some(({ id }) => id === Section.code);
  for (let changes = 1 + (random.oneIn(2) ? 0 : random.below(5)); changes > 0; changes--) {
    if (!hasCode || random.oneIn(3) || !mutateCode(random, sections, others)) mutateSections(random, sections, others);
  }
  return assemble(sections);
}
