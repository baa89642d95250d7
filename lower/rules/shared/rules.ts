/** Registers the lowering rules of shared-everything threads, and those of the heap on which they build. */
import "../gc/rules.ts";
import "./blocking.ts";
import "./item-atomics.ts";
import "./object-atomics.ts";
import "./wait-queue.ts";
