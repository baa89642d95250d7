/** Exceptions (core 3.4.2; their first form: the legacy exception handling proposal). */
import type { CatchClause } from "../../ops/immediates.ts";
import { areSubtypes } from "../../types/subtype.ts";
import { AbstractHeap, BOT_REF, EXNREF, refAbstract, type ValType } from "../../types/types.ts";
import { type Body, FrameKind } from "../body/body.ts";
import { tagAt, tagIdAt } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";
import { typeNames } from "../body/type-names.ts";
import { blockType, open } from "./control.ts";

const sharedExnref = refAbstract(AbstractHeap.exn, true, true);

/** The parameters of a tag that is thrown or caught: exceptions have no results. */
export function exceptionTag(body: Body, index: number): readonly ValType[] {
  const { params, results } = tagAt(body, index);
  if (results.length > 0) {
    body.fail(
      "type-mismatch",
      `type mismatch: non-empty tag result type: tag ${index} has ${typeNames(body.module, results)}`,
      "a tag without results",
    );
  }
  return params;
}

/** Pops an exception reference, shared or not. */
export function popException(body: Body): void {
  const reference = body.popRef();
  if (
    reference !== BOT_REF &&
    !areSubtypes(body.types, [reference], [EXNREF]) &&
    !areSubtypes(body.types, [reference], [sharedExnref])
  ) {
    body.mismatch("exnref", body.name(reference));
  }
}

/**
 * What a clause passes to its label (core 3.4.2 "Catch clauses").
 *
 * Shared-everything threads, "Exception tags": a shared tag catches a shared exception. The overview leaves
 * `catch_all_ref` open; here it is shared in shared functions, which cannot meet any other exception.
 */
function caught(body: Body, clause: CatchClause): readonly ValType[] {
  const params = clause.tag === undefined ? [] : exceptionTag(body, clause.tag);
  if (clause.kind === "catch" || clause.kind === "catch_all") return params;
  const shared = clause.tag === undefined ? body.shared : body.types.type(tagIdAt(body, clause.tag)).shared;
  return [...params, refAbstract(AbstractHeap.exn, false, shared)];
}

function checkClause(body: Body, clause: CatchClause): void {
  const passed = caught(body, clause);
  const types = body.label(clause.label).labelTypes;
  if (!areSubtypes(body.types, passed, types)) {
    const wanted = typeNames(body.module, types);
    body.fail(
      "type-mismatch",
      `type mismatch: ${clause.kind} passes ${typeNames(body.module, passed)} but label has ${wanted}`,
      wanted,
    );
  }
}

/** Ends the arm before a legacy `catch` or `catch_all` and begins that. */
function nextArm(body: Body, kind: FrameKind, params: readonly ValType[]): void {
  const { frame } = body;
  if (frame.kind !== FrameKind.try && frame.kind !== FrameKind.catch) {
    body.failMalformed("unexpected-catch", "unexpected token: catch outside of a try");
  }
  const { results } = frame;
  body.leave();
  body.enter(kind, [], results);
  body.pushAll(params);
}

export const exceptionRules: Rules<
  "throw" | "throw_ref" | "try_table" | "try" | "catch" | "catch_all" | "delegate" | "rethrow"
> = {
  throw: (body, { index }) => {
    body.popAll(exceptionTag(body, index));
    body.unreachable();
  },
  throw_ref: (body) => {
    popException(body);
    body.unreachable();
  },
  try_table: (body, immediates) => {
    // Clauses see the labels outside of the block.
    const type = blockType(body, immediates);
    for (const clause of immediates.catches) checkClause(body, clause);
    open(body, FrameKind.tryTable, type);
  },
  try: (body, immediates) => open(body, FrameKind.try, blockType(body, immediates)),
  catch: (body, { index }) => nextArm(body, FrameKind.catch, exceptionTag(body, index)),
  catch_all: (body) => nextArm(body, FrameKind.catchAll, []),
  delegate: (body, { label }) => {
    const { frame } = body;
    if (frame.kind !== FrameKind.try)
      body.failMalformed("unexpected-delegate", "unexpected token: delegate outside of a try");
    const { results } = frame;
    body.leave();
    body.label(label);
    body.pushAll(results);
  },
  rethrow: (body, { label }) => {
    const { kind } = body.label(label);
    if (kind !== FrameKind.catch && kind !== FrameKind.catchAll)
      body.fail("rethrow-label", `invalid rethrow label ${label}`, "a label of a catch");
    body.unreachable();
  },
};
