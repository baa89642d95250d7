/** What the command line can do, what its exit codes mean, and the error for those who ask for something else. */
import { HeddleError } from "../../core/base/errors.ts";

export const usage = `heddle: runs shared-everything WebAssembly

  heddle run FILE [--invoke NAME ARG...]... [--threads N] [--time]
      Instantiates a module and calls exports; each result is printed on a line. Without --invoke, calls _start if there is one.
      --threads N   run the calls on N threads; the results must agree and are printed once
      --time        print how long loading and each call took, on standard error
      --heap MB     limit of the shared heap (default 1024)
  heddle inspect FILE                 as run, and then tell what is in the heap: figures, and the types that take most room
      --top N         how many types (default 20)
      --svg OUT       a picture of the heap's blocks
      --snapshot OUT  a .heapsnapshot for the memory panel of Chrome's DevTools
      --trace OUT     the collections as a Trace Event file, for Perfetto or DevTools
  heddle validate FILE...             check modules
  heddle parse FILE [-o OUT]          text to binary (default: FILE with .wasm)
  heddle print FILE [--fold] [-o OUT] binary or text to text (default: standard output)
  heddle features [--json]            the proposals: on or off, phase, draft followed
  heddle help | --version

  FILE is a binary module or, by its contents, text. Numbers are written as in the text format; null is a null reference.
  --features LIST   switch proposals on and off: --features=-gc,half-precision

Exit codes: 0 done; 1 the module is malformed or invalid, cannot be linked, trapped or threw; 2 the command line or a file is wrong.
`;

/** The command line asks for something that does not exist. Exit code 2. */
export class UsageError extends HeddleError<"usage"> {
  constructor(message: string) {
    super("usage", message);
    this.name = "UsageError";
  }
}
