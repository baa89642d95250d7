/** Type uses: `(type x)? (param ...)* (result ...)*` (core 6.4.3). */

import type { Immediates } from "../../ops/immediates.ts";
import type { ValType } from "../../types/types.ts";
import type { Binding } from "../lex/names.ts";
import type { Context } from "./context.ts";
import { parseParams, parseResults } from "./type-definitions.ts";

/** A type use as it was written. */
export interface TypeUse {
  /** The type's index. */
  readonly index: number;
  /** Names of the parameters, by position. */
  readonly paramNames: Map<number, Binding> | undefined;
  /** How many parameters the type has: that many locals come before the declared ones. */
  readonly paramCount: number;
}

/** `(type x)` if it is there; -1 where it is not. */
function tryTypeIndex(c: Context): number {
  if (!c.tryOpen("type")) return -1;
  const index = c.index(c.types.space);
  c.close();
  return index;
}

/** Raises the error of a type use whose two halves differ. */
function checkAgrees(
  c: Context,
  index: number,
  params: readonly ValType[],
  results: readonly ValType[],
  at: number,
): void {
  const type = c.types.func(index);
  if (type === undefined) c.lexer.fail(`unknown type ${index}`, "unknown-type", at, "a function type");
  const same = (a: readonly ValType[], b: readonly ValType[]): boolean =>
    a.length === b.length && a.every((t, i) => t === b[i]);
  if (!same(type.params, params) || !same(type.results, results)) {
    c.lexer.fail("inline function type does not match the type that is named", "inline-function-type", at);
  }
}

/** A type use of a function, tag or import, whose parameters may have names. */
export function parseTypeUse(c: Context): TypeUse {
  const at = c.lexer.start;
  const index = tryTypeIndex(c);
  const inline = c.lexer.isOpening("param") || c.lexer.isOpening("result");
  // A type that does not exist makes the module invalid, not malformed, as long as nothing has to be compared with it.
  if (index >= 0 && !inline)
    return { index, paramNames: undefined, paramCount: c.types.func(index)?.params.length ?? 0 };
  const params: ValType[] = [];
  const results: ValType[] = [];
  const paramNames = parseParams(c, params);
  parseResults(c, results);
  const paramCount = params.length;
  if (index < 0) return { index: c.types.indexOf(params, results, at), paramNames, paramCount };
  checkAgrees(c, index, params, results, at);
  return { index, paramNames, paramCount };
}

const params: ValType[] = [];
const results: ValType[] = [];

/**
 * Reads the parameters and results of a block or an indirect call into the two lists above; the parameters may not have
 * names.
 */
function parseInline(c: Context): void {
  params.length = 0;
  results.length = 0;
  const at = c.lexer.start;
  if (parseParams(c, params) !== undefined)
    c.lexer.fail("unexpected token: a parameter's name", "unexpected-token", at);
  parseResults(c, results);
}

/** The type use of an indirect call: returns the type's index. */
export function parseCallType(c: Context): number {
  const at = c.lexer.start;
  const index = tryTypeIndex(c);
  parseInline(c);
  if (index < 0) return c.types.indexOf(params, results, at);
  if (params.length + results.length > 0) checkAgrees(c, index, params, results, at);
  return index;
}

/** The type of a block: nothing, one result, or a type use. */
export function parseBlockType(c: Context, into: Immediates): void {
  const at = c.lexer.start;
  const index = tryTypeIndex(c);
  parseInline(c);
  if (index < 0 && params.length === 0 && results.length <= 1) {
    into.blockKind = results.length === 0 ? "empty" : "result";
    into.block = results[0] ?? 0;
    return;
  }
  if (index >= 0 && params.length + results.length > 0) checkAgrees(c, index, params, results, at);
  into.blockKind = "type";
  into.block = index >= 0 ? index : c.types.indexOf(params, results, at);
}
