/**
 * Places the nodes of a graph without circles in rows, so that few arrows cross and none runs behind a node (Sugiyama,
 * Tagawa and Toda 1981): an arrow over several rows has a bend in each row between, which takes part in the placement
 * as a narrow node. The same graph is placed in the same way each time.
 */

export interface Node {
  readonly row: number;
  readonly width: number;
}

export interface Edge<N extends Node> {
  /** The node in the higher row. */
  readonly from: N;
  readonly to: N;
}

/** Where a node is in its row, or an arrow passes through one: the distance of its middle from the left. */
export interface Placement<N extends Node> {
  readonly middles: ReadonlyMap<N, number>;
  /** The bends of each edge, from the row below its start to the row above its end. */
  readonly bends: ReadonlyMap<Edge<N>, readonly number[]>;
}

/** A node or a bend while it is being placed. */
interface Item {
  readonly width: number;
  readonly above: Item[];
  readonly below: Item[];
  /** Position in the row, counted. */
  place: number;
  middle: number;
}

const bendWidth = 12;
const sweeps = 24;
const straightening = 60;

const item = (width: number): Item => ({ width, above: [], below: [], place: 0, middle: 0 });

function connect(upper: Item, lower: Item): void {
  upper.below.push(lower);
  lower.above.push(upper);
}

const number = (row: readonly Item[]): void => {
  for (const [place, one] of row.entries()) one.place = place;
};

/** Crossings of the lines between a row and the one above it. */
function crossingsAbove(row: readonly Item[]): number {
  const ends = row.flatMap((lower) => lower.above.map((upper) => upper.place).sort((a, b) => a - b));
  let count = 0;
  for (const [index, place] of ends.entries())
    for (let later = index + 1; later < ends.length; later++) if (ends[later]! < place) count++;
  return count;
}

const crossings = (rows: readonly (readonly Item[])[]): number =>
  rows.reduce((sum, row) => sum + crossingsAbove(row), 0);

function sortByNeighbours(row: Item[], side: "above" | "below"): void {
  const wish = new Map(
    row.map((one) => [
      one,
      one[side].length === 0 ? one.place : one[side].reduce((sum, { place }) => sum + place, 0) / one[side].length,
    ]),
  );
  row.sort((a, b) => wish.get(a)! - wish.get(b)! || a.place - b.place);
  number(row);
}

/** Swaps neighbours as long as that takes crossings away. */
function swapNeighbours(rows: readonly Item[][]): void {
  for (let better = true; better; ) {
    better = false;
    for (const [index, row] of rows.entries()) {
      const around = (): number =>
        crossingsAbove(row) + (index + 1 < rows.length ? crossingsAbove(rows[index + 1]!) : 0);
      for (let place = 0; place + 1 < row.length; place++) {
        const before = around();
        const swap = (): void => {
          [row[place], row[place + 1]] = [row[place + 1]!, row[place]!];
          number(row);
        };
        swap();
        if (around() < before) better = true;
        else swap();
      }
    }
  }
}

/** Orders each row so that few lines cross; rows go from the lowest to the highest. */
function order(rows: readonly Item[][]): void {
  for (const row of rows) number(row);
  let fewest = crossings(rows);
  let best = rows.map((row) => [...row]);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const upwards = sweep % 2 === 0;
    for (const row of upwards ? rows : rows.toReversed()) sortByNeighbours(row, upwards ? "below" : "above");
    const count = crossings(rows);
    if (count >= fewest) continue;
    fewest = count;
    best = rows.map((row) => [...row]);
  }
  for (const [index, row] of rows.entries()) {
    row.splice(0, row.length, ...best[index]!);
    number(row);
  }
  swapNeighbours(rows);
}

/**
 * Moves a row's items as near to where they wish to be as their order and widths allow (least squares: neighbours that
 * would overlap move as one, to the mean of their wishes).
 */
function settle(row: readonly Item[], wishes: readonly number[], gap: number, width: number): void {
  const offsets: number[] = [];
  let end = 0;
  for (const [index, one] of row.entries()) {
    if (index > 0) end += (row[index - 1]!.width + one.width) / 2 + gap;
    offsets.push(end);
  }
  const blocks: { sum: number; count: number }[] = [];
  for (const [index, wish] of wishes.entries()) {
    let block = { sum: wish - offsets[index]!, count: 1 };
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  const lowest = row[0]!.width / 2;
  const highest = width - end - row.at(-1)!.width / 2;
  const shifts = blocks.flatMap(({ sum, count }) =>
    Array<number>(count).fill(Math.max(lowest, Math.min(highest, sum / count))),
  );
  for (const [index, one] of row.entries()) one.middle = shifts[index]! + offsets[index]!;
}

function straighten(rows: readonly Item[][], gap: number, width: number): void {
  for (const row of rows)
    settle(
      row,
      row.map((_, place) => ((place + 0.5) * width) / row.length),
      gap,
      width,
    );
  const mean = (items: readonly Item[]): number => items.reduce((sum, { middle }) => sum + middle, 0) / items.length;
  for (let round = 0; round < straightening; round++) {
    for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
      const wishes = row.map((one) => {
        const neighbours = [...one.above, ...one.below];
        return neighbours.length === 0 ? one.middle : mean(neighbours);
      });
      settle(row, wishes, gap, width);
    }
  }
}

/** Places nodes in rows of a width, with a gap between them. Rows are numbered from the lowest, and none is empty. */
export function layeredLayout<N extends Node>(
  nodes: readonly N[],
  edges: readonly Edge<N>[],
  gap: number,
  width: number,
): Placement<N> {
  const items = new Map(nodes.map((node) => [node, item(node.width)]));
  const rows: Item[][] = Array.from({ length: Math.max(...nodes.map(({ row }) => row)) + 1 }, () => []);
  for (const [node, placed] of items) rows[node.row]!.push(placed);
  const bends = edges.map((edge): [Edge<N>, Item[]] => {
    const passed: Item[] = [];
    let upper = items.get(edge.from)!;
    for (let row = edge.from.row - 1; row > edge.to.row; row--) {
      const bend = item(bendWidth);
      rows[row]!.push(bend);
      connect(upper, bend);
      passed.push(bend);
      upper = bend;
    }
    connect(upper, items.get(edge.to)!);
    return [edge, passed];
  });
  order(rows);
  straighten(rows, gap, width);
  return {
    middles: new Map([...items].map(([node, { middle }]) => [node, middle])),
    bends: new Map(bends.map(([edge, passed]) => [edge, passed.map(({ middle }) => middle)])),
  };
}
