/** Which block of the heap serves what, and a picture of it. */

import type { Heap } from "../heap/heap.ts";
import {
  BLOCK_BYTES,
  BLOCK_FREE,
  BLOCK_FULL,
  BLOCK_LARGE,
  BLOCK_LARGE_REST,
  BLOCK_OWNED,
  BLOCK_PARTIAL,
  BLOCK_PERMANENT,
  BLOCK_UNUSED,
  LINES_PER_BLOCK,
  RETURNED,
} from "../layout/blocks.ts";
import { HIGH_BLOCKS } from "../layout/control-words.ts";
import { PLAN_BLOCKS, PLAN_LINES } from "../layout/plan.ts";

/** What a block is used for. */
type BlockUse = "unused" | "free" | "returned" | "partial" | "full" | "nursery" | "large" | "permanent" | "other";

export interface Block {
  readonly use: BlockUse;
  /** Part of its lines that live objects lie in, as of the last collection; 1 where lines say nothing. */
  readonly live: number;
}

const uses: Readonly<Record<number, BlockUse>> = {
  [BLOCK_UNUSED]: "unused",
  [BLOCK_FREE]: "free",
  [BLOCK_PARTIAL]: "partial",
  [BLOCK_FULL]: "full",
  [BLOCK_OWNED]: "nursery",
  [BLOCK_LARGE]: "large",
  [BLOCK_LARGE_REST]: "large",
  [BLOCK_PERMANENT]: "permanent",
};
const withLines: ReadonlySet<BlockUse> = new Set<BlockUse>(["partial", "full", "nursery"]);

/** The blocks that were ever in use, in order of address. A moment's view: agents may run meanwhile. */
export function readBlocks(heap: Heap): Block[] {
  const table = heap.plan(PLAN_BLOCKS);
  const lines = heap.plan(PLAN_LINES);
  return Array.from({ length: heap.plan(HIGH_BLOCKS) }, (_, block) => {
    const entry = heap.plan(table + 4 * block);
    const use = uses[entry & 255] ?? "other";
    if (use === "free") return { use: entry >>> 8 === RETURNED ? "returned" : "free", live: 0 };
    if (!withLines.has(use)) return { use, live: 1 };
    const first = lines + block * LINES_PER_BLOCK;
    const marked = heap.bytes
      .subarray(first, first + LINES_PER_BLOCK)
      .reduce((sum, mark) => sum + (mark !== 0 ? 1 : 0), 0);
    return { use, live: marked / LINES_PER_BLOCK };
  });
}

const colors: Readonly<Record<BlockUse, string>> = {
  unused: "#f4f4f4",
  free: "#dfe7ee",
  returned: "#f4f4f4",
  partial: "#3b82c4",
  full: "#1f5f99",
  nursery: "#e08e1b",
  large: "#7a52a8",
  permanent: "#6b7280",
  other: "#b91c1c",
};
const order: readonly BlockUse[] = ["nursery", "partial", "full", "large", "permanent", "free", "returned", "other"];
const CELL = 9;
const COLUMNS = 96;
const LEGEND = 28;

/** An SVG picture: a cell for each block, filled from below as far as it is alive. */
export function drawBlocks(blocks: readonly Block[]): string {
  const rows = Math.ceil(blocks.length / COLUMNS);
  const width = COLUMNS * CELL + 1;
  const cells = blocks.map(({ use, live }, i) => {
    const x = (i % COLUMNS) * CELL;
    const y = LEGEND + Math.floor(i / COLUMNS) * CELL;
    const back = `<rect x="${x}" y="${y}" width="${CELL - 1}" height="${CELL - 1}" fill="${withLines.has(use) ? colors.free : colors[use]}"/>`;
    if (!withLines.has(use)) return back;
    const height = Math.round((CELL - 1) * live * 10) / 10;
    const fill = `<rect x="${x}" y="${y + CELL - 1 - height}" width="${CELL - 1}" height="${height}" fill="${colors[use]}"/>`;
    const frame =
      use === "nursery"
        ? `<rect x="${x + 0.5}" y="${y + 0.5}" width="7" height="7" fill="none" stroke="${colors.nursery}"/>`
        : "";
    return `${back}${height > 0 ? fill : ""}${frame}`;
  });
  let x = 0;
  const legend = order.flatMap((use) => {
    const count = blocks.filter((block) => block.use === use).length;
    if (count === 0) return [];
    const text = `${use} ${count}`;
    const entry = `<rect x="${x}" y="6" width="10" height="10" fill="${colors[use]}"/><text x="${x + 14}" y="15">${text}</text>`;
    x += 30 + 7 * text.length;
    return [entry];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LEGEND + rows * CELL}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<title>blocks of ${BLOCK_BYTES / 1024} KB</title>`,
    ...legend,
    ...cells,
    "</svg>\n",
  ].join("\n");
}
