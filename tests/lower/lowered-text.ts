/** What tests of lowering share: text in, text of the lowered module out, and never a module that the host refuses. */
import { decodeModule } from "../../core/binary/decode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { printModule } from "../../core/text/print/print.ts";
import { validateModule } from "../../core/validate/validate.ts";
import type { LoweredModule } from "../../lower/host/lowered.ts";
import type { LowerOptions } from "../../lower/host/options.ts";
import { lowerModule } from "../../lower/lower.ts";

const defaults: LowerOptions = { publication: "tso" };

/** Lowers a module and checks that the host takes it. */
export function lower(source: string | Uint8Array, options: Partial<LowerOptions> = {}): LoweredModule {
  const module = typeof source === "string" ? parseModule(source) : decodeModule(source);
  const lowered = lowerModule(validateModule(module), { ...defaults, ...options });
  if (!WebAssembly.validate(lowered.bytes)) {
    // The constructor says what is wrong; the text shows it.
    console.error(printModule(decodeModule(lowered.bytes)));
    new WebAssembly.Module(lowered.bytes);
  }
  return lowered;
}

/** The lowered module as text. */
export function loweredText(source: string, options: Partial<LowerOptions> = {}): string {
  return printModule(decodeModule(lower(source, options).bytes));
}

/**
 * The instructions of one function of the lowered module, one on each line, without indentation and hints' annotation
 * text.
 */
export function functionText(source: string, name: string, options: Partial<LowerOptions> = {}): string {
  const text = loweredText(source, options);
  const start = text.indexOf(`(func $${name} `);
  if (start < 0) throw new Error(`there is no function ${name} in\n${text}`);
  const end = text.indexOf("\n  (", start + 1);
  const body = end < 0 ? text.slice(start, text.lastIndexOf(")")) : text.slice(start, end);
  const lines = body.slice(0, body.lastIndexOf(")")).split("\n");
  return lines
    .slice(1)
    .map((line) => line.trim().replace('(@metadata.code.branch_hint "\\00") ', "unlikely "))
    .filter((line) => !line.startsWith("(local"))
    .join("\n");
}

/** The lines of a text without indentation, as `functionText` has them. */
export function lines(text: string): string {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join("\n");
}
