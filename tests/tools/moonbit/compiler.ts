/**
 * The MoonBit compiler, run in this process.
 *
 * Its program is compiled OCaml that expects to be the body of a Worker and to be called through comlink. It is
 * evaluated here with a scope that stands for the Worker's; the message handler which it registers is kept and called
 * with comlink's messages.
 */
import { readFileSync } from "node:fs";
import { compilerPackage } from "./core-sources.ts";

export type Target = "wasm-gc" | "js";
export type NamedText = readonly [name: string, text: string];
export type NamedBytes = readonly [name: string, bytes: Uint8Array];

export interface BuildPackage {
  readonly mbtFiles: readonly NamedText[];
  readonly miFiles: readonly NamedBytes[];
  readonly indirectImportMiFiles: readonly NamedBytes[];
  readonly stdMiFiles: readonly NamedBytes[];
  readonly target: Target;
  readonly pkg: string;
  readonly pkgSources: readonly string[];
}
export interface BuiltPackage {
  /** The package's code; absent where its source has errors. */
  readonly core?: Uint8Array;
  /** Its interface, for those who depend on it. */
  readonly mi?: Uint8Array;
  readonly diagnostics: readonly string[];
}
export interface LinkCore {
  readonly coreFiles: readonly Uint8Array[];
  readonly main: string;
  readonly pkgSources: readonly string[];
  readonly target: Target;
  readonly exportedFunctions: readonly string[];
}

interface Reply {
  readonly id: string;
  readonly type: "RAW" | "HANDLER";
  readonly name?: string;
  readonly value: unknown;
}
interface ThrownValue {
  readonly isError: boolean;
  readonly value: { readonly message: string } | string;
}
/** The compiler prints the core library's own warnings; those of a program come back as diagnostics. */
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
type Handler = (event: { data: unknown; origin: string }) => void;

/** A loaded compiler; calls run one after the other on this thread. */
export class Compiler {
  #handler: Handler | undefined;
  #calls = 0;
  readonly #waiting = new Map<string, (reply: Reply) => void>();

  constructor() {
    const scope = Object.create(globalThis, {
      process: { value: undefined },
      console: { value: silent },
      addEventListener: { value: (type: string, handler: Handler) => type === "message" && this.#register(handler) },
      removeEventListener: { value: () => undefined },
      postMessage: { value: (reply: Reply) => this.#settle(reply) },
    }) as typeof globalThis;
    const hidden = ["process", "require", "module", "exports"];
    const program = new Function(
      "globalThis",
      "self",
      "console",
      ...hidden,
      readFileSync(compilerPackage().program, "utf8"),
    );
    program.call(scope, scope, scope, silent);
  }

  /** Checks and compiles one package. */
  async buildPackage(input: BuildPackage): Promise<BuiltPackage> {
    const options = { isMain: false, errorFormat: "human", enableValueTracing: false, noOpt: false };
    return (await this.#call("buildPackage", { ...input, ...options })) as BuiltPackage;
  }

  /** Links packages to one program. */
  async link(input: LinkCore): Promise<Uint8Array<ArrayBuffer>> {
    const options = {
      outputFormat: "wasm",
      testMode: false,
      debug: false,
      noOpt: false,
      sourceMap: false,
      sources: {},
      stopOnMain: false,
    };
    const { result } = (await this.#call("linkCore", { ...input, ...options })) as { result: Uint8Array<ArrayBuffer> };
    return result;
  }

  #register(handler: Handler): true {
    this.#handler = handler;
    return true;
  }

  #settle(reply: Reply): void {
    this.#waiting.get(reply.id)?.(reply);
    this.#waiting.delete(reply.id);
  }

  #call(name: string, argument: unknown): Promise<unknown> {
    const id = String(this.#calls++);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (reply) => {
        if (reply.type !== "HANDLER" || reply.name !== "throw") return resolve(reply.value);
        const thrown = (reply.value as ThrownValue).value;
        reject(new Error(typeof thrown === "string" ? thrown : thrown.message));
      });
      this.#handler?.({
        data: { id, type: "APPLY", path: [name], argumentList: [{ type: "RAW", value: argument }] },
        origin: "",
      });
    });
  }
}
