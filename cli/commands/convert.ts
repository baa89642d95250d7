/** `heddle parse` and `heddle print`: text to binary and back. */
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { printModule } from "../../core/text/print/print.ts";
import { featuresOf, onlyFile, parseArguments } from "../base/arguments.ts";
import { loadModule, type ModuleFile, textOf, writeOutput } from "../base/files.ts";
import { UsageError } from "../base/usage.ts";

/** Reads the file that a command names; what goes wrong later is about that file. */
export type OpenFile = (name: string) => ModuleFile;

export function parse(words: readonly string[], open: OpenFile): number {
  const parsed = parseArguments(words, { "--features": "value", "-o": "value" });
  const name = onlyFile(parsed);
  const output = parsed.values.get("-o") ?? (name.endsWith(".wat") ? name.replace(/\.wat$/, ".wasm") : undefined);
  if (output === undefined) throw new UsageError("where to? -o names the output");
  const file = open(name);
  writeOutput(output, encodeModule(parseModule(textOf(file), featuresOf(parsed))));
  return 0;
}

export function print(words: readonly string[], open: OpenFile): number {
  const parsed = parseArguments(words, { "--features": "value", "--fold": "flag", "-o": "value" });
  const text = printModule(loadModule(open(onlyFile(parsed)), featuresOf(parsed)), {
    fold: parsed.flags.has("--fold"),
  });
  const output = parsed.values.get("-o");
  if (output === undefined) process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
  else writeOutput(output, text);
  return 0;
}
