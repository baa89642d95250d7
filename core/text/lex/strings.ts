/** Characters, string literals and identifiers of the text format (core 6.3.3, 6.3.5), in both directions. */
import { malformedText } from "./source.ts";

const idChars = new Uint8Array(128);
for (const char of "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&'*+-./:<=>?@\\^_`|~") {
  idChars[char.charCodeAt(0)] = 1;
}
/** True for a character that identifiers and keywords are made of. */
export const isIdChar = (code: number): boolean => idChars[code] === 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const simpleEscapes: Readonly<Record<string, number>> = { t: 9, n: 10, r: 13, '"': 0x22, "'": 0x27, "\\": 0x5c };

/**
 * The bytes of the string literal in `source` from its opening quote at `start` to behind its closing quote at `end`.
 */
export function stringBytes(source: string, start: number, end: number): Uint8Array<ArrayBuffer> {
  const literal = source.slice(start + 1, end - 1);
  const first = literal.indexOf("\\");
  if (first < 0) return encoder.encode(literal);
  // No escape makes more bytes than it has characters, and a character outside escapes makes at most three.
  const bytes = new Uint8Array(literal.length * 3);
  let length = 0;
  let at = 0;
  for (let next = first; next >= 0; next = literal.indexOf("\\", at)) {
    if (next > at) length += encoder.encodeInto(literal.slice(at, next), bytes.subarray(length)).written;
    const letter = literal.charAt(next + 1);
    const simple = simpleEscapes[letter];
    if (simple !== undefined) {
      bytes[length++] = simple;
      at = next + 2;
    } else if (letter === "u") {
      const close = literal.indexOf("}", next);
      const scalar = Number.parseInt(literal.slice(next + 3, close).replaceAll("_", ""), 16);
      length += encoder.encodeInto(String.fromCodePoint(scalar), bytes.subarray(length)).written;
      at = close + 1;
    } else {
      bytes[length++] = Number.parseInt(literal.slice(next + 1, next + 3), 16);
      at = next + 3;
    }
  }
  length += encoder.encodeInto(literal.slice(at), bytes.subarray(length)).written;
  return bytes.slice(0, length);
}

/** Bytes as text; undefined where they are no well-formed UTF-8. */
export function decodeName(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The string literal as text, for names; raises the error of ill-formed UTF-8. */
export function stringText(source: string, start: number, end: number): string {
  return (
    decodeName(stringBytes(source, start, end)) ??
    malformedText(source, start, "malformed UTF-8 encoding", "malformed-utf8")
  );
}

/** The name of the identifier at this range, without the `$`; the two spellings `$a` and `$"a"` are one name. */
export function identifierName(source: string, start: number, end: number): string {
  return source.charCodeAt(start + 1) === 0x22 ? stringText(source, start + 1, end) : source.slice(start + 1, end);
}

/** `name` as an identifier: quoted where it has characters that an identifier cannot hold. */
export function printIdentifier(name: string): string {
  for (let at = 0; at < name.length; at++) {
    if (!isIdChar(name.charCodeAt(at))) return `$${printName(name)}`;
  }
  return `$${name}`;
}

/** A string literal for these bytes: printable ASCII as itself, all else escaped. */
export function printString(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) text += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\${byte.toString(16).padStart(2, "0")}`;
  }
  return `${text}"`;
}

/** A string literal for this name, which stays readable outside ASCII. */
export function printName(name: string): string {
  let text = '"';
  for (const char of name) {
    const code = char.codePointAt(0) as number;
    if (char === '"' || char === "\\") text += `\\${char}`;
    else if (code < 0x20 || code === 0x7f) text += `\\${code.toString(16).padStart(2, "0")}`;
    else text += char;
  }
  return `${text}"`;
}
