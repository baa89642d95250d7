/** Places in a source text: line and column of a character, and the errors that name them. */
import { CompileError, type TextPosition } from "../../base/errors.ts";

/**
 * The line and column of the character at `index`. A line ends with a line feed, a carriage return, or both (core
 * 6.3.3).
 */
export function positionAt(source: string, index: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let at = 0; at < index; at++) {
    const code = source.charCodeAt(at);
    if (code === 0x0a || (code === 0x0d && source.charCodeAt(at + 1) !== 0x0a)) {
      line++;
      lineStart = at + 1;
    }
  }
  return { line, column: index - lineStart + 1 };
}

/** The indices at which lines start, so that many places can be found by binary search. */
export function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length; at++) {
    const code = source.charCodeAt(at);
    if (code === 0x0a || (code === 0x0d && source.charCodeAt(at + 1) !== 0x0a)) starts.push(at + 1);
  }
  return starts;
}

/** The last index in the ascending `list` whose value is at most `value`; -1 where there is none. */
export function lastAtMost(list: ArrayLike<number>, value: number, length = list.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Raises the error of a malformed text: `code` names the rule, `index` is the character where it was broken. */
export function malformedText(source: string, index: number, message: string, code: string, expected?: string): never {
  throw new CompileError(message, { code, position: positionAt(source, index), expected }, true);
}

/** A text is a sequence of Unicode scalar values (core 6.3.1): raises the error of half a surrogate pair. */
export function checkCharacters(source: string, start: number, limit: number): void {
  if (source.isWellFormed()) return;
  for (let at = start; at < limit; at++) {
    const code = source.codePointAt(at) as number;
    if (code >= 0xd800 && code < 0xe000)
      malformedText(source, at, "malformed UTF-8 encoding", "malformed-utf8", "a Unicode scalar value");
    if (code > 0xffff) at++;
  }
}
