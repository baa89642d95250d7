/** How fast modules are lowered: from their bytes to the host's module, with the share of each step. */
import { decodeModule } from "../../core/binary/decode.ts";
import { validateModule } from "../../core/validate/validate.ts";
import { lowerModule } from "../../lower/lower.ts";
import "../../api/heddle.ts";

export interface LoweringSpeed {
  readonly name: string;
  readonly bytes: number;
  /** Bytes of the lowered module. */
  readonly loweredBytes: number;
  /** Megabytes of input per second, all steps together. */
  readonly megabytesPerSecond: number;
  /** What part of the time each step takes. */
  readonly shares: Readonly<Record<Step, number>>;
}

const steps = ["decode", "validate", "lower", "host"] as const;
type Step = (typeof steps)[number];

const WARM_UP_MILLISECONDS = 1000;
const SAMPLE_MILLISECONDS = 150;

function milliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Measures one module; the figures are of the sample with the median time. */
export function loweringSpeed(name: string, bytes: Uint8Array<ArrayBuffer>, runs: number): LoweringSpeed {
  let loweredBytes = 0;
  const once = (): number[] => {
    const times = [milliseconds()];
    const tick = (): void => void times.push(milliseconds());
    const module = decodeModule(bytes);
    tick();
    const valid = validateModule(module);
    tick();
    const lowered = lowerModule(valid, { publication: "tso" });
    tick();
    new WebAssembly.Module(lowered.bytes);
    tick();
    loweredBytes = lowered.bytes.length;
    return steps.map((_, i) => (times[i + 1] as number) - (times[i] as number));
  };
  const repeat = (atLeast: number): { readonly times: readonly number[]; readonly count: number } => {
    const times = steps.map(() => 0);
    let count = 0;
    for (; count === 0 || sum(times) < atLeast; count++)
      for (const [i, time] of once().entries()) times[i] = (times[i] as number) + time;
    return { times, count };
  };
  repeat(WARM_UP_MILLISECONDS);
  const samples = Array.from({ length: runs }, () => repeat(SAMPLE_MILLISECONDS));
  const perModule = ({ times, count }: (typeof samples)[number]): number => sum(times) / count;
  samples.sort((a, b) => perModule(a) - perModule(b));
  const median = samples[samples.length >> 1] as (typeof samples)[number];
  const shares = Object.fromEntries(
    steps.map((step, i) => [step, (median.times[i] as number) / sum(median.times)]),
  ) as LoweringSpeed["shares"];
  return {
    name,
    bytes: bytes.length,
    loweredBytes,
    megabytesPerSecond: bytes.length / 1000 / perModule(median),
    shares,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
