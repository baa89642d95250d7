/**
 * Litmus tests of publication. In each shape a writer makes a fresh object and stores a reference to it with a plain
 * store; a reader polls.
 *
 *     MP_struct_global    W: object.fields; place = object      R: r0 = place; r1 = r0.fields, r0's type
 *     MP_struct_field     the same
 *     MP_struct_table     the same
 *     MP_array_field      W: array.length, elements; ...        R: r0 = place; r1 = r0.length, elements
 *     MP_record_field     W: type record; object.record; ...    R: r0 = place; r1 = r0's type by its record, its fields
 *
 *     allowed:    r0 is null; or r0 is an object that the writer made, and r1 is all that it wrote there before it
 *                 stored the reference
 *     forbidden:  everything else: an older object's fields, length or type at the same address, or zeros
 *
 * Addresses are used again while it runs, since objects become garbage at once: so stale contents are those of an older
 * object, which look right but for the values.
 */
import { createStore, type StoreOptions } from "../../api/heddle.ts";

/** By the number that the program knows the place by. */
export const shapes = [
  "MP_struct_global",
  "MP_struct_field",
  "MP_struct_table",
  "MP_array_field",
  "MP_record_field",
] as const;
export type Shape = (typeof shapes)[number];

interface Program {
  write(count: number, place: number): void;
  read(place: number): number;
}

/**
 * Runs a shape of the program `source` (publication.wat) with so many writes; returns how often a reader saw what is
 * forbidden.
 */
export async function runShape(
  source: string,
  shape: Shape,
  writes: number,
  options: StoreOptions = {},
): Promise<number> {
  const store = await createStore({ threads: 2, heap: { maximum: 64 << 20 }, ...options });
  try {
    const { instance } = await store.WebAssembly.instantiate(source);
    const { write, read } = instance.exports as unknown as Program;
    const place = shapes.indexOf(shape);
    const reading = store.spawn(read, place);
    await store.spawn(write, writes, place);
    return await reading;
  } finally {
    await store.close();
  }
}

/**
 * All shapes, by both kinds of stores where the processor allows plain ones. Calls `note` with a line for each; returns
 * how often readers saw what is forbidden.
 */
export async function runPublication(
  source: string,
  writes: number,
  inOrder: boolean,
  note: (line: string) => void,
): Promise<number> {
  let total = 0;
  for (const publication of inOrder ? (["tso", "atomic"] as const) : (["atomic"] as const)) {
    for (const shape of shapes) {
      const start = performance.now();
      const forbidden = await runShape(source, shape, writes, { publication });
      total += forbidden;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      note(`${shape}, ${publication} stores: ${writes} writes, ${forbidden} forbidden outcomes (${seconds} s)`);
    }
  }
  return total;
}
