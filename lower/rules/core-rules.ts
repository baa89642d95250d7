/** Registers core's lowering rules. */
import "./control/calls.ts";
import "./control/control.ts";
import "./control/legacy-exceptions.ts";
import "./items/globals.ts";
import "./scalar/half.ts";
import "./scalar/keep.ts";
import "./gc/references.ts";
import "./items/tables.ts";
import "./scalar/truncate.ts";
import "./scalar/wide.ts";
