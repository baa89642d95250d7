/** Each source file says what it is before it imports anything. */
import type { Check, Sources } from "./check.ts";

export function filesIntroduceThemselves({ scripts }: Sources): Check {
  const findings = scripts
    .filter(
      (file) => /^(core|memory|gc|lower|threads|api|cli)\//.test(file.path) && !/^(#!.*\n)?\/[*/]/.test(file.text),
    )
    .map((file) => `${file.path}: does not begin with a comment that says what it is`);
  return { claim: "each source file begins by saying what it is", findings };
}
