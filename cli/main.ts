/**
 * The `heddle` command: finds the subcommand, runs it, and turns whatever it throws into a message and an exit code.
 */
import { readFileSync } from "node:fs";
import { type ModuleFile, readModuleFile } from "./base/files.ts";
import { describeError, exitCodeOf } from "./base/report.ts";
import { UsageError, usage } from "./base/usage.ts";
import { parse, print } from "./commands/convert.ts";
import { listFeatures } from "./commands/features.ts";
import { validate } from "./commands/validate.ts";

let subject: ModuleFile | undefined;
const open = (name: string): ModuleFile => {
  subject = readModuleFile(name);
  return subject;
};

type Command = (words: readonly string[]) => number | Promise<number>;
const commands: Readonly<Record<string, Command>> = {
  // Loaded only when it is needed: the other commands have no use for a runtime.
  run: async (words) => (await import("./commands/run.ts")).run(words, open),
  inspect: async (words) => (await import("./commands/inspect.ts")).inspect(words, open),
  validate,
  parse: (words) => parse(words, open),
  print: (words) => print(words, open),
  features: listFeatures,
};

function version(): string {
  const manifest = new URL("../package.json", import.meta.url);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...rest] = words;
  if (name === "--version") {
    console.log(version());
    return 0;
  }
  if (name === "help" || name === "--help" || name === "-h" || rest.includes("--help")) {
    process.stdout.write(usage);
    return 0;
  }
  if (name === undefined) throw new UsageError("no command given; heddle help lists them");
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`no command is called '${name}'; heddle help lists them`);
  return command(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error, subject));
  process.exitCode = exitCodeOf(error);
}
