/** Tells core's lowering how the heap is laid out. */

import {
  DISPLAY_MINIMUM,
  FUNCTION_TYPES_POINTER,
  INLINE_ALLOCATION_MAXIMUM,
  NULL_REFERENCE,
  STOP_REQUEST,
  TABLE_ELEMENTS,
  TABLE_LENGTH,
  TABLE_RECORD_BYTES,
  TYPE_DEPTH,
  TYPE_DISPLAY,
} from "../../../gc/layout/layout.ts";
import { registerHeapModel } from "../../module/heap-model.ts";

registerHeapModel({
  nullReference: NULL_REFERENCE,
  stopRequest: STOP_REQUEST,
  functionTypesPointer: FUNCTION_TYPES_POINTER,
  inlineAllocationMaximum: INLINE_ALLOCATION_MAXIMUM,
  typeRecord: { depth: TYPE_DEPTH, display: TYPE_DISPLAY, displayMinimum: DISPLAY_MINIMUM },
  tableRecord: { elements: TABLE_ELEMENTS, length: TABLE_LENGTH, bytes: TABLE_RECORD_BYTES },
});
