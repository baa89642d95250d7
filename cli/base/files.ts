/** Modules in files: binary or text, told apart by their first bytes. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { CompileError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import type { Module } from "../../core/types/module.ts";
import type { Subject } from "./report.ts";
import { UsageError } from "./usage.ts";

/** A file's contents: `text` where it is a text module. */
export interface ModuleFile extends Subject {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Reads a file. A missing one is an error of the command line. */
export function readModuleFile(file: string): ModuleFile {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = new Uint8Array(readFileSync(file));
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${reason(error)}`);
  }
  return { file, bytes, text: isText(bytes, file) ? new TextDecoder().decode(bytes) : undefined };
}

/**
 * A file's text. Throws a CompileError with the offset of the first byte that is not UTF-8: a replacement of it could
 * be read as if it were meant.
 */
export function textOf({ bytes }: ModuleFile): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new CompileError("malformed UTF-8 encoding", {
      code: "malformed-utf8",
      offset: validPrefix(bytes),
      expected: "a text in UTF-8",
    });
  }
}

/** How many bytes there are before the first that is no part of a character. */
function validPrefix(bytes: Uint8Array): number {
  const shown = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  let offset = 0;
  for (const character of shown) {
    // U+FFFD may be in the text itself, as three bytes.
    if (character === "\ufffd" && (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd))
      break;
    const code = character.codePointAt(0) ?? 0;
    offset += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return offset;
}

/** Writes a file, whose contents may come in parts, or says why it cannot. */
export function writeOutput(file: string, contents: Uint8Array | string | readonly string[]): void {
  try {
    const isWhole = typeof contents === "string" || contents instanceof Uint8Array;
    writeFileSync(file, isWhole ? contents : "");
    if (!isWhole) for (const part of contents) appendFileSync(file, part);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${reason(error)}`);
  }
}

/** The module in a file, not validated. */
export function loadModule(file: ModuleFile, features: FeatureSet): Module {
  return file.text === undefined ? decodeModule(file.bytes, features) : parseModule(textOf(file), features);
}

/** A binary module begins with a zero byte; a text that does is none. An extension decides about everything else. */
function isText(bytes: Uint8Array, file: string): boolean {
  if (bytes[0] === 0) return false;
  return /\.(wat|wast)$/.test(file) || (!file.endsWith(".wasm") && /^[\s(;]/.test(String.fromCharCode(bytes[0] ?? 0)));
}

function reason(error: unknown): string {
  const code = (error as { code?: string }).code;
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EISDIR: "it is a folder",
    EACCES: "no permission",
  };
  return words[code ?? ""] ?? (error instanceof Error ? error.message : String(error));
}
