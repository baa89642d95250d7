/** The plan: addresses (u32) of the tables of a heap, and their sizes. Written before `initialize`, never changed. */
import { PLAN } from "./memory-map.ts";

export const PLAN_HEAP_START = PLAN;
export const PLAN_HEAP_END = PLAN_HEAP_START + 4;
export const PLAN_LIMIT_BLOCKS = PLAN_HEAP_END + 4;
export const PLAN_MAXIMUM_AGENTS = PLAN_LIMIT_BLOCKS + 4;
export const PLAN_BLOCKS = PLAN_MAXIMUM_AGENTS + 4;
export const PLAN_LINES = PLAN_BLOCKS + 4;
export const PLAN_GRAY_BITS = PLAN_LINES + 4;
export const PLAN_GRAY_FLAGS = PLAN_GRAY_BITS + 4;
export const PLAN_ROOT_RANGES = PLAN_GRAY_FLAGS + 4;
export const PLAN_SHADOW_STACKS = PLAN_ROOT_RANGES + 4;
export const PLAN_SHADOW_BYTES = PLAN_SHADOW_STACKS + 4;
export const PLAN_MARK_STACKS = PLAN_SHADOW_BYTES + 4;
export const PLAN_MARK_BYTES = PLAN_MARK_STACKS + 4;
export const PLAN_LOGS = PLAN_MARK_BYTES + 4;
export const PLAN_LOG_BYTES = PLAN_LOGS + 4;
export const PLAN_POOL = PLAN_LOG_BYTES + 4;
export const PLAN_PARALLELISM = PLAN_POOL + 4;
export const PLAN_FUNCTION_TYPES = PLAN_PARALLELISM + 4;
export const PLAN_FUNCTION_CAPACITY = PLAN_FUNCTION_TYPES + 4;
export const PLAN_MODE = PLAN_FUNCTION_CAPACITY + 4;
/** 0, or the bytes of every agent's nursery where a program wants them fixed. */
export const PLAN_NURSERY_BYTES = PLAN_MODE + 4;
export const PLAN_PAUSES = PLAN_NURSERY_BYTES + 4;
/** Blocks beyond the limit that a heap full of holes may take. */
export const PLAN_EXTRA_BLOCKS = PLAN_PAUSES + 4;
