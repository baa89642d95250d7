/**
 * Copying bytes in the heap, as a function of the host module. Few bytes are copied by loads and stores, since the call
 * of the host's own function takes longer than that: all is loaded before anything is stored, from both ends of the
 * piece, so that pieces may overlap and no size needs a loop.
 *
 *     17..32 bytes:   |---- 16 ----|
 *                          |---- 16 ----|
 */

import { I32, I64, V128, type ValType } from "../../../core/types/types.ts";
import type { HostCode, HostItem } from "../../host/host-code.ts";
import type { ModuleLowering } from "../../module/module-lowering.ts";

/** More bytes are for the host. */
const FEW_BYTES = 64;

const TO = 0;
const FROM = 1;
const BYTES = 2;

/** (to, from, bytes) -> (): copies bytes, which may overlap. */
export function copyBytes(module: ModuleLowering): HostItem {
  return module.stubs.define("heddle.array.copy", [I32, I32, I32], [], (code) => {
    when(code, "i32.gt_u", FEW_BYTES, () => {
      for (const parameter of [TO, FROM, BYTES]) code.get(parameter);
      code.withItems("memory.copy", module.heapMemory, module.heapMemory);
    });
    when(code, "i32.gt_u", 32, () => copyEnds(code, V128, "v128", 16, 2));
    when(code, "i32.ge_u", 16, () => copyEnds(code, V128, "v128", 16, 1));
    when(code, "i32.ge_u", 8, () => copyEnds(code, I64, "i64", 8, 1));
    when(code, "i32.ge_u", 4, () => copyEnds(code, I32, "i32", 4, 1));
    when(code, "i32.ne", 0, () => copyFewest(code));
  });
}

/** Does `body`, and no more, if the number of bytes compares so. */
function when(code: HostCode, compare: string, bytes: number, body: () => void): void {
  code.get(BYTES);
  code.i32(bytes);
  code.op(compare);
  code.block("if");
  body();
  code.op("return");
  code.end();
}

/** Copies `pieces` pieces of `width` bytes at each end; together they cover all bytes. */
function copyEnds(code: HostCode, type: ValType, prefix: string, width: number, pieces: number): void {
  /** Pushes an address; the piece is at the returned offset from it. */
  const pushPiece = (start: number, piece: number): number => {
    code.get(start);
    if (piece < pieces) return piece * width;
    code.get(BYTES);
    code.op("i32.add");
    code.i32((piece - 2 * pieces) * width);
    code.op("i32.add");
    return 0;
  };
  const values = Array.from({ length: 2 * pieces }, () => code.local(type));
  for (const [piece, value] of values.entries()) {
    code.access(`${prefix}.load`, pushPiece(FROM, piece));
    code.set(value);
  }
  for (const [piece, value] of values.entries()) {
    const offset = pushPiece(TO, piece);
    code.get(value);
    code.access(`${prefix}.store`, offset);
  }
}

/** Copies one, two or three bytes: the first, the one in the middle and the last, some of which may be the same. */
function copyFewest(code: HostCode): void {
  const pushByte = (start: number, byte: number): void => {
    code.get(start);
    if (byte === 0) return;
    code.get(BYTES);
    code.i32(1);
    code.op(byte === 1 ? "i32.shr_u" : "i32.sub");
    code.op("i32.add");
  };
  const values = Array.from({ length: 3 }, () => code.local(I32));
  for (const [byte, value] of values.entries()) {
    pushByte(FROM, byte);
    code.access("i32.load8_u", 0);
    code.set(value);
  }
  for (const [byte, value] of values.entries()) {
    pushByte(TO, byte);
    code.get(value);
    code.access("i32.store8", 0);
  }
}
