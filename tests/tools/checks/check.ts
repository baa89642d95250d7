/** What each check is: a function from the sources to what holds and the places where it does not. */
import type { Room } from "../rooms.ts";
import type { SourceFile } from "../source-files.ts";

/** What the checks look at; a test of a check makes up a small one. */
export interface Sources {
  /** TypeScript, AssemblyScript and JavaScript. */
  readonly scripts: readonly SourceFile[];
  /** Modules in the text format. */
  readonly modules: readonly SourceFile[];
  /** The documentation: Markdown. */
  readonly pages: readonly SourceFile[];
  /** The table of rooms, in order. */
  readonly rooms: readonly Room[];
}

/**
 * A claim about the sources, and the places where it does not hold, each in one line: path, what is wrong, what to do.
 */
export interface Check {
  readonly claim: string;
  readonly findings: readonly string[];
}

export type Checker = (sources: Sources) => Check | Promise<Check>;
