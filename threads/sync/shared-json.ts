/**
 * Plans as text, from one agent to another through the heap memory: JSON, and the values that it has not as objects
 * with a `$`. A memory is written as its number: no host hands one over but in a message.
 */
import { engine } from "../../core/base/engine.ts";

/** How values that JSON has not are written. */
type Written = {
  readonly $: "undefined" | "bigint" | "memory" | "array";
  readonly value?: unknown;
  readonly type?: string;
};

const arrays = { Uint8Array, Int32Array, Uint32Array, Uint16Array, Float64Array } as const;

/** The text of a plan. */
export function toJson(plan: unknown, numberOf: (memory: WebAssembly.Memory) => number): string {
  return JSON.stringify(plan, (_key, value: unknown) => write(value, numberOf));
}

/** The plan of a text. */
export function fromJson(text: string, memoryOf: (number: number) => WebAssembly.Memory | undefined): unknown {
  return JSON.parse(text, (_key, value: unknown) => read(value, memoryOf));
}

function write(value: unknown, numberOf: (memory: WebAssembly.Memory) => number): unknown {
  if (value === undefined) return { $: "undefined" } satisfies Written;
  if (typeof value === "bigint") return { $: "bigint", value: String(value) } satisfies Written;
  if (ArrayBuffer.isView(value)) {
    return { $: "array", type: value.constructor.name, value: [...(value as Uint8Array)] } satisfies Written;
  }
  if (value instanceof engine.Memory) return { $: "memory", value: numberOf(value) } satisfies Written;
  return value;
}

function read(value: unknown, memoryOf: (number: number) => WebAssembly.Memory | undefined): unknown {
  if (typeof value !== "object" || value === null || !("$" in value)) return value;
  const written = value as Written;
  switch (written.$) {
    case "undefined":
      return undefined;
    case "bigint":
      return BigInt(written.value as string);
    case "memory":
      return memoryOf(written.value as number);
    case "array":
      return arrays[written.type as keyof typeof arrays].from(written.value as number[]);
  }
}
