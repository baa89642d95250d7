/** Reads a command line: options, calls, and what is left over. */
import {
  defaultFeatures,
  type FeatureName,
  type FeatureSet,
  featureSet,
  isFeatureName,
} from "../../core/base/features.ts";
import { UsageError } from "./usage.ts";

/** A call that `--invoke` asks for, with its arguments as written. */
export interface Invocation {
  readonly name: string;
  readonly arguments: readonly string[];
}

/** How an option takes its value: not at all, as the next word, or with all words up to the next option. */
export type OptionKind = "flag" | "value" | "call";

export interface ParsedArguments {
  readonly files: readonly string[];
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
  readonly calls: readonly Invocation[];
}

/** A word that is an option, and not a negative number or a lone dash. */
const isOption = (word: string): boolean => /^-(-|[a-zA-Z]$)/.test(word);

/** Splits `words` by the options that a command takes. `--name=value` is the same as `--name value`. */
export function parseArguments(
  words: readonly string[],
  options: Readonly<Record<string, OptionKind>>,
): ParsedArguments {
  const files: string[] = [];
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const calls: Invocation[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (!isOption(word)) {
      files.push(word);
      continue;
    }
    const equals = word.indexOf("=");
    const name = equals < 0 ? word : word.slice(0, equals);
    const kind = options[name];
    if (kind === undefined) throw new UsageError(`unknown option ${name}`);
    if (kind === "flag") {
      if (equals >= 0) throw new UsageError(`${name} takes no value`);
      flags.add(name);
      continue;
    }
    const value = equals < 0 ? words[++at] : word.slice(equals + 1);
    if (value === undefined) throw new UsageError(`${name} needs a value`);
    if (kind === "value") {
      values.set(name, value);
      continue;
    }
    const call: string[] = [];
    for (let next = words[at + 1]; next !== undefined && !isOption(next); next = words[at + 1]) {
      call.push(next);
      at++;
    }
    calls.push({ name: value, arguments: call });
  }
  return { files, flags, values, calls };
}

/** The one file that a command works on. */
export function onlyFile(parsed: ParsedArguments): string {
  const [file, ...more] = parsed.files;
  if (file === undefined) throw new UsageError("no file given");
  if (more.length > 0) throw new UsageError(`one file at a time: ${more.join(" ")} is too much`);
  return file;
}

/** A whole number of at least 1 from an option. */
export function positive(parsed: ParsedArguments, option: string): number | undefined {
  const text = parsed.values.get(option);
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text))
    throw new UsageError(`${option} needs a whole number of at least 1, not '${text}'`);
  return Number(text);
}

/** The features that `--features` leaves on. */
export function featuresOf(parsed: ParsedArguments): FeatureSet {
  const list = parsed.values.get("--features");
  if (list === undefined) return defaultFeatures;
  const on: FeatureName[] = [];
  const off: FeatureName[] = [];
  for (const item of list.split(",").filter((word) => word !== "")) {
    const name = item.replace(/^[+-]/, "");
    if (!isFeatureName(name)) throw new UsageError(`no feature is called '${name}'; heddle features lists them`);
    (item.startsWith("-") ? off : on).push(name);
  }
  return featureSet(on, off);
}
