/**
 * The picture of the house, docs/house.svg: floors from `core` at the bottom to the command at the top, their rooms,
 * and arrows from rooms to those that they import from. An arrow that others imply is not drawn: who stands on a room
 * stands on all that it is built on.
 */
import { type Floor, floors, type Room } from "../rooms.ts";
import type { SourceFile } from "../source-files.ts";
import { House } from "./house.ts";
import { type Edge, layeredLayout, type Node, type Placement } from "./layered-layout.ts";
import { reduction } from "./reduction.ts";

/** A room in the picture. */
interface Box extends Node {
  readonly room: Room;
  readonly floor: Floor;
  readonly name: string;
}

/** An arrow in the picture, with the number of imports that it stands for. */
interface Line extends Edge<Box> {
  readonly imports: number;
}

type Point = readonly [x: number, y: number];

const width = 1200;
/** What is left of the rooms: the floors' names. */
const left = 128;
const margin = 12;
const top = 44;
const boxHeight = 40;
const rowHeight = 64;
const floorGap = 12;
const gap = 14;
/** Widths of letters are those of wide fonts, so that no reader's is too wide. */
const nameLetter = 8.4;
const holdsLetter = 6.6;

/** What users run; demos and tests stand outside. */
const shown = floors.filter(({ name }) => name !== "demos" && name !== "tests");
const colours: readonly string[] = ["#8a5a2b", "#6b6b6b", "#3d7a4f", "#2f6690", "#8c3b6a", "#a0643c", "#4b4b7a"];
const colourOf = (floor: Floor): string => colours[shown.indexOf(floor) % colours.length]!;

const round = (value: number): string => String(Math.round(value * 10) / 10);
const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

/** A room's name on its floor. */
function nameOf({ path }: Room, floor: Floor): string {
  return (path === floor.name ? floor.name : path.slice(floor.name.length + 1)).replace(/\.ts$/, "");
}

/**
 * Rooms in rows: each above those of its floor that it imports from, all above the floors below, and no more to a row
 * than fit.
 */
function boxesOf(imports: ReadonlyMap<Room, ReadonlySet<Room>>): Map<Room, Box> {
  const boxes = new Map<Room, Box>();
  const taken: number[] = [];
  let lowest = 0;
  for (const floor of shown) {
    for (const room of floor.rooms) {
      const name = nameOf(room, floor);
      const boxWidth = Math.ceil(Math.max(name.length * nameLetter, room.holds.length * holdsLetter) + 16);
      const below = [...imports.get(room)!]
        .flatMap((other) => boxes.get(other) ?? [])
        .filter((box) => box.floor === floor);
      let row = below.reduce((highest, box) => Math.max(highest, box.row + 1), lowest);
      while ((taken[row] ?? 0) + boxWidth + gap > width - left - margin) row++;
      taken[row] = (taken[row] ?? 0) + boxWidth + gap;
      boxes.set(room, { room, floor, row, width: boxWidth, name });
    }
    lowest = taken.length;
  }
  return boxes;
}

/** Where things are: rows from the bottom, and the middles of boxes and bends in them. */
class Drawing {
  readonly height: number;
  readonly #boxes: readonly Box[];
  readonly #lines: readonly Line[];
  readonly #placement: Placement<Box>;
  readonly #floorOfRow: readonly number[];

