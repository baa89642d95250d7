import { describe, expect, test } from "vitest";
import { Corpus } from "../../../fuzz/corpus.ts";
import { hostFeatures } from "../../../fuzz/host-features.ts";
import { checkInput, makeInput } from "../../../fuzz/inputs.ts";
import { assemble, layoutOf } from "../../../fuzz/layout.ts";
import { minimizeBinary, minimizeText } from "../../../fuzz/minimize.ts";
import { Oracles } from "../../../fuzz/oracles.ts";
import { Random } from "../../../fuzz/random.ts";

const corpus = new Corpus(true);
const later = (): number => performance.now() + 20_000;

describe("the fuzzer of the front end", () => {
  test("makes a case from the seed and its number alone", () => {
    const again = new Corpus(true);
    for (let number = 1; number < 40; number++)
      expect(makeInput(again, 9, number)).toEqual(makeInput(corpus, 9, number));
    expect(makeInput(corpus, 9, 1)).not.toEqual(makeInput(corpus, 10, 1));
  });

  test("finds nothing in 500 cases, some of them valid", () => {
    const oracles = new Oracles(hostFeatures());
    for (let number = 1; number <= 500; number++) {
      const input = makeInput(corpus, 1, number);
      expect(checkInput(oracles, input), input.origin).toBeUndefined();
    }
    expect(oracles.tally.accepted).toBeGreaterThan(20);
    expect(oracles.tally.refused).toBeGreaterThan(20);
  });

  test("takes a module apart and puts it together without a change", () => {
    const { binary } = corpus.draw(new Random(3, 1), "binary");
    expect(assemble(layoutOf(binary as Uint8Array))).toEqual(binary);
  });

  test("makes an input as small as what shows the fault", () => {
    const { binary } = corpus.draw(new Random(4, 1), "binary");
    const hasMemory = (bytes: Uint8Array): boolean => layoutOf(bytes).some(({ id }) => id === 5);
    const withMemory = [
      ...layoutOf(binary as Uint8Array).filter(({ id }) => id !== 5),
      { id: 5, payload: Uint8Array.of(1, 0, 1), functions: undefined },
    ];
    expect(minimizeBinary(assemble(withMemory), hasMemory, later()).length).toBeLessThan(16);
    expect(minimizeText("(module (func nop))", (text) => text.includes("nop"), later())).toBe("nop");
  });
});
