/**
 * Every object begins with a word, 8-byte aligned:
 *
 *     31                        3   2   1 0
 *     +-------------------------+---+-----+
 *     |  type record address    | O |  E  |
 *     +-------------------------+---+-----+
 *       E  mark epoch: 1 or 2 once marked, 0 when newly allocated
 *       O  old and unlogged: the write barrier's fast test
 *
 * A struct's fields follow at 4; an array has its length at 4 and elements at 8.
 *
 * The header of an object with a custom descriptor holds the descriptor's address instead. A descriptor is an object
 * itself, and keeps the described type's record where a record has its own address, so that one load gets from either
 * to the record:
 *
 *     described object              descriptor                       type record of the described type
 *     +--------------+--------      +--------+--------+--------      +------+--------+--------
 *     |  descriptor  | fields  ---> | header | record | fields  ---> | kind | record | size ...
 *     +--------------+--------      +--------+--------+--------      +------+--------+--------
 *                                    (of its own)
 */

export const HEADER_EPOCH_MASK = 3;
export const HEADER_OLD_UNLOGGED = HEADER_EPOCH_MASK + 1;
export const HEADER_FLAGS_MASK = HEADER_EPOCH_MASK | HEADER_OLD_UNLOGGED;
export const OBJECT_ALIGN = HEADER_FLAGS_MASK + 1;
export const STRUCT_FIELDS = 4;
export const DESCRIPTOR_FIELDS = STRUCT_FIELDS + 4;
export const ARRAY_LENGTH = 4;
export const ARRAY_ELEMENTS = ARRAY_LENGTH + 4;

/**
 * Largest object that the inlined allocation serves from the agent's buffer, in bytes; larger ones always take the slow
 * path.
 */
export const INLINE_ALLOCATION_MAXIMUM = 32768;
