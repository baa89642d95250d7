/**
 * The heap memory from its beginning to its end. Compiled into the heap runtime (AssemblyScript) and into the
 * TypeScript around it: nothing but constants.
 *
 *            0  (nothing: the host's and AssemblyScript's)
 *           64  control words (control-words.ts), and statistics (statistics.ts)
 *         1024  plan (plan.ts): written once before `initialize`, never changed
 *         4096  agents' control blocks (agents.ts), and then the tables whose addresses the plan holds:
 *               block table, line marks, function types, shadow stacks, ...
 *    heapStart  32 KB blocks (blocks.ts) up to heapEnd, and never as far as NULL
 */

/** Words that agents contend for have a cache line each. */
export const CACHE_LINE = 64;
/** Where statistics, the plan, and what follows it begin. */
export const STATISTICS = 12 * CACHE_LINE;
export const PLAN = 16 * CACHE_LINE;
export const PLAN_END = 4 * PLAN;

/**
 * The null reference: an address that no memory reaches, so that using it traps; even, so that it is no i31 (DESIGN 4).
 */
export const NULL_REFERENCE = 0xfefefefe;
