/**
 * Runs the cases: each is made from the run's seed and its own number alone. In a thread of its own, which may hang.
 */
import { parentPort, workerData } from "node:worker_threads";
import { Corpus } from "./corpus.ts";
import { hostFeatures } from "./host-features.ts";
import { checkInput, type Input, makeInput } from "./inputs.ts";
import { minimizeBinary, minimizeText } from "./minimize.ts";
import { type Finding, Oracles } from "./oracles.ts";
import { CASE_CAPACITY, CASE_OFFSET, type FuzzOptions, type Message, Word } from "./protocol.ts";

const MINIMIZE_MILLISECONDS = 10_000;

class Runner {
  readonly #options: FuzzOptions;
  readonly #corpus = new Corpus();
  readonly #oracles = new Oracles(hostFeatures());
  readonly #seen = new Set<string>();
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(options: FuzzOptions, memory: SharedArrayBuffer) {
    this.#options = options;
    this.#words = new Int32Array(memory, 0, CASE_OFFSET / 4);
    this.#bytes = new Uint8Array(memory, CASE_OFFSET);
  }

  run(): void {
    const { only, seconds } = this.#options;
    if (only !== undefined) {
      this.#runCase(only);
      this.#done(1);
      return;
    }
    const end = performance.now() + seconds * 1000;
    let number = 0;
    while (performance.now() < end) this.#runCase(++number);
    this.#done(number);
  }

  #done(cases: number): void {
    send({ kind: "done", cases, ...this.#oracles.tally, findings: this.#seen.size });
  }

  #runCase(number: number): void {
    const input = makeInput(this.#corpus, this.#options.seed, number);
    this.#announce(number, input);
    const found = checkInput(this.#oracles, input);
    if (found === undefined || this.#seen.has(found.signature)) return;
    this.#seen.add(found.signature);
    send({ kind: "finding", report: this.#report(input, found) });
  }

  /** Leaves the case where the watching thread finds it. */
  #announce(number: number, input: Input): void {
    const bytes = "text" in input ? new TextEncoder().encode(input.text) : input.binary;
    this.#bytes.set(bytes.subarray(0, CASE_CAPACITY));
    this.#words[Word.length] = Math.min(bytes.length, CASE_CAPACITY);
    // The watching thread takes a change of the number for progress: it comes after the bytes that belong to it.
    Atomics.store(this.#words, Word.case, number);
  }

  #report(input: Input, found: Finding): string {
    const deadline = performance.now() + MINIMIZE_MILLISECONDS;
    const tally = { ...this.#oracles.tally };
    const same = (other: Finding | undefined): boolean => other?.signature === found.signature;
    const small =
      "text" in input
        ? minimizeText(input.text, (text) => same(this.#oracles.checkText(text)), deadline)
        : hex(minimizeBinary(input.binary, (bytes) => same(this.#oracles.checkBinary(bytes)), deadline));
    const last = checkInput(
      this.#oracles,
      "text" in input ? { origin: "", text: small } : { origin: "", binary: fromHex(small) },
    );
    Object.assign(this.#oracles.tally, tally);
    return `${found.signature}\n  ${(last ?? found).detail}\n  ${input.origin}\n  ${small}`;
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

function send(message: Message): void {
  parentPort?.postMessage(message);
}

const { options, memory } = workerData as { readonly options: FuzzOptions; readonly memory: SharedArrayBuffer };
new Runner(options, memory).run();
