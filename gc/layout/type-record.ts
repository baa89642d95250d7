/**
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
export const TYPE_RECORD = TYPE_KIND + 4;
export const TYPE_SIZE = TYPE_RECORD + 4;
export const TYPE_REFMAP = TYPE_SIZE + 4;
export const TYPE_REFMAP_MORE = TYPE_REFMAP + 4;
export const TYPE_ID = TYPE_REFMAP_MORE + 4;
export const TYPE_DEPTH = TYPE_ID + 4;
export const TYPE_PROTOTYPE = TYPE_DEPTH + 4;
export const TYPE_DISPLAY = TYPE_PROTOTYPE + 4;
export const DISPLAY_MINIMUM = 8;
export const FUNC_SHARED = 1;
