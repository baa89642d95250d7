/**
 * How a broken typing rule is reported: with its place in the binary, and in the text where the module came from text.
 */
import { CompileError } from "../base/errors.ts";
import type { ModuleParts } from "./module.ts";

/**
 * Raises the error of an invalid module. `offset` counts from the module's first byte; in a module parsed from text it
 * is the key by which the source map knows the line and column.
 */
export function invalidAt(
  module: ModuleParts,
  offset: number,
  code: string,
  message: string,
  expected?: string,
): never {
  const position = module.sourceMap?.positionOf(offset);
  throw new CompileError(message, { code, offset, position, expected }, false);
}
