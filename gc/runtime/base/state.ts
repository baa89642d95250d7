/**
 * What an instance of the runtime knows: whose it is, and where the tables are. Read once at `attach`; all of it stays
 * constant.
 */
import { AGENTS, AGENT_BYTES } from "../../layout/agents";
import { LINE_LOG2 } from "../../layout/blocks";
import {
  PLAN_BLOCKS,
  PLAN_GRAY_BITS,
  PLAN_GRAY_FLAGS,
  PLAN_HEAP_END,
  PLAN_HEAP_START,
  PLAN_LINES,
  PLAN_MARK_BYTES,
  PLAN_MARK_STACKS,
  PLAN_POOL,
} from "../../layout/plan";

/** The agent's allocation buffer, [top, limit): lowered code bumps `top`. */
@external("env", "top")
declare let bufferTop: usize;
@external("env", "limit")
declare let bufferLimit: usize;

export let agent: u32 = 0;
/** Address of the agent's control block. */
export let self: usize = 0;
/** False where `memory.atomic.wait32` would trap. */
export let mayBlock: bool = false;

export let heapStart: usize = 0;
export let heapEnd: usize = 0;
/** Block table, line marks: biased, so that an address needs no subtraction first. See `entryOf`, `lineOf`. */
export let blockTable: usize = 0;
export let lineTable: usize = 0;
export let grayBits: usize = 0;
export let grayFlags: usize = 0;
export let pool: usize = 0;
/** The agent's mark stack. */
export let markBase: usize = 0;
export let markLimit: usize = 0;

export function loadPlan(): void {
  heapStart = load<usize>(PLAN_HEAP_START);
  heapEnd = load<usize>(PLAN_HEAP_END);
  blockTable = load<usize>(PLAN_BLOCKS);
  lineTable = load<usize>(PLAN_LINES) - (heapStart >>> LINE_LOG2);
  grayBits = load<usize>(PLAN_GRAY_BITS);
  grayFlags = load<usize>(PLAN_GRAY_FLAGS);
  pool = load<usize>(PLAN_POOL);
}

export function becomeAgent(id: u32, blocking: bool): void {
  agent = id;
  self = controlBlock(id);
  mayBlock = blocking;
  markBase = load<usize>(PLAN_MARK_STACKS) + (id as usize) * load<usize>(PLAN_MARK_BYTES);
  markLimit = markBase + load<usize>(PLAN_MARK_BYTES);
}

@inline
export function controlBlock(id: u32): usize {
  return AGENTS + id * AGENT_BYTES;
}

/** Address of the mark byte of the line that holds `address`. */
@inline
export function lineOf(address: usize): usize {
  return lineTable + (address >>> LINE_LOG2);
}

@inline
export function getTop(): usize {
  return bufferTop;
}

@inline
export function getLimit(): usize {
  return bufferLimit;
}

@inline
export function setBuffer(top: usize, limit: usize): void {
  bufferTop = top;
  bufferLimit = limit;
}
