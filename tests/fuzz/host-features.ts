/** Which features the host's own validator takes: found by asking it about one small module for each. */

import { type FeatureName, type FeatureSet, featureNames, featureSet } from "../../core/base/features.ts";
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";

/**
 * For each feature a module that needs it; features without one are no matter of validation, or older than all hosts.
 */
const probes: Readonly<Partial<Record<FeatureName, string>>> = {
  "relaxed-simd": "(func (param v128) (result v128) (i32x4.relaxed_trunc_f32x4_s (local.get 0)))",
  "tail-call": "(func (return_call 0))",
  "extended-const": "(global i32 (i32.add (i32.const 1) (i32.const 2)))",
  "multi-memory": "(memory 1) (memory 1)",
  memory64: "(memory i64 1) (table i64 1 funcref)",
  "function-references": "(type (func)) (func (param (ref 0)) (call_ref 0 (local.get 0)))",
  gc: "(type (struct)) (func (result (ref 0)) (struct.new 0))",
  exceptions: "(func (param exnref) (throw_ref (local.get 0)))",
  "legacy-exceptions": "(func (try (do) (catch_all)))",
  threads: "(memory 1 1 shared) (func (result i32) (i32.atomic.load (i32.const 0)))",
  "relaxed-atomics": "(func (pause))",
  "shared-everything-threads": "(type (shared (struct)))",
  "custom-descriptors": "(type (struct)) (func (result (ref (exact 0))) (struct.new 0))",
  "stack-switching": "(type (func)) (type (cont 0))",
  "wide-arithmetic": "(func (param i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 0)))",
  "half-precision": "(func (param v128) (result v128) (f16x8.abs (local.get 0)))",
  "custom-page-sizes": "(memory 1 (pagesize 1))",
  "memory-control": "(memory 1) (func (memory.discard (i32.const 0) (i32.const 0)))",
};

/** A module that imports nothing, by a compact import of nothing. */
const noCompactImports = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 2, 5, 1, 0, 0, 0x7f, 0);

/** The feature set under which the host and Heddle should agree. */
export function hostFeatures(): FeatureSet {
  const accepted = (fields: string): boolean => WebAssembly.validate(encodeModule(parseModule(`(module ${fields})`)));
  const off = featureNames.filter((name) => {
    const probe = probes[name];
    return probe !== undefined && !accepted(probe);
  });
  if (!WebAssembly.validate(noCompactImports)) off.push("compact-imports");
  return featureSet([], off);
}
