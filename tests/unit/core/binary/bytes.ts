/** Modules in the binary format, put together by hand. */

const header: readonly number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

/** A section of fewer than 128 bytes. */
export function section(id: number, ...contents: readonly number[]): readonly number[] {
  return [id, contents.length, ...contents];
}

/** A custom section. */
export function custom(name: string, ...contents: readonly number[]): readonly number[] {
  return section(0, name.length, ...Buffer.from(name), ...contents);
}

/** A module of these sections. */
export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...header, ...sections.flat()]);
}
