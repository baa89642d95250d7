/**
 * Code metadata annotations: `(@metadata.code.branch_hint "\01")` before an instruction, and any other by the same
 * scheme (branch-hinting, "Text format"; compilation-hints). They become custom sections of entries (function, (offset,
 * bytes)*).
 */
import { CompileError } from "../../base/errors.ts";
import { Writer } from "../../binary/writer.ts";
import type { Row } from "../../ops/row.ts";
import type { CustomSection } from "../../types/module.ts";
import type { Annotation } from "../lex/lexer.ts";
import { positionAt } from "../lex/source.ts";
import type { Context } from "./context.ts";
import { BRANCH_HINT, parseHintBytes } from "./hint-values.ts";

/** One annotation, read. */
export interface Hint {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Of its opening parenthesis. */
  readonly at: number;
}
export const noHints: readonly Hint[] = [];

interface Placed {
  readonly hint: Hint;
  /** Offset in the function's expression; undefined for a hint about the whole function. */
  readonly offset: number | undefined;
}
interface FunctionEntry {
  readonly func: number;
  readonly entries: { readonly offset: number; readonly bytes: Uint8Array }[];
}

/** Sections whose entries are about a function, with offset 0. */
export const wholeFunctionHints: ReadonlySet<string> = new Set(["metadata.code.compilation_priority"]);

/**
 * Branch-hinting, "Text format": the hint is about a condition. Arms and ends of blocks are no instructions in text.
 */
export function canHaveHint(name: string, row: Row): boolean {
  if (name === BRANCH_HINT) return row.branchHint;
  return row.control !== "else" && row.control !== "catch" && row.control !== "end" && row.control !== "delegate";
}

export class CodeMetadata {
  readonly #c: Context;
  #pending: Hint[] | undefined;
  #placed: Placed[] = [];
  readonly #sections = new Map<string, FunctionEntry[]>();
  /** False while an expression outside functions is parsed. */
  inFunction = false;

  constructor(c: Context) {
    this.#c = c;
  }

  /**
   * Takes the annotations that stand before the current token. Where an instruction `begins` with it, those directly
   * before it are that instruction's ("attached to the first instruction that follows them"); all others are about
   * nothing.
   */
  gather(begins: boolean): void {
    const { annotations, start, previousEnd } = this.#c.lexer;
    let count = 0;
    for (const annotation of annotations) {
      if (annotation.start >= start) break;
      this.#keep(annotation, begins && annotation.start >= previousEnd);
      count++;
    }
    annotations.splice(0, count);
  }

  #keep(annotation: Annotation, placed: boolean): void {
    const { name, start } = annotation;
    const { lexer } = this.#c;
    if (!name.startsWith("metadata.code.")) lexer.fail(`misplaced @${name} annotation`, "misplaced-annotation", start);
    if (!this.inFunction) lexer.fail(`@${name} annotation: not in a function`, "misplaced-annotation", start);
    if (this.#pending?.some((hint) => hint.name === name)) {
      lexer.fail(`@${name} annotation: duplicate annotation`, "duplicate-annotation", start);
    }
    const hint = { name, bytes: parseHintBytes(this.#c, annotation), at: start };
    if (wholeFunctionHints.has(name)) this.#placed.push({ hint, offset: undefined });
    else if (!placed)
      lexer.fail(`misplaced @${name} annotation`, "misplaced-annotation", start, "an instruction behind it");
    else if (this.#pending === undefined) this.#pending = [hint];
    else this.#pending.push(hint);
  }

  /** Hands over the annotations that were gathered. */
  take(): readonly Hint[] {
    if (this.#pending === undefined) return noHints;
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }

  /** Notes that these annotations are about the instruction `row` at this offset of the current expression. */
  attach(hints: readonly Hint[], row: Row, offset: number): void {
    for (const hint of hints) {
      if (!canHaveHint(hint.name, row)) {
        const position = positionAt(this.#c.lexer.source, hint.at);
        const expected = hint.name === BRANCH_HINT ? "if or br_if" : "an instruction";
        throw new CompileError(`@${hint.name} annotation: invalid target`, { code: "hint-target", position, expected });
      }
      this.#placed.push({ hint, offset });
    }
  }

  /** Closes a function: its expression starts `header` bytes behind the function's size field. */
  endFunction(func: number, header: number): void {
    if (this.#placed.length === 0) return;
    for (const { hint, offset } of this.#placed) {
      const functions = this.#sections.get(hint.name) ?? [];
      this.#sections.set(hint.name, functions);
      if (functions.at(-1)?.func !== func) functions.push({ func, entries: [] });
      functions.at(-1)?.entries.push({ offset: offset === undefined ? 0 : header + offset, bytes: hint.bytes });
    }
    this.#placed = [];
  }

  /** The sections, to be placed before the code section. */
  customSections(after: number): CustomSection[] {
    return [...this.#sections].map(([name, functions]) => {
      const writer = new Writer();
      writer.vector(functions, ({ func, entries }) => {
        writer.u32(func);
        writer.vector(
          entries.sort((a, b) => a.offset - b.offset),
          ({ offset, bytes }) => {
            writer.u32(offset);
            writer.byteVector(bytes);
          },
        );
      });
      return { name, bytes: writer.finish(), after, offset: 0 };
    });
  }
}
