/**
 * Checks of the debug build. A message would need static data in the heap memory, so a failure is a code;
 * gc/embedder.ts has the texts.
 */

// The build defines the constant DEBUG: 1 in the debug build, 0 in the other (tests/tools/build-runtime.ts).

@external("env", "fail")
declare function hostFail(code: u32, address: usize): void;

export const FAIL_HEADER: u32 = 1;
export const FAIL_REFERENCE: u32 = 2;
export const FAIL_UNMARKED: u32 = 3;
export const FAIL_LINE: u32 = 4;
export const FAIL_BROKEN: u32 = 5;
export const FAIL_AGENT: u32 = 6;
export const FAIL_STACK: u32 = 7;
export const FAIL_STATE: u32 = 8;
export const FAIL_ROOTS: u32 = 9;

/** Reports a broken promise: the host throws. */
export function fail(code: u32, address: usize): void {
  hostFail(code, address);
  unreachable();
}

/** True in the debug build. */
@inline
export function DEBUGGING(): bool {
  return DEBUG != 0;
}

/** Checks in the debug build only. */
@inline
export function check(condition: bool, code: u32, address: usize): void {
  if (DEBUG) {
    if (!condition) fail(code, address);
  }
}

/** What freed memory is filled with: no reference, no record, no NULL; a use of it traps. */
const POISON: u8 = 0xfc;

export function poison(start: usize, end: usize): void {
  memory.fill(start, POISON, end - start);
}
