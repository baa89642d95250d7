/**
 * A table's record, in a shared or root block:
 *
 *     0  elements  address of element 0 (4 bytes each), outside the collected heap; never moves in a shared table
 *     4  length    in elements
 *     8  maximum   in elements
 *    12  capacity  elements that fit at `elements`
 *    16  roots     entry of the elements' root range, or 0
 */

export const TABLE_ELEMENTS = 0;
export const TABLE_LENGTH = TABLE_ELEMENTS + 4;
export const TABLE_MAXIMUM = TABLE_LENGTH + 4;
export const TABLE_CAPACITY = TABLE_MAXIMUM + 4;
export const TABLE_ROOTS = TABLE_CAPACITY + 4;
export const TABLE_RECORD_BYTES = TABLE_ROOTS + 8;