  constructor(boxes: readonly Box[], lines: readonly Line[]) {
    this.#boxes = boxes;
    this.#lines = lines;
    this.#placement = layeredLayout(boxes, lines, gap, width - left - margin);
    const rows = Math.max(...boxes.map(({ row }) => row)) + 1;
    this.#floorOfRow = Array.from({ length: rows }, (_, row) =>
      shown.indexOf(boxes.find((box) => box.row === row)!.floor),
    );
    this.height = top + rows * rowHeight + (shown.length - 1) * floorGap + margin;
  }

  #rowMiddle(row: number): number {
    return this.height - margin - (row + 0.5) * rowHeight - this.#floorOfRow[row]! * floorGap;
  }

  #middle(box: Box): number {
    return left + this.#placement.middles.get(box)!;
  }

  #bends(line: Line): Point[] {
    return this.#placement.bends.get(line)!.map((x, index) => [left + x, this.#rowMiddle(line.from.row - 1 - index)]);
  }

  floor(floor: Floor): string[] {
    const rows = this.#boxes.filter((box) => box.floor === floor).map(({ row }) => row);
    const from = this.#rowMiddle(Math.max(...rows)) - rowHeight / 2;
    const to = this.#rowMiddle(Math.min(...rows)) + rowHeight / 2;
    const [first, second] = splitTitle(floor.title);
    return [
      `<rect class="floor" x="${margin / 2}" y="${round(from)}" width="${width - margin}" height="${round(to - from)}" rx="8" fill="${colourOf(floor)}"/>`,
      `<text class="name" x="${margin + 6}" y="${round(from + 26)}" fill="${colourOf(floor)}">${floor.name}</text>`,
      `<text class="title" x="${margin + 6}" y="${round(from + 43)}">${first}</text>`,
      ...(second === undefined
        ? []
        : [`<text class="title" x="${margin + 6}" y="${round(from + 58)}">${second}</text>`]),
    ];
  }

  box(box: Box): string[] {
    const x = this.#middle(box);
    const y = this.#rowMiddle(box.row);
    const corner = `x="${round(x - box.width / 2)}" y="${round(y - boxHeight / 2)}"`;
    return [
      `<rect class="room" ${corner} width="${box.width}" height="${boxHeight}" rx="5" stroke="${colourOf(box.floor)}"/>`,
      `<text class="label" x="${round(x)}" y="${round(y - 3)}">${box.name}</text>`,
      `<text class="holds" x="${round(x)}" y="${round(y + 12)}">${escaped(box.room.holds)}</text>`,
    ];
  }

  /** Where a line leaves or enters its box: lines are spread over the box's width in the order of where they lead. */
  #port(line: Line, end: "from" | "to"): number {
    const box = line[end];
    const towards = (other: Line): number => {
      const bends = this.#bends(other);
      return (end === "from" ? bends[0] : bends.at(-1))?.[0] ?? this.#middle(end === "from" ? other.to : other.from);
    };
    const lines = this.#lines.filter((other) => other[end] === box).sort((a, b) => towards(a) - towards(b));
    const spread = Math.min(box.width - 24, (lines.length - 1) * 16);
    return this.#middle(box) + (lines.length === 1 ? 0 : (lines.indexOf(line) / (lines.length - 1) - 0.5) * spread);
  }

  line(line: Line): string {
    const points: Point[] = [
      [this.#port(line, "from"), this.#rowMiddle(line.from.row) + boxHeight / 2],
      ...this.#bends(line),
      [this.#port(line, "to"), this.#rowMiddle(line.to.row) - boxHeight / 2 - 6],
    ];
    const [x, y] = points.at(-1)!;
    const colour = colourOf(line.from.floor);
    // By doublings, so that the picture does not change with every import.
    const thickness = 1 + 0.5 * Math.min(6, Math.floor(Math.log2(line.imports)));
    return [
      `<path class="arrow" d="${smoothPath(points)}" stroke="${colour}" stroke-width="${round(thickness)}"/>`,
      `<path d="M${round(x - 4.5)} ${round(y - 2)}h9l-4.5 8z" fill="${colour}"/>`,
    ].join("");
  }
}

/** How far a line leans at most where it passes a row, so that it stays clear of the boxes beside it. */
const steepest = 0.45;

/**
 * A curve that goes down: upright at its ends, straight past the boxes of each row between, and leaning there towards
 * the row after.
 */
function smoothPath(points: readonly Point[]): string {
  let path = `M${round(points[0]![0])} ${round(points[0]![1])}`;
  let [x, y] = points[0]!;
  let lean = 0;
  for (const [index, [nextX, nextY]] of points.entries()) {
    if (index === 0) continue;
    const end = index === points.length - 1;
    const around = end ? undefined : [points[index - 1]!, points[index + 1]!];
    const slope = around === undefined ? 0 : (around[1]![0] - around[0]![0]) / (around[1]![1] - around[0]![1]);
    const nextLean = Math.max(-steepest, Math.min(steepest, slope));
    const half = end ? 0 : boxHeight / 2;
    const [toX, toY]: Point = [nextX - nextLean * half, nextY - half];
    const third = (toY - y) / 2.2;
    path += `C${round(x + lean * third)} ${round(y + third)} ${round(toX - nextLean * third)} ${round(toY - third)} ${round(toX)} ${round(toY)}`;
    [x, y] = [nextX + nextLean * half, nextY + half];
    if (!end) path += `L${round(x)} ${round(y)}`;
    lean = nextLean;
  }
  return path;
}

/** A floor's title in up to two lines beside its rooms. */
function splitTitle(title: string): [string, string?] {
  if (title.length <= 16) return [title];
  const space = title.lastIndexOf(" ", 16);
  return [title.slice(0, space), title.slice(space + 1)];
}

/** The picture as SVG. */
export function housePicture(files: readonly SourceFile[]): string {
  const rooms = shown.flatMap((floor) => floor.rooms);
  const house = new House(rooms);
  const imports = new Map(rooms.map((room) => [room, new Map<Room, number>()]));
  for (const { from, to, imports: list } of house.arrows(files)) {
    if (house.isBelow(to, from)) imports.get(from)?.set(to, list.length);
  }
  const targets = new Map([...imports].map(([room, counts]) => [room, new Set(counts.keys())]));
  const boxes = boxesOf(targets);
  const lines = [...reduction(targets)].flatMap(([from, all]) =>
    [...all].map((to): Line => ({ from: boxes.get(from)!, to: boxes.get(to)!, imports: imports.get(from)!.get(to)! })),
  );
  const drawing = new Drawing([...boxes.values()], lines);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${drawing.height}" role="img" aria-labelledby="title" font-family="ui-sans-serif, system-ui, sans-serif">`,
    '<title id="title">The rooms of Heddle, and what they import from each other</title>',
    "<style>",
    "  .floor { fill-opacity: 0.08; } .name { font-size: 19px; font-weight: 600; } .title { font-size: 12px; fill: #5d5345; }",
    "  .room { fill: #ffffff; stroke-width: 1.3; } .label { font-size: 13.5px; font-weight: 600; text-anchor: middle; fill: #2b2620; }",
    "  .holds { font-size: 11px; text-anchor: middle; fill: #5d5345; } .arrow { fill: none; stroke-opacity: 0.8; }",
    "</style>",
    `<rect width="${width}" height="${drawing.height}" fill="#ffffff"/>`,
    `<text class="title" x="${margin + 6}" y="26">An arrow leads from a room to one that it imports from, and is the thicker the more imports there are. All lead down. What other arrows imply is not drawn.</text>`,
    ...shown.flatMap((floor) => drawing.floor(floor)),
    ...lines.map((line) => drawing.line(line)),
    ...[...boxes.values()].flatMap((box) => drawing.box(box)),
    "</svg>",
    "",
  ].join("\n");
}
