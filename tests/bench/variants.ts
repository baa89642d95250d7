/**
 * Programs for V8's own collectors, made from ours: the same source text with less of it shared.
 *
 * - `shared-objects`: structs and arrays stay shared, functions and globals do not. V8 runs this under
 *   `--experimental-wasm-shared`.
 * - `unshared`: nothing is shared, and atomic accesses are plain ones. Every engine with garbage collection runs this.
 */

export type Variant = "shared-objects" | "unshared";

/** Rewrites a program. It knows the forms that the programs in `demos` and beside it use, not the whole text format. */
export function variantOf(source: string, variant: Variant): string {
  let text = unwrap(source, /\(shared (?=\(func\b)/);
  text = unwrap(text, /\(shared (?=mut\b)/, "(");
  text = text.replaceAll(/\bglobal\.atomic\.(get|set)(?: (?:seqcst|acqrel))*/g, "global.$1");
  // V8 14.6's optimizing tier crashes on what array.atomic.get returns for references; on one thread the plain access
  // is the same.
  if (variant === "shared-objects") return text.replaceAll(/\barray\.atomic\.get(?: (?:seqcst|acqrel))*/g, "array.get");
  text = unwrap(text, /\(shared (?=\((?:struct|array)\b)/);
  text = text.replaceAll(/\b(struct|array)\.atomic\.(get|set)(?: (?:seqcst|acqrel))*/g, "$1.$2");
  const helpers = new Map<string, string>();
  text = text.replaceAll(
    /\bstruct\.atomic\.rmw\.add(?: (?:seqcst|acqrel))* \$(\w+) \$(\w+)/g,
    (_, type: string, field: string) => {
      helpers.set(`add.${type}.${field}`, plainAdd(type, field));
      return `call $add.${type}.${field}`;
    },
  );
  text = text.replaceAll(/\barray\.atomic\.rmw\.cmpxchg(?: (?:seqcst|acqrel))* \$(\w+)/g, (_, type: string) => {
    helpers.set(`exchange.${type}`, plainExchange(type, elementOf(source, type)));
    return `call $exchange.${type}`;
  });
  return text.replace(/\)\s*$/, `\n${[...helpers.values()].join("\n")})\n`);
}

/** Takes `(shared X)` apart to X, or to `(X)` where `open` is "(". */
function unwrap(source: string, pattern: RegExp, open = ""): string {
  let text = source;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const start = match.index;
    const end = closing(text, start);
    const inner = text.slice(start + match[0].length, end);
    text = `${text.slice(0, start)}${open}${inner}${open === "" ? "" : ")"}${text.slice(end + 1)}`;
  }
  return text;
}

/** Index of the parenthesis that closes the one at `start`. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith(";;", at)) at = text.indexOf("\n", at);
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth === 0) return at;
  }
  throw new Error(`no parenthesis closes the one at ${start}`);
}

function elementOf(source: string, type: string): string {
  const found = new RegExp(`\\(type \\$${type} \\(shared \\(array \\(mut (\\([^)]*\\)|\\w+)\\)`).exec(source);
  if (found?.[1] === undefined) throw new Error(`no mutable array type $${type}`);
  return found[1];
}

function plainAdd(type: string, field: string): string {
  return `(func $add.${type}.${field} (param $object (ref null $${type})) (param $value i32) (result i32) (local $old i32)
    (local.set $old (struct.get $${type} $${field} (local.get $object)))
    (struct.set $${type} $${field} (local.get $object) (i32.add (local.get $old) (local.get $value)))
    (local.get $old))`;
}

function plainExchange(type: string, element: string): string {
  return `(func $exchange.${type}
    (param $array (ref null $${type})) (param $index i32) (param $expected ${element}) (param $value ${element}) (result ${element})
    (local $old ${element})
    (local.set $old (array.get $${type} (local.get $array) (local.get $index)))
    (if (ref.eq (local.get $old) (local.get $expected))
      (then (array.set $${type} (local.get $array) (local.get $index) (local.get $value))))
    (local.get $old))`;
}
