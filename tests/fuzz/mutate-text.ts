/** Mutations of modules in the text format: of tokens, and of characters. */
import { rows } from "../../core/ops/table.ts";
import type { Random } from "./random.ts";

/** Strings, comments' ends, parentheses, white space and words. */
const tokenPattern = /"(?:[^"\\\n]|\\.)*"?|;;[^\n]*|\(;|;\)|\(@?|\)|\s+|[^\s()";]+|;/g;

/** Words that a mutation puts in, beside those of other modules. */
const words: readonly string[] = [
  ...[
    "(",
    ")",
    "()",
    "(;",
    ";)",
    ";;",
    '"',
    '"\\u{d800}"',
    '"\\ff"',
    "(@custom",
    "(@name",
    "(@metadata.code.branch_hint",
    "$",
    "$x",
    '$"x"',
  ],
  ...[
    "0",
    "1",
    "-1",
    "+1",
    "0x",
    "0x1p",
    "1e",
    "nan",
    "-nan:0x1",
    "nan:0x800000",
    "inf",
    "1_0",
    "1__0",
    "4294967296",
    "-2147483649",
  ],
  ...[
    "18446744073709551616",
    "0x1p128",
    "1e39",
    "0x1.fffffefffffffp127",
    "0.0000000000000000000000000000000000000000000000001e-300",
  ],
  ...[
    "func",
    "param",
    "result",
    "local",
    "type",
    "rec",
    "sub",
    "final",
    "struct",
    "array",
    "field",
    "mut",
    "shared",
    "import",
    "export",
  ],
  ...[
    "i8",
    "i16",
    "i32",
    "i64",
    "f32",
    "f64",
    "v128",
    "funcref",
    "externref",
    "anyref",
    "ref",
    "null",
    "exact",
    "cont",
    "descriptor",
  ],
  ...[
    "offset=0",
    "offset=4294967296",
    "align=1",
    "align=3",
    "align=0",
    "seqcst",
    "acqrel",
    "pagesize",
    "table",
    "memory",
    "global",
    "tag",
  ],
  ...[
    "elem",
    "data",
    "start",
    "item",
    "declare",
    "offset",
    "then",
    "else",
    "end",
    "do",
    "catch",
    "catch_all",
    "delegate",
    "on",
    "switch",
  ],
  ...["thread_local", "module", "definition", "unknown_word", "i8x16", "i64x2", "virtual", "protect", "describes"],
  ...rows.map(({ keyword }) => keyword),
];

function tokens(text: string): string[] {
  return text.match(tokenPattern) ?? [];
}

function mutateCharacters(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const [start, end] = random.range(Math.max(1, text.length));
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, start) + text.slice(end);
    case 2:
      return (
        text.slice(0, at) +
        String.fromCodePoint(random.oneIn(4) ? random.below(0x11_0000) : random.below(128)) +
        text.slice(at)
      );
    default:
      return text.slice(0, at) + text.slice(start, end) + text.slice(at);
  }
}

/** The range of a parenthesised group, chosen at random; undefined where the token drawn opens none. */
function group(random: Random, list: readonly string[]): readonly [number, number] | undefined {
  const drawn = random.below(list.length);
  const start = list.indexOf("(", drawn);
  if (start < 0) return undefined;
  let depth = 0;
  for (let at = start; at < list.length; at++) {
    if (list[at] === "(") depth++;
    if (list[at] === ")" && --depth === 0) return [start, at + 1];
  }
  return undefined;
}

/** Changes the text by whole groups, so that it mostly parses still. */
function mutateGroups(random: Random, list: string[], others: readonly string[]): void {
  const found = group(random, list);
  if (found === undefined) return;
  const [start, end] = found;
  const source = random.oneIn(2) ? others : [...list];
  const other = group(random, source);
  const replacement = other === undefined ? [] : source.slice(...other);
  switch (random.below(5)) {
    case 0:
      list.splice(start, end - start);
      return;
    case 1:
      list.splice(end, 0, " ", ...list.slice(start, end));
      return;
    case 2:
      list.splice(start, 0, ...replacement, " ");
      return;
    default:
      list.splice(start, end - start, ...replacement);
  }
}

function mutateTokens(random: Random, list: string[], others: readonly string[]): void {
  const at = random.below(list.length);
  const [start, end] = random.range(list.length);
  switch (random.below(7)) {
    case 0:
      list.splice(start, end - start);
      return;
    case 1:
      list.splice(start, 0, ...list.slice(start, end));
      return;
    case 2: {
      const second = random.below(list.length);
      [list[at], list[second]] = [list[second] as string, list[at] as string];
      return;
    }
    case 3:
      list.splice(at, random.below(2), " ", random.pick(words), " ");
      return;
    case 4:
      list[at] = random.pick(words);
      return;
    case 5:
      if (others.length > 0) list.splice(at, random.below(2), random.pick(others));
      return;
    default:
      // A number in place of another: indices, limits, lanes.
      list[at] = /^[\d+-]/.test(list[at] as string) ? String(random.small()) : (list[at] as string);
  }
}

/** A changed copy of a module's text; `other` is where tokens to insert come from. */
export function mutateText(random: Random, text: string, other: string): string {
  if (random.oneIn(8)) return mutateCharacters(random, text);
  const list = tokens(text);
  const others = tokens(other);
  for (let changes = 1 + (random.oneIn(2) ? 0 : random.below(4)); changes > 0 && list.length > 0; changes--) {
    if (random.oneIn(2)) mutateGroups(random, list, others);
    else mutateTokens(random, list, others);
  }
  return list.join("");
}
