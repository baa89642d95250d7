/**
 * Where things are in the heap memory, and how objects look. Both the heap runtime (AssemblyScript) and the TypeScript
 * around it compile this file, so it holds nothing but constants.
 *
 * The memory:
 *
 *     0          CONTROL        store-wide words: stop request, phases, counters
 *     ...        agents, type records, function types, line marks, ...: fixed when the store is made
 *     heapStart  32 KB blocks up to heapEnd, and never as far as NULL
 */

/**
 * The null reference: an address that no memory reaches, so that using it traps; even, so that it is no i31 (DESIGN 4).
 */
export const NULL_REFERENCE = 0xfefefefe;

/*
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
export const HEADER_OLD_UNLOGGED = 4;
export const HEADER_FLAGS_MASK = 7;
export const OBJECT_ALIGN = 8;
export const STRUCT_FIELDS = 4;
export const DESCRIPTOR_FIELDS = 8;
export const ARRAY_LENGTH = 4;
export const ARRAY_ELEMENTS = 8;

/*
 * A type record, 8-byte aligned; word offsets:
 *
 *      0  kind        KIND_... (record-kinds.ts)
 *      4  record      its own address (a custom descriptor has its described type's record in the same place)
 *      8  size        struct: bytes of an object, a multiple of 8; array: log2 of the element's bytes
 *     12  refmap      struct: bit i set where word i of the object is a reference (i < 32)
 *                     array: 1 where elements are references
 *     16  refmapMore  0, or the address of u32 count, then a u32 byte offset for each reference at word 32 and later
 *     20  id          canonical id
 *     24  depth       number of proper supertypes
 *     28  prototype   0, or byte offset, in the custom descriptors of such objects, of the extern that is an object's
 *                     prototype in JS
 *                     function: FUNC_SHARED where the type is shared, and so the exceptions of a tag with this type
 *     32  display     addresses of the supertypes' records from the root down, itself last; at least DISPLAY_MINIMUM
 *                     entries, the rest zero, so that a cast to depth < DISPLAY_MINIMUM needs no bounds check
 */
export const TYPE_KIND = 0;
export const TYPE_RECORD = 4;
export const TYPE_SIZE = 8;
export const TYPE_REFMAP = 12;
export const TYPE_REFMAP_MORE = 16;
export const TYPE_ID = 20;
export const TYPE_DEPTH = 24;
export const TYPE_PROTOTYPE = 28;
export const TYPE_DISPLAY = 32;
export const DISPLAY_MINIMUM = 8;
export const FUNC_SHARED = 1;

/** Address of the stop request: not zero while an agent wants all others at a safepoint. Lowered code polls it. */
export const STOP_REQUEST = 64;
/**
 * Address of the word that holds the address of the function-type array: entry i is the type record of function index
 * i.
 */
export const FUNCTION_TYPES_POINTER = 68;

/** Offset in an agent's control block of the word that holds the end of its shadow stack. */
export const AGENT_SHADOW_LIMIT = 12;

/**
 * Largest object that the inlined allocation serves from the agent's buffer, in bytes; larger ones always take the slow
 * path.
 */
export const INLINE_ALLOCATION_MAXIMUM = 32768;

/*
 * A table's record, in a shared or root block:
 *
 *     0  elements  address of element 0 (4 bytes each), outside the collected heap; never moves in a shared table
 *     4  length    in elements
 *     8  maximum   in elements
 *    12  capacity  elements that fit at `elements`
 */
export const TABLE_ELEMENTS = 0;
export const TABLE_LENGTH = 4;
export const TABLE_MAXIMUM = 8;
export const TABLE_CAPACITY = 12;
export const TABLE_RECORD_BYTES = 16;
