/**
 * Where a source of TypeScript or JavaScript has comments. Strings, templates and regular expressions, in which the
 * same characters mean nothing, are passed over.
 */

/** A comment: its text is that from `start` to `end`, delimiters included. */
export interface Comment {
  readonly kind: "line" | "block";
  readonly start: number;
  readonly end: number;
}

/** What may stand before a regular expression; a slash after anything else divides. */
const beforeExpression =
  /(?:^|[(,=:[!&|?{};+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))\s*$/;

/** The index behind the string that starts at `start`. */
function endOfString(text: string, start: number): number {
  const quote = text[start];
  let index = start + 1;
  while (index < text.length && text[index] !== quote) index += text[index] === "\\" ? 2 : 1;
  return index + 1;
}

/** The index behind the regular expression that starts at `start`. */
function endOfExpression(text: string, start: number): number {
  let inClass = false;
  let index = start + 1;
  for (; index < text.length && text[index] !== "\n" && (inClass || text[index] !== "/"); index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === "[") inClass = true;
    else if (text[index] === "]") inClass = false;
  }
  return index + 1;
}

/**
 * The index behind a template's characters from `start`: that of the backtick at its end, or of the `${` at a
 * substitution.
 */
function endOfCharacters(text: string, start: number): number {
  let index = start;
  while (index < text.length && text[index] !== "`" && !text.startsWith("${", index))
    index += text[index] === "\\" ? 2 : 1;
  return index + (text[index] === "`" ? 1 : 2);
}

/** All comments of a source, in order. */
export function commentsOf(text: string): Comment[] {
  const comments: Comment[] = [];
  /** For each template whose substitution we are in, how many braces are open in it. */
  const substitutions: number[] = [];
  const templateFrom = (start: number): number => {
    const end = endOfCharacters(text, start);
    if (text[end - 1] === "{") substitutions.push(0);
    return end;
  };
  let lastCode = 0;
  let index = 0;
  while (index < text.length) {
    const character = text[index]!;
    if (text.startsWith("//", index)) {
      const newline = text.indexOf("\n", index);
      const end = newline < 0 ? text.length : newline;
      comments.push({ kind: "line", start: index, end });
      index = end;
    } else if (text.startsWith("/*", index)) {
      const end = text.indexOf("*/", index + 2) + 2;
      comments.push({ kind: "block", start: index, end });
      index = end;
    } else {
      const open = substitutions.at(-1);
      if (character === '"' || character === "'") index = endOfString(text, index);
      else if (character === "`") index = templateFrom(index + 1);
      else if (character === "}" && open === 0) {
        substitutions.pop();
        index = templateFrom(index + 1);
      } else if (character === "/" && beforeExpression.test(text.slice(Math.max(0, lastCode - 20), lastCode))) {
        index = endOfExpression(text, index);
      } else {
        if (open !== undefined && (character === "{" || character === "}"))
          substitutions[substitutions.length - 1] = open + (character === "{" ? 1 : -1);
        index++;
      }
      if (character.trim() !== "") lastCode = index;
    }
  }
  return comments;
}
