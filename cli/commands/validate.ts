/** `heddle validate FILE...`: checks modules and says nothing about the good ones. */
import { validateModule } from "../../core/validate/validate.ts";
import { featuresOf, parseArguments } from "../base/arguments.ts";
import { loadModule, readModuleFile } from "../base/files.ts";
import { describeError, exitCodeOf, type Subject } from "../base/report.ts";
import { UsageError } from "../base/usage.ts";

export function validate(words: readonly string[]): number {
  const parsed = parseArguments(words, { "--features": "value" });
  if (parsed.files.length === 0) throw new UsageError("no file given");
  const features = featuresOf(parsed);
  let exitCode = 0;
  for (const name of parsed.files) {
    let subject: Subject = { file: name, text: undefined };
    try {
      const file = readModuleFile(name);
      subject = file;
      validateModule(loadModule(file, features), undefined, features);
    } catch (error) {
      console.error(describeError(error, subject));
      exitCode = Math.max(exitCode, exitCodeOf(error));
    }
  }
  return exitCode;
}
