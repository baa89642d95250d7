/**
 * Checks what neither the compiler nor the linter does, by the list below: one file under `checks/` each. Prints a line
 * per finding and, last, a count of the checks that passed and failed.
 *
 *     npm run check
 */
import type { Checker, Sources } from "./checks/check.ts";
import { codedErrors } from "./checks/coded-errors.ts";
import { deadExports } from "./checks/dead-exports.ts";
import { examples } from "./checks/examples.ts";
import { factsInTables } from "./checks/facts.ts";
import { fileSizes } from "./checks/file-sizes.ts";
import { folderSizes } from "./checks/folder-sizes.ts";
import { generatedPages } from "./checks/generated-pages.ts";
import { hiddenMembers } from "./checks/hidden-members.ts";
import { importCircles } from "./checks/import-circles.ts";
import { filesIntroduceThemselves } from "./checks/introductions.ts";
import { nothingLeftBehind } from "./checks/leftovers.ts";
import { lineLengths } from "./checks/line-lengths.ts";
import { links } from "./checks/links.ts";
import { namedFiles } from "./checks/named-files.ts";
import { objectLayout } from "./checks/object-layout.ts";
import { rawOpcodes } from "./checks/raw-opcodes.ts";
import { roomOrder } from "./checks/room-order.ts";
import { roomsListed } from "./checks/rooms-listed.ts";
import { threadRooms } from "./checks/thread-rooms.ts";
import { rooms } from "./rooms.ts";
import { pageFiles, sourceFiles } from "./source-files.ts";

const checkers: readonly Checker[] = [
  // of the house
  roomsListed,
  roomOrder,
  importCircles,
  threadRooms,
  folderSizes,
  fileSizes,
  // of the sources
  nothingLeftBehind,
  filesIntroduceThemselves,
  hiddenMembers,
  objectLayout,
  codedErrors,
  rawOpcodes,
  deadExports,
  factsInTables,
  // of the documentation
  links,
  namedFiles,
  examples,
  lineLengths,
  generatedPages,
];

async function main(): Promise<number> {
  const sources: Sources = {
    scripts: sourceFiles([".ts", ".mjs"]),
    modules: sourceFiles([".wat"]),
    pages: pageFiles(),
    rooms,
  };
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
