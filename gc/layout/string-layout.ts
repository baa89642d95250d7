/** Strings of JS in the heap (threads/values/shared-values.ts draws them), as far as whoever looks into the heap must know them. */

/** The `kind` word of their record. */
export const TYPE_SHARED_STRING = 7;
/** Offset of the reference to the array of UTF-16 code units. */
export const STRING_UNITS = 4;
