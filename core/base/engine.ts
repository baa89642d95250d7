/**
 * The host's own WebAssembly namespace, kept when Heddle is loaded: a program may put Heddle's namespace in its place
 * (`globalThis.WebAssembly = heddle.WebAssembly`).
 */
export const engine: typeof WebAssembly = globalThis.WebAssembly;
