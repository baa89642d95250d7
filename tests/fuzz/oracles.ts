/** What must hold for every input of the front end. */
import { CompileError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { printModule } from "../../core/text/print/print.ts";
import type { Module } from "../../core/types/module.ts";
import { validateModule } from "../../core/validate/validate.ts";
import { knownDisagreement } from "./known-disagreements.ts";

/** Longer than this is as good as a hang: mutated modules are small. */
const MAXIMUM_MILLISECONDS = 3000;

/** Something that should not be. */
export interface Finding {
  readonly kind:
    | "exception"
    | "slow"
    | "disagreement"
    | "feature-breaks"
    | "unstable-binary"
    | "unstable-text"
    | "text-differs";
  readonly detail: string;
  /** Equal for two inputs that most likely show the same fault. */
  readonly signature: string;
}

/** What was checked, for the report at the end of a run. */
export interface Tally {
  accepted: number;
  refused: number;
  known: number;
}

const finding = (kind: Finding["kind"], detail: string, mark: string): Finding => ({
  kind,
  detail,
  signature: `${kind}: ${mark}`,
});
/** A message without its numbers. */
const shape = (message: string): string => message.replaceAll(/0x[\da-f]+|\d+|"[^"]*"/gi, "#").slice(0, 120);

/** The result of `run`, or the `CompileError` that it raised; any other exception is a finding. */
function guarded<Result>(what: string, run: () => Result): { value: Result } | { error: CompileError } | Finding {
  try {
    return { value: run() };
  } catch (error) {
    if (error instanceof CompileError) return { error };
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const [message = "", ...frames] = text.split("\n");
    return finding("exception", `${what}: ${text}`, `${what}: ${shape(message)} ${frames.slice(0, 1).join().trim()}`);
  }
}

const isFinding = (value: object): value is Finding => "kind" in value;

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

export class Oracles {
  readonly tally: Tally = { accepted: 0, refused: 0, known: 0 };
  readonly #hostFeatures: FeatureSet;

  constructor(hostFeatures: FeatureSet) {
    this.#hostFeatures = hostFeatures;
  }

  /** The first thing wrong with how a binary module is treated. */
  checkBinary(bytes: Uint8Array): Finding | undefined {
    return timed(() => this.#agreement(bytes) ?? this.#everyFeature(bytes));
  }

  /** The same for a text; what it parses to is checked as a binary. */
  checkText(text: string): Finding | undefined {
    return timed(() => {
      const parsed = guarded("parse", () => parseModule(text));
      if (isFinding(parsed)) return parsed;
      if ("error" in parsed) {
        this.tally.refused++;
        return undefined;
      }
      return this.#parsed(parsed.value);
    });
  }

  /** A parsed module is as valid as its binary. */
  #parsed(module: Module): Finding | undefined {
    const direct = guarded("validate parsed", () => validateModule(module));
    if (isFinding(direct)) return direct;
    const encoded = guarded("encode parsed", () => encodeModule(module));
    if (isFinding(encoded)) return encoded;
    if ("error" in encoded)
      return finding("unstable-binary", `encode: ${encoded.error.message}`, shape(encoded.error.rule));
    const decoded = guarded("decode encoded", () => validateModule(decodeModule(encoded.value)));
    if (isFinding(decoded)) return decoded;
    const rules = [direct, decoded].map((outcome) => ("error" in outcome ? outcome.error.rule : "valid"));
    if (rules[0] !== rules[1])
      return finding("unstable-binary", `parsed: ${rules[0]}; its binary: ${rules[1]}`, shape(rules.join("; ")));
    return this.#agreement(encoded.value) ?? this.#everyFeature(encoded.value);
  }

  /** Under the host's features, Heddle accepts what the host accepts. */
  #agreement(bytes: Uint8Array): Finding | undefined {
    const ours = guarded("validate", () =>
      validateModule(decodeModule(bytes, this.#hostFeatures), undefined, this.#hostFeatures),
    );
    if (isFinding(ours)) return ours;
    const accepted = !("error" in ours);
    if (accepted) this.tally.accepted++;
    else this.tally.refused++;
    if (WebAssembly.validate(bytes as Uint8Array<ArrayBuffer>) === accepted) return undefined;
    const message = accepted ? hostMessage(bytes) : "";
    const heddle = accepted ? undefined : ours.error;
    if (knownDisagreement({ bytes, heddle, host: message }) !== undefined) {
      this.tally.known++;
      return undefined;
    }
    return heddle === undefined
      ? finding("disagreement", `Heddle accepts; the host says: ${message}`, `accepts ${shape(hostRule(message))}`)
      : finding("disagreement", `the host accepts; Heddle says: ${heddle.message}`, `refuses ${shape(heddle.rule)}`);
  }

  /** With all features on: decoding, encoding and printing of what is valid can be undone. */
  #everyFeature(bytes: Uint8Array): Finding | undefined {
    const decoded = guarded("decode", () => decodeModule(bytes));
    if (isFinding(decoded)) return decoded;
    if ("error" in decoded) return this.#refusedWithAll(bytes, decoded.error);
    const valid = guarded("validate", () => validateModule(decoded.value));
    if (isFinding(valid)) return valid;
    const refused = "error" in valid ? this.#refusedWithAll(bytes, valid.error) : undefined;
    if (refused !== undefined) return refused;
    const binary = this.#binaryRoundTrip(decoded.value, !("error" in valid));
    if (binary !== undefined) return binary;
    return "error" in valid ? undefined : (textRoundTrip(decoded.value, false) ?? textRoundTrip(decoded.value, true));
  }

  /** More features never make a valid module invalid. */
  #refusedWithAll(bytes: Uint8Array, error: CompileError): Finding | undefined {
    const fewer = guarded("validate", () =>
      validateModule(decodeModule(bytes, this.#hostFeatures), undefined, this.#hostFeatures),
    );
    if (!("value" in fewer)) return undefined;
    return finding(
      "feature-breaks",
      `valid with the host's features, and with all: ${error.message}`,
      shape(error.rule),
    );
  }

  #binaryRoundTrip(module: Module, valid: boolean): Finding | undefined {
    const again = guarded("encode", () => {
      const encoded = encodeModule(module);
      const second = decodeModule(encoded);
      if (valid) validateModule(second);
      return equal(encodeModule(second), encoded);
    });
    if (isFinding(again)) return again;
    if ("error" in again)
      return finding("unstable-binary", `encoded again: ${again.error.message}`, shape(again.error.rule));
    return again.value
      ? undefined
      : finding("unstable-binary", "the second encoding differs from the first", "differs");
  }
}

/** Printed and parsed, a valid module is the same, in its text and in its binary from the second step. */
function textRoundTrip(module: Module, fold: boolean): Finding | undefined {
  const form = fold ? "folded" : "flat";
  const printed = guarded(`print ${form}`, () => printModule(module, { fold }));
  if (isFinding(printed)) return printed;
  if ("error" in printed)
    return finding("unstable-text", `print ${form}: ${printed.error.message}`, shape(printed.error.rule));
  const first = guarded(`parse ${form}`, () => encodeModule(parseModule(printed.value)));
  if (isFinding(first)) return first;
  if ("error" in first)
    return finding("unstable-text", `parse ${form}: ${first.error.message}`, `${form} ${shape(first.error.rule)}`);
  const second = guarded(`print ${form} again`, () => {
    const decoded = decodeModule(first.value);
    validateModule(decoded);
    const text = printModule(decoded, { fold });
    return { text, bytes: encodeModule(parseModule(text)) };
  });
  if (isFinding(second)) return second;
  if ("error" in second)
    return finding(
      "unstable-text",
      `${form} again: ${second.error.message}`,
      `${form} again ${shape(second.error.rule)}`,
    );
  if (!equal(first.value, second.value.bytes))
    return finding("unstable-text", `${form}: the second binary differs from the first`, `${form} bytes`);
  const [before, after] = [normal(printed.value), normal(second.value.text)];
  return before === after
    ? undefined
    : finding("text-differs", `${form}: ${firstDifference(before, after)}`, `${form} text`);
}

/**
 * The text without what may change: a custom section stands behind another, and an empty one of those is not written;
 * neighbouring runs of locals of one type become one; numbers become as short as they can be, and a hint by an offset
 * that was no instruction's then may find one.
 */
function normal(text: string): string {
  const unhinted = text.replaceAll(/\(@metadata\.code\.\S+ "[^"]*"\) /g, "");
  return unhinted.replaceAll(/\n {2}\(@custom .*"\)/g, "").replaceAll(/\)\n {4}\(local /g, " ");
}

function firstDifference(a: string, b: string): string {
  const [left, right] = [a.split("\n"), b.split("\n")];
  const at = left.findIndex((line, i) => line !== right[i]);
  return `line ${at + 1}: ${(left[at] ?? "").trim().slice(0, 200)} | ${(right[at] ?? "").trim().slice(0, 200)}`;
}

function hostMessage(bytes: Uint8Array): string {
  try {
    new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
    return "(the constructor accepts it)";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The host's message without the function and offset. */
function hostRule(message: string): string {
  return message
    .replace(/^WebAssembly\.Module\(\): /, "")
    .replace(/Compiling function #\d+(:".*?")? failed: /, "")
    .replace(/ @\+\d+$/, "");
}

/** Judges by this thread's processor time: what other programs take is no fault of the case. */
function timed(check: () => Finding | undefined): Finding | undefined {
  const start = process.threadCpuUsage();
  const found = check();
  const taken = process.threadCpuUsage(start).user / 1000;
  if (found !== undefined || taken < MAXIMUM_MILLISECONDS) return found;
  return finding("slow", `took ${taken.toFixed(0)} ms`, "slow");
}
