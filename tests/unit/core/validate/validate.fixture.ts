/** Validation of modules written as text, for tests. */
import { expect } from "vitest";
import { CompileError } from "../../../../core/base/errors.ts";
import { type FeatureName, featureSet } from "../../../../core/base/features.ts";
import { parseModule } from "../../../../core/text/parse/parse.ts";
import type { ValidModule } from "../../../../core/validate/body/valid-module.ts";
import { validateModule } from "../../../../core/validate/validate.ts";

/** Parses with every feature, so that validation itself meets what is switched off. */
export function validate(text: string, off: readonly FeatureName[] = []): ValidModule {
  return validateModule(parseModule(text), undefined, featureSet([], off));
}

/** The error that an invalid module raises. */
export function errorOf(text: string, off: readonly FeatureName[] = []): CompileError {
  try {
    validate(text, off);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  return expect.fail(`is valid: ${text}`);
}

/** Checks that a module is invalid, by a message that begins with `phrase`. */
export function expectInvalid(text: string, phrase: string, off: readonly FeatureName[] = []): void {
  const error = errorOf(text, off);
  expect(error.rule.slice(0, phrase.length)).toBe(phrase);
  expect(error.malformed).toBe(false);
}
