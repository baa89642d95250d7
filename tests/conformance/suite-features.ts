/** Which features each suite is about. */
import { type FeatureName, type FeatureSet, featureSet } from "../../core/base/features.ts";

/**
 * Features that are off in a suite: its scripts were written for a language without them, and check that it refuses
 * what they add. Suites that are not named here run with everything on.
 */
const offBySuite: Readonly<Record<string, readonly FeatureName[]>> = {
  // The standard alone: later proposals give meaning to encodings that it calls malformed, and relax some of its rules.
  core: ["shared-everything-threads", "custom-descriptors", "stack-switching", "custom-page-sizes"],
  // Has the standard's own scripts too, which call a memory's flag for a page size malformed.
  "custom-descriptors": ["custom-page-sizes"],
  // Written against the first version of the standard.
  threads: ["reference-types", "multi-memory", "memory64"],
};

/** The features with which a suite's scripts are run. */
export function featuresOf(suite: string): FeatureSet {
  return featureSet([], offBySuite[suite] ?? []);
}
