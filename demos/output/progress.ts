/** A line that says how far a run is: redrawn in place on a terminal, printed once per step otherwise. */

const width = 30;

export class Progress {
  readonly #stream = process.stdout;
  #shown = "";

  /** Shows that `part` (0 to 1) of `label` is done. */
  update(label: string, part: number): void {
    if (!this.#stream.isTTY) return;
    const filled = Math.round(part * width);
    this.#draw(
      `  ${label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${String(Math.floor(part * 100)).padStart(3)}%`,
    );
  }

  /** Replaces the line with one that stays. */
  finish(line: string): void {
    this.#draw("");
    console.log(`  ${line}`);
  }

  #draw(line: string): void {
    if (!this.#stream.isTTY || line === this.#shown) return;
    this.#stream.write(`\r${line}\u001b[K`);
    this.#shown = line;
  }
}
