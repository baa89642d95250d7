/** Indentation of printed text. */

/** Deeper nesting is not indented further: a module can nest so deep that the blanks alone would fill the memory. */
const DEEPEST = 40;
const STEP = "  ";

/** `base` and two blanks for each level of nesting. */
export function indentation(base: string, depth: number): string {
  return base + STEP.repeat(Math.min(Math.max(depth, 0), DEEPEST));
}
