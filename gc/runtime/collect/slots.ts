/**
 * Slots that JS fills (gc/heap/slots.ts): handles, which are roots, and boxes, of which JS learns when they have died.
 *
 * Each agent has chunks of its own. It fills slots while it is a mutator, and sets the card of the slot then, so that a
 * young collection looks at these only: what the others hold is old.
 *
 * A box's slot is no root. After marking, boxes that are not marked are taken out of their slots, and CARD_DEAD tells
 * JS where.
 */
import { AGENT_BOXES, AGENT_DEAD_BOXES, AGENT_HANDLES } from "../../layout/agents";
import { LINE_BYTES, LINE_LOG2 } from "../../layout/blocks";
import { AGENTS_HIGH, EPOCH } from "../../layout/control-words";
import { NULL_REFERENCE } from "../../layout/memory-map";
import { HEADER_EPOCH_MASK } from "../../layout/objects";
import { DEAD_BOX, SLOTS_START, SLOT_CARDS, SLOT_CHUNK_BYTES } from "../../layout/root-chunks";
import { controlBlock, heapEnd, heapStart, self } from "../base/state";
import { allocatePermanent } from "../allocate/permanent";
import { visitRange } from "./visit";

const CARDS: usize = SLOT_CHUNK_BYTES >> LINE_LOG2;
const CARD_FILLED: u8 = 1;
const CARD_DEAD: u8 = 2;

/** The next chunks to hand out of those that an earlier agent of this id left; 0 when there are no more. */
let spareHandles: usize = 0;
let spareBoxes: usize = 0;

export function attachSlots(): void {
  spareHandles = load<usize>(self, AGENT_HANDLES);
  spareBoxes = load<usize>(self, AGENT_BOXES);
}

export function addHandles(): usize {
  const chunk = spareHandles;
  if (chunk == 0) return addChunk(self + AGENT_HANDLES, NULL_REFERENCE as u32);
  spareHandles = load<usize>(chunk);
  return chunk;
}

export function addBoxes(): usize {
  const chunk = spareBoxes;
  if (chunk == 0) return addChunk(self + AGENT_BOXES, 0);
  spareBoxes = load<usize>(chunk);
  return chunk;
}

/** Puts a new chunk before the chain at `head`. Returns 0 when the memory is full. */
function addChunk(head: usize, empty: u32): usize {
  const chunk = allocatePermanent(SLOT_CHUNK_BYTES);
  if (chunk == 0) return 0;
  clear(chunk, empty);
  store<usize>(chunk, load<usize>(head));
  // Last, and atomic: a collector follows the chain from here.
  atomic.store<usize>(head, chunk);
  return chunk;
}

function clear(chunk: usize, empty: u32): void {
  for (let slot = chunk + SLOTS_START; slot < chunk + SLOT_CHUNK_BYTES; slot += 4) atomic.store<u32>(slot, empty);
  for (let card = chunk + SLOT_CARDS; card < chunk + SLOT_CARDS + CARDS; card++) atomic.store<u8>(card, 0);
}

/** Empties all slots of agent `id`; the chunks stay with the id. */
export function clearSlotsOf(id: u32): void {
  const control = controlBlock(id);
  for (let chunk = atomic.load<usize>(control, AGENT_HANDLES); chunk != 0; chunk = load<usize>(chunk)) {
    clear(chunk, NULL_REFERENCE as u32);
  }
  for (let chunk = atomic.load<usize>(control, AGENT_BOXES); chunk != 0; chunk = load<usize>(chunk)) clear(chunk, 0);
  atomic.store<u32>(control, 0, AGENT_DEAD_BOXES);
}

@inline
function slotsOf(chunk: usize, card: usize): usize {
  return chunk + ((card - chunk - SLOT_CARDS) << LINE_LOG2);
}

/** Visits the handles of an agent: all, or those that were filled since the last collection. */
export function visitHandles(control: usize, all: bool): void {
  for (let chunk = atomic.load<usize>(control, AGENT_HANDLES); chunk != 0; chunk = load<usize>(chunk)) {
    if (all) visitRange(chunk + SLOTS_START, chunk + SLOT_CHUNK_BYTES);
    else visitFilled(chunk);
  }
}

function visitFilled(chunk: usize): void {
  const end = chunk + SLOT_CARDS + CARDS;
  for (let card = chunk + SLOT_CARDS; card < end; card++) {
    if ((card & 7) == 0 && load<u64>(card) == 0) {
      card += 7;
      continue;
    }
    if (load<u8>(card) != 0) visitRange(slotsOf(chunk, card), slotsOf(chunk, card) + LINE_BYTES);
  }
}

/**
 * After marking: forgets which handles were filled, and finds the boxes that died. Those that are old only die in a
 * full collection.
 */
export function sweepSlots(full: bool): void {
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    const control = controlBlock(id);
    for (let chunk = atomic.load<usize>(control, AGENT_HANDLES); chunk != 0; chunk = load<usize>(chunk)) {
      // No agent fills a handle now: the world is stopped.
      memory.fill(chunk + SLOT_CARDS, 0, CARDS);
    }
    let dead: u32 = 0;
    for (let chunk = atomic.load<usize>(control, AGENT_BOXES); chunk != 0; chunk = load<usize>(chunk)) {
      dead += sweepBoxes(chunk, full);
    }
    if (dead != 0) atomic.add<u32>(control, dead, AGENT_DEAD_BOXES);
  }
}

function sweepBoxes(chunk: usize, full: bool): u32 {
  const end = chunk + SLOT_CARDS + CARDS;
  let dead: u32 = 0;
  for (let card = chunk + SLOT_CARDS + (SLOTS_START >> LINE_LOG2); card < end; card++) {
    if (!full && (atomic.load<u8>(card) & CARD_FILLED) == 0) continue;
    // The agent may be in JS, where it takes CARD_DEAD away; so neither writes the other's bit.
    atomic.and<u8>(card, ~CARD_FILLED);
    const found = sweepLine(slotsOf(chunk, card));
    dead += found;
    // After the slots: JS takes the bit away, and looks at the slots then.
    if (found != 0) atomic.or<u8>(card, CARD_DEAD);
  }
  return dead;
}

function sweepLine(start: usize): u32 {
  const epoch = load<u32>(EPOCH);
  let dead: u32 = 0;
  for (let slot = start; slot < start + LINE_BYTES; slot += 4) {
    const box = atomic.load<usize>(slot);
    if (box <= (DEAD_BOX as usize) || (load<u32>(box) & HEADER_EPOCH_MASK) == epoch) continue;
    atomic.store<u32>(slot, DEAD_BOX);
    dead++;
  }
  return dead;
}

/** The first handle that a young collection would pass over although it holds a young object; 0 if there is none. */
export function verifyCards(): usize {
  const high = atomic.load<u32>(AGENTS_HIGH);
  for (let id: u32 = 0; id < high; id++) {
    for (let chunk = atomic.load<usize>(controlBlock(id), AGENT_HANDLES); chunk != 0; chunk = load<usize>(chunk)) {
      for (let slot = chunk + SLOTS_START; slot < chunk + SLOT_CHUNK_BYTES; slot += 4) {
        const word = atomic.load<usize>(slot);
        if (
          (word & 1) != 0 || word < heapStart || word >= heapEnd ||
          (load<u32>(word) & HEADER_EPOCH_MASK) != 0
        ) continue;
        if (load<u8>(chunk + SLOT_CARDS + ((slot - chunk) >>> LINE_LOG2)) == 0) return slot;
      }
    }
  }
  return 0;
}
