/** Tables of text, and numbers as people read them. */

/** A column: its title, and the side that its cells line up on. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/** Lines of a table with a rule under the titles. */
export function formatTable(columns: readonly Column[], lines: readonly (readonly string[])[]): string[] {
  const widths = columns.map(({ title }, at) =>
    Math.max(title.length, ...lines.map((line) => (line[at] ?? "").length)),
  );
  const row = (cells: readonly string[]): string =>
    columns
      .map(({ align }, at) => {
        const cell = cells[at] ?? "";
        const width = widths[at] ?? 0;
        return align === "left" ? cell.padEnd(width) : cell.padStart(width);
      })
      .join("  ")
      .trimEnd();
  return [
    row(columns.map(({ title }) => title)),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...lines.map(row),
  ];
}

/** A count with thousands separated: `252,000,000`. */
export const formatCount = (count: number | bigint): string => count.toLocaleString("en-US");

/** A duration: seconds with two decimals. */
export const formatSeconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/** A short duration: milliseconds with as many decimals as tell something. */
export const formatPause = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 2 : 1)} ms`;

/** A 64-bit checksum in hexadecimal. */
export const formatChecksum = (checksum: bigint): string => BigInt.asUintN(64, checksum).toString(16).padStart(16, "0");
