/** The sources as rooms: which room a file is in, and what rooms import from each other. */
import { posix } from "node:path";
import type { Room } from "../rooms.ts";
import type { SourceFile } from "../source-files.ts";
import { type Import, importsOf } from "./imports.ts";

/** All imports from one room to another. */
export interface Arrow {
  readonly from: Room;
  readonly to: Room;
  readonly imports: readonly Import[];
}

/**
 * Finds rooms by path. The room of a file may be the file itself, its folder, or a folder above that is a room with all
 * below it.
 */
export class House {
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #order: ReadonlyMap<Room, number>;

  constructor(rooms: readonly Room[]) {
    this.#rooms = new Map(rooms.map((room) => [room.path, room]));
    this.#order = new Map(rooms.map((room, index) => [room, index]));
  }

  roomOf(path: string): Room | undefined {
    const folder = posix.dirname(path);
    const own = this.#rooms.get(path) ?? this.#rooms.get(folder);
    if (own !== undefined) return own;
    for (let above = posix.dirname(folder); above !== "."; above = posix.dirname(above)) {
      const room = this.#rooms.get(above);
      if (room?.deep === true) return room;
    }
    return undefined;
  }

  /** Whether the first room comes before the second, which then may import from it. */
  isBelow(a: Room, b: Room): boolean {
    return this.#order.get(a)! < this.#order.get(b)!;
  }

  /**
   * Arrows between different rooms, in the order of the rooms. What imports nothing of the sources' own, or lies in no
   * room, has none.
   */
  arrows(files: readonly SourceFile[]): Arrow[] {
    const found = new Map<Room, Map<Room, Import[]>>();
    for (const one of importsOf(files)) {
      const from = this.roomOf(one.from);
      const to = this.roomOf(one.to);
      if (from === undefined || to === undefined || from === to) continue;
      const targets = found.getOrInsertComputed(from, () => new Map());
      targets.getOrInsertComputed(to, () => []).push(one);
    }
    const byOrder = (a: Room, b: Room): number => this.#order.get(a)! - this.#order.get(b)!;
    return [...found]
      .flatMap(([from, targets]) => [...targets].map(([to, imports]): Arrow => ({ from, to, imports })))
      .sort((a, b) => byOrder(a.from, b.from) || byOrder(a.to, b.to));
  }
}
