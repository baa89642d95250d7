/**
 * What is known about an instruction's surroundings without validating: whether it is in unreachable code, and what
 * stood there before.
 */
import { CompileError } from "../../core/base/errors.ts";
import { defaultFeatures } from "../../core/base/features.ts";
import { decodeModule } from "../../core/binary/decode.ts";
import { InstructionCursor } from "../../core/binary/instructions.ts";
import type { Row } from "../../core/ops/row.ts";

/** The innermost block around an instruction. */
export interface Surroundings {
  /** The stack is polymorphic: an unconditional branch or a trap stands before the instruction in its block. */
  unreachable: boolean;
  /** A conditional branch stands between the two. */
  afterConditionalBranch: boolean;
  /** A branch on a cast stands before the instruction in its block, reachable or not. */
  afterCastBranch: boolean;
}

const fresh = (): Surroundings => ({ unreachable: false, afterConditionalBranch: false, afterCastBranch: false });

/** The surroundings of the instruction at an offset of the module; undefined where none is there. */
export function surroundingsOf(bytes: Uint8Array, offset: number): Surroundings | undefined {
  try {
    const func = decodeModule(bytes).functions.find(
      ({ body }) => offset >= body.offset && offset < body.offset + body.bytes.length,
    );
    if (func === undefined) return undefined;
    const cursor = new InstructionCursor(func.body, defaultFeatures);
    const blocks: Surroundings[] = [fresh()];
    while (cursor.next() && cursor.offset < offset) follow(blocks, cursor.row);
    return blocks.at(-1);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    return undefined;
  }
}

function follow(blocks: Surroundings[], row: Row): void {
  const block = blocks.at(-1);
  switch (row.control) {
    case "block":
    case "loop":
    case "if":
    case "try":
    case "try_table":
      blocks.push(fresh());
      return;
    case "end":
    case "delegate":
      blocks.pop();
      return;
    case "else":
    case "catch":
      blocks.pop();
      blocks.push(fresh());
      return;
  }
  if (block === undefined) return;
  if (row.immediates.includes("castflags")) block.afterCastBranch = true;
  if (row.terminal) {
    block.unreachable = true;
    block.afterConditionalBranch = false;
  } else if (block.unreachable && row.control === "branch") {
    block.afterConditionalBranch = true;
  }
}
