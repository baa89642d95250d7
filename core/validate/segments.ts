/** Element segments (core 3.5.9) and data segments (core 3.5.8). */
import type { ElementSegment, SegmentMode } from "../types/module.ts";
import { isSharedValue, isSubtype } from "../types/subtype.ts";
import { I32, I64, refDefined, type ValType } from "../types/types.ts";
import type { Body } from "./body/body.ts";
import { checkConstant } from "./function.ts";
import type { Items } from "./items.ts";

/** Checks the element segments in order and enters their types. */
export function checkElementSegments(items: Items, body: Body): void {
  for (const segment of items.module.elements) {
    const type = items.resolve(segment.type, segment.offset);
    if (segment.shared && !isSharedValue(items.store, type)) {
      items.fail(
        segment.offset,
        "shared-type",
        `shared element segments must have a shared element type, not ${items.name(type)}`,
        "a shared type",
      );
    }
    checkItems(items, body, segment, type);
    if (segment.mode.kind === "active") checkActiveElements(items, body, segment, segment.mode, type);
    items.elements.push(type);
  }
}

function checkItems(items: Items, body: Body, segment: ElementSegment, type: ValType): void {
  if (segment.items.kind === "functions") {
    for (const index of segment.items.indices) checkFunctionItem(items, segment, index, type);
    return;
  }
  // The proposal's tests want the expressions of a segment whose type is shared to be valid as shared, whether it is
  // marked or not.
  const shared = segment.shared || isSharedValue(items.store, type);
  for (const expression of segment.items.list) checkConstant(body, expression, type, shared);
}

function checkFunctionItem(items: Items, segment: ElementSegment, index: number, type: ValType): void {
  const entry = items.functions[index];
  if (entry === undefined) items.fail(segment.offset, "unknown-function", `unknown function ${index}`);
  items.declared.add(index);
  // A list of indices that only declares has no values, and tools declare shared functions with it, for which it has no
  // notation.
  if (segment.mode.kind === "declarative") return;
  const reference = refDefined(entry.type, false, entry.exact);
  if (!isSubtype(items.store, reference, type)) {
    items.fail(
      segment.offset,
      "type-mismatch",
      `type mismatch: ${items.name(reference)} in a segment of ${items.name(type)}`,
      items.name(type),
    );
  }
}

function checkActiveElements(
  items: Items,
  body: Body,
  segment: ElementSegment,
  mode: SegmentMode & { kind: "active" },
  type: ValType,
): void {
  const table = items.tables[mode.index];
  if (table === undefined) items.fail(segment.offset, "unknown-table", `unknown table ${mode.index}`);
  if (!isSubtype(items.store, type, table.element)) {
    const message = `type mismatch: a segment of ${items.name(type)} for a table of ${items.name(table.element)}`;
    items.fail(segment.offset, "type-mismatch", message, items.name(table.element));
  }
  checkConstant(body, mode.at, table.is64 ? I64 : I32, false);
}

export function checkDataSegments(items: Items, body: Body): void {
  for (const { mode, offset } of items.module.data) {
    if (mode.kind !== "active") continue;
    const memory = items.memories[mode.index];
    if (memory === undefined) items.fail(offset, "unknown-memory", `unknown memory ${mode.index}`);
    checkConstant(body, mode.at, memory.is64 ? I64 : I32, false);
  }
}
