/** Makes an input that shows a fault smaller, as long as it shows the same fault. */
import { instructionsOf } from "./instructions.ts";
import { assemble, copyLayout, type LayoutSection, layoutOf, splice } from "./layout.ts";

/** Smaller chunks are tried until none of this many bytes can be left out. */
function withoutChunks(bytes: Uint8Array, shows: (bytes: Uint8Array) => boolean): Uint8Array {
  let best = bytes;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= best.length; ) {
      const shorter = splice(best, at, at + size);
      if (shows(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}

/** Leaves out what it can of a list, from the end, so that indices of what stays are kept as long as possible. */
function withoutItems<Item>(items: readonly Item[], shows: (items: readonly Item[]) => boolean): readonly Item[] {
  let best = items;
  for (let at = items.length - 1; at >= 0; at--) {
    const shorter = best.toSpliced(at, 1);
    if (shows(shorter)) best = shorter;
  }
  return best;
}

/** A function without the instructions that are not needed. */
function smallerFunction(func: Uint8Array, shows: (func: Uint8Array) => boolean): Uint8Array {
  let best = func;
  for (let at = instructionsOf(best).length - 1; at >= 0; at--) {
    const span = instructionsOf(best)[at];
    if (span === undefined) continue;
    const shorter = splice(best, span.start, span.end);
    if (shows(shorter)) best = shorter;
  }
  return best;
}

/** A smaller binary module for which `shows` still holds. Stops at `deadline`, in `performance.now()` time. */
export function minimizeBinary(bytes: Uint8Array, shows: (bytes: Uint8Array) => boolean, deadline: number): Uint8Array {
  const inTime = (candidate: Uint8Array): boolean => performance.now() < deadline && shows(candidate);
  let sections: readonly LayoutSection[] = layoutOf(bytes);
  if (!inTime(assemble(sections))) return withoutChunks(bytes, inTime);
  sections = withoutItems(sections, (fewer) => inTime(assemble(fewer)));
  for (let at = 0; at < sections.length; at++) {
    const replaced = (change: Partial<LayoutSection>): Uint8Array => {
      const copy = copyLayout(sections);
      copy[at] = { ...(copy[at] as LayoutSection), ...change };
      return assemble(copy);
    };
    const { payload, functions } = sections[at] as LayoutSection;
    const keep = (change: Partial<LayoutSection>): void => {
      sections = sections.with(at, { ...(sections[at] as LayoutSection), ...change });
    };
    if (functions === undefined) {
      keep({ payload: withoutChunks(payload, (shorter) => inTime(replaced({ payload: shorter }))) });
      continue;
    }
    keep({ functions: [...withoutItems(functions, (fewer) => inTime(replaced({ functions: [...fewer] })))] });
    for (let i = 0; i < (sections[at]?.functions?.length ?? 0); i++) {
      const current = sections[at]?.functions ?? [];
      const smaller = smallerFunction(current[i] as Uint8Array, (func) =>
        inTime(replaced({ functions: current.with(i, func) })),
      );
      keep({ functions: current.with(i, smaller) });
    }
  }
  return withoutChunks(assemble(sections), inTime);
}

/** A shorter text for which `shows` still holds. */
export function minimizeText(text: string, shows: (text: string) => boolean, deadline: number): string {
  let best = text;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= best.length && performance.now() < deadline; ) {
      const shorter = best.slice(0, at) + best.slice(at + size);
      if (shows(shorter)) best = shorter;
      else at += size;
    }
  }
  return best;
}
