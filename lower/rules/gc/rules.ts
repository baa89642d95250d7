/** Registers the lowering rules of garbage-collected objects. */
import "./array-new.ts";
import "./array.ts";
import "./cast.ts";
import "../control/exceptions.ts";
import "./descriptor.ts";
import "./extern.ts";
import "./i31.ts";
import "./struct.ts";
