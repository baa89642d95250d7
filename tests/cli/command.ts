/** Runs the `heddle` command as a user would. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export const root: string = fileURLToPath(new URL("../../", import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `heddle ...words` in the repository's root. */
export function heddle(...words: readonly string[]): Outcome {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/heddle.mjs", ...words], {
    cwd: root,
    encoding: "utf8",
  });
  return { exitCode: status, output: stdout, errors: stderr };
}
