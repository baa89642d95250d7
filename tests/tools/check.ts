/**
 * Checks what neither the compiler nor the linter does, by the list below: one file under `checks/` each. Prints a line per finding and,
 * last, a count of the checks that passed and failed.
 *
 *     npm run check
 */
import type { Checker, Sources } from "./checks/check.ts";
import { fileSizes } from "./checks/file-sizes.ts";
import { generatedPages } from "./checks/generated-pages.ts";
import { importOrder } from "./checks/import-order.ts";
import { filesIntroduceThemselves } from "./checks/introductions.ts";
import { nothingLeftBehind } from "./checks/leftovers.ts";
import { links } from "./checks/links.ts";
import { pageFiles, sourceFiles } from "./source-files.ts";

const checkers: readonly Checker[] = [
  // of the house
  importOrder,
  fileSizes,
  // of the sources
  nothingLeftBehind,
  filesIntroduceThemselves,
  // of the documentation
  links,
  generatedPages,
];

async function main(): Promise<number> {
  const sources: Sources = { scripts: sourceFiles([".ts", ".mjs"]), modules: sourceFiles([".wat"]), pages: pageFiles() };
  const checks = await Promise.all(checkers.map((check) => check(sources)));
  for (const { claim, findings } of checks) {
    console.log(`${findings.length === 0 ? "ok  " : "FAIL"} ${claim}`);
    for (const finding of findings) console.log(`     ${finding}`);
  }
  const failed = checks.filter(({ findings }) => findings.length > 0).length;
  console.log(`checks: ${checks.length - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
