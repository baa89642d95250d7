/** The input of a case: made from the run's seed and the case's number alone. */
import type { Corpus } from "./corpus.ts";
import { mutateBinary } from "./mutate-binary.ts";
import { mutateText } from "./mutate-text.ts";
import type { Finding, Oracles } from "./oracles.ts";
import { Random } from "./random.ts";

/** An input of the front end, and where it comes from. */
export type Input = { readonly origin: string } & ({ readonly binary: Uint8Array } | { readonly text: string });

/** The input of a case. */
export function makeInput(corpus: Corpus, runSeed: number, number: number): Input {
  const random = new Random(runSeed, number);
  const form = random.oneIn(4) ? "text" : "binary";
  const seed = corpus.draw(random, form);
  const other = corpus.draw(random, form);
  const origin = `case ${number} of seed ${runSeed}, from ${seed.name}`;
  if (form === "text") return { origin, text: mutateText(random, seed.text as string, other.text as string) };
  return { origin, binary: mutateBinary(random, seed.binary as Uint8Array, other.binary as Uint8Array) };
}

/** What is wrong with how an input is treated. */
export function checkInput(oracles: Oracles, input: Input): Finding | undefined {
  return "text" in input ? oracles.checkText(input.text) : oracles.checkBinary(input.binary);
}
