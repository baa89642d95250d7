/** The clauses of `try_table` (core 6.5.4) and of `resume` (stack-switching, "Text format"). */
import type { CatchClause, Handler } from "../../ops/immediates.ts";
import type { Context } from "./context.ts";

/** `(catch x l)`, `(catch_ref x l)`, `(catch_all l)`, `(catch_all_ref l)`, any number of them. */
export function parseCatches(c: Context): CatchClause[] {
  const clauses: CatchClause[] = [];
  for (;;) {
    const tagged = c.tryOpen("catch") ? "catch" : c.tryOpen("catch_ref") ? "catch_ref" : undefined;
    if (tagged !== undefined) {
      const tag = c.index(c.tags);
      clauses.push({ kind: tagged, tag, label: c.label() });
    } else {
      const all = c.tryOpen("catch_all") ? "catch_all" : c.tryOpen("catch_all_ref") ? "catch_all_ref" : undefined;
      if (all === undefined) return clauses;
      clauses.push({ kind: all, tag: undefined, label: c.label() });
    }
    c.close();
  }
}

/** `(on x l)` and `(on x switch)`, any number of them. */
export function parseHandlers(c: Context): Handler[] {
  const handlers: Handler[] = [];
  while (c.tryOpen("on")) {
    const tag = c.index(c.tags);
    handlers.push({ tag, label: c.tryKeyword("switch") ? undefined : c.label() });
    c.close();
  }
  return handlers;
}
