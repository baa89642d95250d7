/**
 * Checks what neither the compiler nor the linter does: import order between folders, sizes of files, notes left behind, links and
 * generated pages of the documentation. Prints a line per finding and, last, a count of the checks that passed and failed.
 *
 *     npm run check
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { layers, root, type SourceFile, sourceFiles } from "./source-files.ts";

const maximumLines = 500;
/** Spelled in two halves, so that this file does not find itself. */
const leftovers = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].join("|")})\\b`);
const importPattern =
  /^\s*(?:import|export)\s(?:[^"'`;]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|\bnew URL\(\s*["'](\.[^"']+)["']/gm;

/** One check: what holds, and the places where it does not. */
interface Check {
  readonly claim: string;
  readonly findings: readonly string[];
}

function importsOf(file: SourceFile): string[] {
  return [...file.text.matchAll(importPattern)].map(([, statement, dynamic, url]) => statement ?? dynamic ?? url ?? "");
}

/** A file may import from its own folder and from those before it; `core` knows no feature folder. */
function importOrder(files: readonly SourceFile[]): Check {
  const findings: string[] = [];
  for (const file of files) {
    const from = layers.findIndex((layer) => file.path.startsWith(`${layer}/`));
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith(".")) continue;
      const target = posix.normalize(posix.join(posix.dirname(file.path), specifier));
      const to = layers.findIndex((layer) => target.startsWith(`${layer}/`));
      if (to > from) findings.push(`${file.path}: imports ${target}, which is in a later folder (${layers.join(" <- ")})`);
    }
  }
  return { claim: "imports go from later folders to earlier ones only", findings };
}

function fileSizes(files: readonly SourceFile[]): Check {
  const findings = files
    .map((file) => ({ path: file.path, lines: file.text.split("\n").length - 1 }))
    .filter(({ lines }) => lines >= maximumLines)
    .map(({ path, lines }) => `${path}: ${lines} lines; split it by subject (limit ${maximumLines})`);
  return { claim: `files have fewer than ${maximumLines} lines`, findings };
}

function nothingLeftBehind(files: readonly SourceFile[]): Check {
  const findings: string[] = [];
  for (const file of files) {
    for (const [index, line] of file.text.split("\n").entries()) {
      const found = leftovers.exec(line);
      if (found !== null) findings.push(`${file.path}:${index + 1}: ${found[1]}`);
    }
  }
  return { claim: "no notes of unfinished work", findings };
}

/** Each file under core starts from the standard's side: it says what it is before it imports anything. */
function filesIntroduceThemselves(files: readonly SourceFile[]): Check {
  const findings = files
    .filter((file) => /^(core|memory|gc|lower|threads|api|cli)\//.test(file.path) && !/^(#!.*\n)?\/[*/]/.test(file.text))
    .map((file) => `${file.path}: does not begin with a comment that says what it is`);
  return { claim: "each source file begins by saying what it is", findings };
}

/** Links between the documentation's pages lead somewhere. */
function links(): Check {
  const pages = [...readdirSync(root), ...readdirSync(`${root}docs`).map((name) => `docs/${name}`)].filter((name) => name.endsWith(".md"));
  const findings: string[] = [];
  for (const page of pages) {
    const text = readFileSync(root + page, "utf8").replaceAll(/```[\s\S]*?```/g, "");
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (target === undefined || /^[a-z]+:|^#/.test(target)) continue;
      const path = posix.join(posix.dirname(page), target.replace(/#.*/, ""));
      if (!existsSync(root + path)) findings.push(`${page}: link to ${target}, which does not exist`);
    }
  }
  return { claim: "links in the documentation lead somewhere", findings };
}

async function generatedPages(): Promise<Check> {
  const { pages } = await import("./generate-docs.ts");
  const findings = [...pages()]
    .filter(([path, text]) => !existsSync(root + path) || readFileSync(root + path, "utf8") !== text)
    .map(([path]) => `${path}: out of date; run npm run docs`);
  return { claim: "generated documentation is up to date", findings };
}

async function main(): Promise<number> {
  const files = sourceFiles([".ts", ".mjs", ".wat"]);
  const scripts = files.filter((file) => !file.path.endsWith(".wat"));
  const checks = [
    importOrder(scripts),
    fileSizes(files),
    nothingLeftBehind(files),
    filesIntroduceThemselves(scripts),
    links(),
    await generatedPages(),
  ];
  for (const { claim, findings } of checks) {
    console.log(`${findings.length === 0 ? "ok  " : "FAIL"} ${claim}`);
    for (const finding of findings) console.log(`     ${finding}`);
  }
  const failed = checks.filter(({ findings }) => findings.length > 0).length;
  console.log(`checks: ${checks.length - failed} passed, ${failed} failed, 0 skipped`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
