/** Errors shown with the line of the source that they are about. */
import { CompileError, type TextPosition } from "../../base/errors.ts";

/** Wider lines are cut around the place, so that a line of a minified text does not fill the screen. */
const WIDTH = 100;

/** The source line at a position, and below it a caret under the column. */
export function caretLine(source: string, position: TextPosition): string {
  const line = source.split(/\r\n|\n|\r/, position.line)[position.line - 1] ?? "";
  const from = Math.max(0, Math.min(position.column - 1 - WIDTH / 2, line.length - WIDTH));
  const shown = line.slice(from, from + WIDTH);
  // Tabs stay tabs, so that the caret lands under its column whatever their width.
  const indent = shown.slice(0, position.column - 1 - from).replace(/[^\t]/g, " ");
  return `${shown}\n${indent}^`;
}

/**
 * The error's message; for a text with a place in `source`, with the line, a caret, and what would have been accepted.
 */
export function formatError(source: string, error: Error): string {
  if (!(error instanceof CompileError) || error.position === undefined) return error.message;
  const expected = error.expected === undefined ? "" : `\nexpected: ${error.expected}`;
  return `${error.message}\n${caretLine(source, error.position)}${expected}`;
}
