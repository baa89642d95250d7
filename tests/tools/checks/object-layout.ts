/**
 * How objects lie in the heap is known to the heap and to the compiler: others look at objects through gc/objects.ts.
 */

import { importsOf } from "../house/imports.ts";
import type { Check, Sources } from "./check.ts";

/** Who knows the layout. Tests do, to see that it is what the pictures say. */
const knowing = /^(gc|lower|interp|tests)\//;
/**
 * What is in the layout beside objects: control words, locks, nodes of waiters, and what kinds of objects there are.
 */
const open = /^gc\/layout\/(owned-lock|control-words|wait-queue-layout|record-kinds|agents|plan)\.ts$/;

export function objectLayout({ scripts }: Sources): Check {
  const findings = importsOf(scripts)
    .filter(({ from, to }) => to.startsWith("gc/layout/") && !knowing.test(from) && !open.test(to))
    .map(({ from, to }) => `${from}: imports ${to}; look at objects through gc/objects.ts`);
  return { claim: "the layout of objects is the heap's and the compiler's", findings };
}
