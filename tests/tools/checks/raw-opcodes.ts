/**
 * Nothing but the table of instructions, and what reads and writes the binary format, knows an opcode: modules that the
 * sources make for themselves are written by the names of their instructions (core/binary/small-module.ts).
 */
import type { Check, Sources } from "./check.ts";

const sources = /^(core|memory|gc|lower|threads|api|cli)\//;
/** The rooms whose subject is the binary format. */
const homes = /^(core\/(ops|binary)|lower\/host)\//;
/** The first bytes of a module, and a byte that a writer is given as such. */
const raw = /\b0x61, ?0x73, ?0x6d\b|\.u8\(0x[0-9a-f]{2}\)/i;

export function rawOpcodes({ scripts }: Sources): Check {
  const findings: string[] = [];
  for (const { path, text } of scripts) {
    if (!sources.test(path) || homes.test(path)) continue;
    for (const [index, line] of text.split("\n").entries()) {
      const found = raw.exec(line);
      if (found !== null)
        findings.push(`${path}:${index + 1}: ${found[0]}; modules are made with core/binary/small-module.ts`);
    }
  }
  return { claim: "no module is written in bytes", findings };
}
