/**
 * Code metadata sections as annotations. A section that cannot be told by annotations (its contents do not parse, a
 * value is none, or an offset is not that of an instruction) is left to be printed as bytes.
 */

import { CompileError } from "../../base/errors.ts";
import type { FeatureSet } from "../../base/features.ts";
import { InstructionCursor } from "../../binary/instructions.ts";
import { Reader } from "../../binary/reader.ts";
import { writeValType } from "../../binary/types.ts";
import { Writer } from "../../binary/writer.ts";
import type { CustomSection, Func, ModuleParts } from "../../types/module.ts";
import { countImports } from "../../types/module.ts";
import { isIdChar, printString } from "../lex/strings.ts";
import { canHaveHint, wholeFunctionHints } from "../parse/code-metadata.ts";
import { isHintValue } from "../parse/hint-values.ts";

const PREFIX = "metadata.code.";

/** Annotations by function index, then by offset in the function's expression; -1 stands for the function itself. */
export type HintTexts = Map<number, Map<number, string>>;

interface Entry {
  readonly func: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Reads the sections that annotations can tell into `hints`, and returns the other custom sections. */
export function takeHints(module: ModuleParts, features: FeatureSet, hints: HintTexts): readonly CustomSection[] {
  // Two sections of one name would be merged, and annotations alone do not tell which of them stands first.
  const names = module.customs.map(({ name }) => name);
  const isAlone = (name: string): boolean => names.indexOf(name) === names.lastIndexOf(name);
  return module.customs.filter((custom) => {
    return !isAnnotationName(custom.name) || !isAlone(custom.name) || !takeSection(module, features, custom, hints);
  });
}

function isAnnotationName(name: string): boolean {
  return name.startsWith(PREFIX) && Array.from(name).every((char) => isIdChar(char.codePointAt(0) as number));
}

function takeSection(module: ModuleParts, features: FeatureSet, custom: CustomSection, hints: HintTexts): boolean {
  const entries = readEntries(custom.bytes);
  if (entries === undefined) return false;
  const imported = countImports(module).func;
  const placed: { func: number; offset: number; text: string }[] = [];
  const starts = new Map<number, ReadonlySet<number>>();
  for (const { func, offset, bytes } of entries) {
    const target = module.functions[func - imported];
    if (target === undefined) return false;
    const whole = wholeFunctionHints.has(custom.name);
    if (whole !== (offset === 0) || !isHintValue(custom.name, bytes)) return false;
    const known = starts.get(func) ?? hintedStarts(custom.name, target, features);
    starts.set(func, known);
    const inside = whole ? -1 : offset - headerSize(target);
    if (!whole && !known.has(inside)) return false;
    placed.push({ func, offset: inside, text: `(@${custom.name} ${printString(bytes)}) ` });
  }
  for (const { func, offset, text } of placed) {
    const texts = hints.get(func) ?? new Map<number, string>();
    hints.set(func, texts);
    texts.set(offset, (texts.get(offset) ?? "") + text);
  }
  return true;
}

/**
 * The entries in order; undefined where the section is not one of this kind, or would not be written the same again.
 */
function readEntries(bytes: Uint8Array): Entry[] | undefined {
  const reader = new Reader(bytes);
  const entries: Entry[] = [];
  try {
    const functions = reader.u32();
    let lastFunc = -1;
    for (let i = 0; i < functions; i++) {
      const func = reader.u32();
      if (func <= lastFunc) return undefined;
      lastFunc = func;
      const count = reader.u32();
      let lastOffset = -1;
      for (let j = 0; j < count; j++) {
        const offset = reader.u32();
        if (offset <= lastOffset) return undefined;
        lastOffset = offset;
        entries.push({ func, offset, bytes: reader.byteVector() });
      }
    }
    return reader.done ? entries : undefined;
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

/** Offsets of the instructions that such an annotation may stand before. */
function hintedStarts(name: string, { body }: Func, features: FeatureSet): ReadonlySet<number> {
  const starts = new Set<number>();
  const cursor = new InstructionCursor(body, features);
  while (cursor.next()) if (canHaveHint(name, cursor.row)) starts.add(cursor.offset - body.offset);
  return starts;
}

/** How many bytes the locals take before the expression. */
function headerSize({ locals }: Func): number {
  const writer = new Writer(16);
  writer.vector(locals, ({ count, type }) => {
    writer.u32(count);
    writeValType(writer, type);
  });
  return writer.size;
}
