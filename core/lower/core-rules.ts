/** Registers core's lowering rules. */
import "./rules/calls.ts";
import "./rules/control.ts";
import "./rules/legacy-exceptions.ts";
import "./rules/globals.ts";
import "./rules/half.ts";
import "./rules/keep.ts";
import "./rules/references.ts";
import "./rules/tables.ts";
import "./rules/truncate.ts";
import "./rules/wide.ts";
