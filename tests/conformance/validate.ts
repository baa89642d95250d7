/**
 * Validate mode: every module of a script is read and checked, nothing runs.
 *
 * A module that must load is checked four ways: as it stands, encoded to binary and decoded again, printed (flat and
 * folded) and parsed again; and text -> binary -> text -> binary must give the same bytes from the second step on. A
 * module that must be refused is refused as text, or else as the binary made from it.
 */

import { CompileError } from "../../core/base/errors.ts";
import type { FeatureSet } from "../../core/base/features.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { printModule } from "../../core/text/print/print.ts";
import {
  type Command,
  loadModule,
  type RefusalKind,
  type Script,
  type ScriptModule,
} from "../../core/text/script/script.ts";
import type { Module } from "../../core/types/module.ts";
import { TypeStore } from "../../core/types/type-store.ts";
import { validateModule } from "../../core/validate/validate.ts";
import type { Outcome } from "./report.ts";

const passed: Outcome = { kind: "passed" };

/** What is told about each command that has a module. */
export type Tell = (command: Command, name: string, outcome: Outcome) => void;

export class ScriptValidator {
  readonly #script: Script;
  readonly #features: FeatureSet;
  readonly #messages: boolean;
  /** One for the whole script: equal types of its modules are one type. */
  readonly #types = new TypeStore();

  /** With `messages`, a refusal passes only if its message has the phrase of the script. */
  constructor(script: Script, features: FeatureSet, messages: boolean) {
    this.#script = script;
    this.#features = features;
    this.#messages = messages;
  }

  run(commands: readonly Command[], tell: Tell): void {
    for (const command of commands) {
      switch (command.kind) {
        case "module":
          tell(command, "module", this.#accepts(command.module));
          break;
        case "assert_instantiation":
          tell(command, `assert_${command.what}`, this.#accepts(command.module));
          break;
        case "assert_refused":
          // What does not link is valid by itself.
          tell(
            command,
            `assert_${command.what}`,
            command.what === "unlinkable"
              ? this.#accepts(command.module)
              : this.#refuses(command.module, command.what, command.message),
          );
          break;
        case "thread":
          this.run(command.commands, tell);
          break;
      }
    }
  }

  #validate(module: Module): void {
    validateModule(module, this.#types, this.#features);
  }

  #accepts(module: ScriptModule): Outcome {
    let step = "a valid module";
    try {
      const loaded = loadModule(this.#script, module, this.#features);
      this.#validate(loaded);
      step = "a valid module from its binary";
      const first = encodeModule(loaded);
      const decoded = decodeModule(first, this.#features);
      this.#validate(decoded);
      for (const fold of [false, true]) {
        step = fold ? "a valid module from its folded text" : "a valid module from its text";
        const parsed = parseModule(printModule(decoded, { fold }), this.#features);
        this.#validate(parsed);
        const second = encodeModule(parsed);
        step = "the same binary from the printed text";
        // What came as a binary may have been encoded otherwise; its second round must be like the first.
        const same =
          module.source.kind === "binary"
            ? encodeModule(parseModule(printModule(decodeModule(second, this.#features), { fold }), this.#features))
            : first;
        if (!equal(same, second)) return { kind: "failed", expected: step, got: "other bytes" };
      }
      return passed;
    } catch (error) {
      return { kind: "failed", expected: step, got: describe(error) };
    }
  }

  #refuses(module: ScriptModule, what: RefusalKind, message: string): Outcome {
    const expected = `${what.replace("_", " ")}: ${message}`;
    // To refuse every component says nothing about this one.
    if (module.source.kind === "component")
      return { kind: "failed", expected, got: "a component, which is not part of core WebAssembly" };
    let loaded: Module;
    try {
      loaded = loadModule(this.#script, module, this.#features);
    } catch (error) {
      return this.#refusal(error, expected, message);
    }
    try {
      this.#validate(loaded);
    } catch (error) {
      const outcome = this.#refusal(error, expected, message);
      if (outcome.kind === "failed" || module.source.kind === "binary") return outcome;
      return this.#refusesBinary(encodeModule(loaded), expected) ?? outcome;
    }
    return { kind: "failed", expected, got: "a valid module" };
  }

  /** The binary made from a text that was refused must be refused too. */
  #refusesBinary(bytes: Uint8Array, expected: string): Outcome | undefined {
    try {
      this.#validate(decodeModule(bytes, this.#features));
      return { kind: "failed", expected, got: "a valid module from its binary" };
    } catch (error) {
      return error instanceof CompileError ? undefined : { kind: "failed", expected, got: describe(error) };
    }
  }

  #refusal(error: unknown, expected: string, message: string): Outcome {
    const fits = error instanceof CompileError && (!this.#messages || error.rule.includes(message));
    return fits ? passed : { kind: "failed", expected, got: describe(error) };
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** The message of an error in the input; the stack too of an error of our own. */
export function describe(error: unknown): string {
  if (error instanceof CompileError) return `${error.malformed ? "malformed" : "invalid"}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
