/** Registers the heap's layout and the lowering rules of garbage-collected objects. */
import "./heap-model.ts";
import "./array-new.ts";
import "./array.ts";
import "./cast.ts";
import "../control/exceptions.ts";
import "./descriptor.ts";
import "./extern.ts";
import "./i31.ts";
import "./struct.ts";
