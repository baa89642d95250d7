/** `heddle features`: the table of proposals. */
import { featureNames, features } from "../../core/base/features.ts";
import { featuresOf, parseArguments } from "../base/arguments.ts";
import { UsageError } from "../base/usage.ts";

export function listFeatures(words: readonly string[]): number {
  const parsed = parseArguments(words, { "--features": "value", "--json": "flag" });
  if (parsed.files.length > 0) throw new UsageError(`features takes no file: ${parsed.files.join(" ")}`);
  const on = featuresOf(parsed);
  const list = featureNames.map((name) => ({ name, on: on.has(name), ...features[name] }));
  if (parsed.flags.has("--json")) {
    console.log(JSON.stringify(list, undefined, 2));
    return 0;
  }
  const width = Math.max(...list.map(({ name }) => name.length));
  const draftWidth = Math.max(...list.map(({ draft }) => draft.length), "draft".length);
  console.log(`${"feature".padEnd(width)}       phase  ${"draft".padEnd(draftWidth)}  title`);
  for (const { name, on: enabled, phase, draft, title } of list) {
    console.log(
      `${name.padEnd(width)}  ${enabled ? "on " : "off"}  ${String(phase).padEnd(5)}  ${draft.padEnd(draftWidth)}  ${title}`,
    );
  }
  return 0;
}
