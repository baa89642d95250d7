/** Descriptor clauses of a type and of its declared supertype (custom-descriptors#111, August 2026). */
import { describe, expect, test } from "vitest";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import { validateModule } from "../../../../core/validate/validate.ts";

const check = (types: string): void => {
  validateModule(parseModule(`(module ${types})`));
};
const pair = "(rec (type $a (sub (descriptor $ad) (struct))) (type $ad (sub (describes $a) (struct))))";

describe("a type and its supertype", () => {
  test("both have a descriptor, and these are declared the same way", () => {
    check(`${pair} (rec (type $b (sub $a (descriptor $bd) (struct))) (type $bd (sub $ad (describes $b) (struct))))`);
  });
  test("both have none", () => {
    check("(type $a (sub (struct))) (type $b (sub $a (struct)))");
  });
  test.each([
    [
      "only the sub type has a descriptor",
      "(type $a (sub (struct))) (rec (type $b (sub $a (descriptor $d) (struct))) (type $d (describes $b) (struct)))",
      "only the sub type has a descriptor",
    ],
    [
      "only the super type has a descriptor",
      `${pair} (type $b (sub $a (struct)))`,
      "only the super type has a descriptor",
    ],
    [
      "a descriptor's sub type is the first to have a descriptor itself",
      `${pair} (rec (type $b (sub $a (descriptor $bd) (struct)))
        (type $bd (sub $ad (describes $b) (descriptor $bdd) (struct))) (type $bdd (describes $bd) (struct)))`,
      "only the sub type has a descriptor",
    ],
    [
      "the descriptors are not declared the same way",
      `${pair} (rec (type $b (sub $a (descriptor $bd) (struct))) (type $bd (sub (describes $b) (struct))))`,
      "does not match that of the super type",
    ],
    [
      "a descriptor is declared two steps below",
      `${pair} (rec (type $b (sub $a (descriptor $bd) (struct))) (type $bd (sub $ad (describes $b) (struct))))
        (rec (type $c (sub $a (descriptor $cd) (struct))) (type $cd (sub $bd (describes $c) (struct))))`,
      "does not match that of the super type",
    ],
  ])("are refused where %s", (_, types, message) => {
    expect(() => check(types)).toThrow(message);
  });
});
