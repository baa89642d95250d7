/**
 * The proposals that Heddle knows: which of them are on, what each implies, and which draft is followed.
 */

export interface Feature {
  readonly title: string;
  /** On unless switched off. */
  readonly default: boolean;
  /** W3C phase, 0 to 5; 5 is part of the standard. */
  readonly phase: 0 | 1 | 2 | 3 | 4 | 5;
  /** Date of the draft that is followed, or the version of the standard that holds it. */
  readonly draft: string;
  /** Features that this one needs: switched on with it, and off with them. */
  readonly implies: readonly FeatureName[];
}

export const featureNames = [
  "mvp",
  "mutable-globals",
  "sign-extension",
  "saturating-float-to-int",
  "multi-value",
  "bulk-memory",
  "reference-types",
  "simd",
  "relaxed-simd",
  "tail-call",
  "extended-const",
  "multi-memory",
  "memory64",
  "function-references",
  "gc",
  "exceptions",
  "legacy-exceptions",
  "threads",
  "relaxed-atomics",
  "shared-everything-threads",
  "custom-descriptors",
  "stack-switching",
  "wide-arithmetic",
  "half-precision",
  "custom-page-sizes",
  "memory-control",
  "compact-imports",
  "branch-hinting",
  "compilation-hints",
  "js-string-builtins",
] as const;
export type FeatureName = (typeof featureNames)[number];

const standard = (title: string, draft: string, implies: readonly FeatureName[] = []): Feature => ({
  title,
  default: true,
  phase: 5,
  draft,
  implies,
});
const proposal = (
  title: string,
  phase: Feature["phase"],
  draft: string,
  implies: readonly FeatureName[] = [],
): Feature => ({
  title,
  default: true,
  phase,
  draft,
  implies,
});

export const features: Readonly<Record<FeatureName, Feature>> = {
  mvp: standard("WebAssembly 1.0", "1.0"),
  "mutable-globals": standard("Import and export of mutable globals", "2.0"),
  "sign-extension": standard("Sign-extension instructions", "2.0"),
  "saturating-float-to-int": standard("Saturating float-to-int conversions", "2.0"),
  "multi-value": standard("Multiple results and block parameters", "2.0"),
  "bulk-memory": standard("Bulk memory operations", "2.0"),
  "reference-types": standard("Reference types", "2.0", ["bulk-memory"]),
  simd: standard("Fixed-width SIMD", "2.0"),
  "relaxed-simd": standard("Relaxed SIMD", "3.0", ["simd"]),
  "tail-call": standard("Tail calls", "3.0"),
  "extended-const": standard("Extended constant expressions", "3.0"),
  "multi-memory": standard("Multiple memories", "3.0", ["bulk-memory"]),
  memory64: standard("64-bit memories and tables", "3.0"),
  "function-references": standard("Typed function references", "3.0", ["reference-types"]),
  gc: standard("Garbage collection", "3.0", ["function-references", "multi-value"]),
  exceptions: standard("Exception handling", "3.0", ["reference-types", "multi-value"]),
  "legacy-exceptions": standard("Exception handling, first form (try, catch, delegate)", "3.0 appendix", [
    "exceptions",
  ]),
  threads: proposal("Threads: shared memories and atomics", 4, "2026-04-22"),
  "relaxed-atomics": proposal("Acquire-release memory orders and pause", 1, "2026-08-06", ["threads"]),
  "shared-everything-threads": proposal("Shared-everything threads", 1, "2026-06-25", [
    "threads",
    "relaxed-atomics",
    "gc",
  ]),
  "custom-descriptors": proposal("Custom descriptors, exact types, JS prototypes", 3, "2026-08-24", ["gc"]),
  "stack-switching": proposal("Stack switching", 3, "2026-03-13", ["function-references", "exceptions"]),
  "wide-arithmetic": proposal("128-bit wide arithmetic", 3, "2026-06-17", ["multi-value"]),
  "half-precision": proposal("Half-precision floats", 1, "2024-06-12", ["simd"]),
  "custom-page-sizes": proposal("Custom page sizes", 3, "2026-06-17"),
  "memory-control": proposal("Memory control: map, protect, discard", 1, "2026-08-21", ["bulk-memory"]),
  "compact-imports": proposal("Compact import section", 3, "2026-08-21"),
  "branch-hinting": standard("Branch hints", "3.0"),
  "compilation-hints": proposal("Compilation hints", 2, "0772746"),
  "js-string-builtins": standard("JS string builtins", "2026"),
};

/** The features that are on. Immutable; made by `featureSet`. */
export type FeatureSet = ReadonlySet<FeatureName>;

/** The features that are on unless a caller chooses. */
export const defaultFeatures: FeatureSet = new Set(featureNames.filter((name) => features[name].default));

/**
 * The default features with some switched on and some off. Switching one on switches on what it implies; switching one
 * off switches off all that imply it.
 */
export function featureSet(on: Iterable<FeatureName>, off: Iterable<FeatureName> = []): FeatureSet {
  const set = new Set(defaultFeatures);
  const add = (name: FeatureName): void => {
    set.add(name);
    for (const implied of features[name].implies) if (!set.has(implied)) add(implied);
  };
  const remove = (name: FeatureName): void => {
    set.delete(name);
    for (const other of set) if (features[other].implies.includes(name)) remove(other);
  };
  for (const name of on) add(name);
  for (const name of off) remove(name);
  return set;
}

/** True for the name of a feature. */
export function isFeatureName(name: string): name is FeatureName {
  return (featureNames as readonly string[]).includes(name);
}
