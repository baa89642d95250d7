/**
 * Values of JS as objects of the heap: what externs in memory and shared externs refer to. Modules see neither structs
 * nor arrays in them.
 *
 *     any value of one agent     string                      its units                number (one that is no i31)
 *     (KIND_HOST)                (KIND_STRING)               (an array of i16)        (KIND_NUMBER)
 *      0  header                  0  header                   0  header                0  header
 *      4  slot of its box         4  units, a reference       4  length                8  the double
 *                                                             8  UTF-16 code units
 *
 *     thread-bound data (KIND_THREAD_BOUND)
 *      0  header
 *      4  owner   number of the life of the agent that made it: one that comes later under the same id is another
 *      8  slot of the box with its value
 *
 * A box's slot (gc/heap/boxes.ts) leads the agent to the value.
 */
import { OBJECT_ALIGN } from "./objects.ts";

export const HOST_SLOT = 4;
export const HOST_BYTES = HOST_SLOT + 4;

export const STRING_UNITS = 4;
export const STRING_BYTES = STRING_UNITS + 4;

export const NUMBER_VALUE = OBJECT_ALIGN;
export const NUMBER_BYTES = NUMBER_VALUE + 8;

export const BOUND_OWNER = 4;
export const BOUND_SLOT = BOUND_OWNER + 4;
export const BOUND_BYTES = 2 * OBJECT_ALIGN;
