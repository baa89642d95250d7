/**
 * Memory instructions (core 3.4.5 "Memory instructions"; threads; acquire-release atomics; memory control) and lane
 * immediates (core 3.4.11).
 */
import { assert } from "../../base/assert.ts";
import type { Immediates } from "../../ops/immediates.ts";
import type { MemoryAccess, Row, Signature } from "../../ops/row.ts";
import { I32, type ValType } from "../../types/types.ts";
import type { Body } from "../body/body.ts";
import { addressOf, checkData, memoryAt, smallerAddress } from "../body/lookups.ts";
import type { Rules } from "../body/rule.ts";

const OFFSETS_32 = 0x1_0000_0000n;

/** Core 3.4.5 "Memory arguments"; threads: an atomic access is aligned naturally. */
function checkArgument(body: Body, immediates: Immediates, access: MemoryAccess, is64: boolean): void {
  const { align, offset } = immediates;
  if (access.atomic) {
    if (align !== access.sizeLog2)
      body.fail("alignment", "atomic alignment must be natural", `alignment ${2 ** access.sizeLog2}`);
  } else {
    if (align > access.sizeLog2) {
      body.fail("alignment", "alignment must not be larger than natural", `alignment at most ${2 ** access.sizeLog2}`);
    }
    // Acquire-release atomics, "Binary format": only atomic accesses have an order.
    if (immediates.hasOrder) body.fail("memory-order", "invalid memory order: the access is not atomic");
  }
  if (!is64 && offset >= OFFSETS_32) body.fail("offset-range", "offset out of range", "an offset below 2^32");
}

/** An access by the row's signature, with the memory's address type in place of the first parameter. */
function access(body: Body, immediates: Immediates, row: Row): void {
  const memory = memoryAt(body, immediates.index);
  checkArgument(body, immediates, row.memory as MemoryAccess, memory.is64);
  const { params, results } = row.signature as Signature;
  for (let i = params.length - 1; i > 0; i--) body.pop(params[i] as ValType);
  body.pop(addressOf(memory));
  if (results.length !== 0) body.push(results[0] as ValType);
}

/** Pops `[address, argument, length]`, whose first and last are of the memory's address type. */
function popRange(body: Body, index: number, ...between: readonly ValType[]): void {
  const memory = memoryAt(body, index);
  body.pop(addressOf(memory));
  for (const type of between) body.pop(type);
  body.pop(addressOf(memory));
}

function checkLane(body: Body, lane: number, row: Row): void {
  if (lane >= row.lanes) body.fail("lane-index", `invalid lane index ${lane}`, `a lane below ${row.lanes}`);
}

function checkShuffle(body: Body, lanes: Uint8Array, row: Row): void {
  assert(lanes.length === 16, "a shuffle has 16 lanes");
  for (const lane of lanes) checkLane(body, lane, row);
}

function applySignature(body: Body, { params, results }: Signature): void {
  body.popAll(params);
  body.pushAll(results);
}

export const memoryRules: Rules<
  | "memory.access"
  | "memory.lane"
  | "memory.size"
  | "memory.grow"
  | "memory.fill"
  | "memory.copy"
  | "memory.init"
  | "data.drop"
  | "memory.discard"
  | "memory.map"
  | "memory.unmap"
  | "memory.protect"
  | "simd.lane"
  | "simd.shuffle"
> = {
  "memory.access": access,
  "memory.lane": (body, immediates, row) => {
    access(body, immediates, row);
    checkLane(body, immediates.lane, row);
  },
  "memory.size": (body, { index }) => body.push(addressOf(memoryAt(body, index))),
  "memory.grow": (body, { index }) => {
    const memory = memoryAt(body, index);
    body.pop(addressOf(memory));
    body.push(addressOf(memory));
  },
  "memory.fill": (body, { index }) => popRange(body, index, I32),
  "memory.copy": (body, { index, index2 }) => {
    const target = memoryAt(body, index);
    const source = memoryAt(body, index2);
    body.pop(smallerAddress(target, source));
    body.pop(addressOf(source));
    body.pop(addressOf(target));
  },
  "memory.init": (body, { index, index2 }) => {
    const memory = memoryAt(body, index2);
    checkData(body, index);
    body.pop(I32);
    body.pop(I32);
    body.pop(addressOf(memory));
  },
  "data.drop": (body, { index }) => checkData(body, index),
  // Memory control, `discard.md`: an address and a length.
  "memory.discard": (body, { index }) => popRange(body, index),
  "memory.map": (body, { index }) => popRange(body, index),
  "memory.unmap": (body, { index }) => popRange(body, index),
  "memory.protect": (body, { index }) => popRange(body, index),
  "simd.lane": (body, { lane }, row) => {
    applySignature(body, row.signature as Signature);
    checkLane(body, lane, row);
  },
  "simd.shuffle": (body, { bytes }, row) => {
    applySignature(body, row.signature as Signature);
    checkShuffle(body, bytes, row);
  },
};
