/** How much of a memory takes physical memory: Linux tells it of each mapping of the process. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

interface Koffi {
  address(view: Uint8Array<ArrayBufferLike>): bigint;
}

/**
 * Bytes of a memory that are resident, fixed tables included. Needs the optional package koffi, for the memory's
 * address.
 */
export function residentBytes(memory: WebAssembly.Memory): number {
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const start = koffi.address(new Uint8Array(memory.buffer, 0, 1));
  const end = start + BigInt(memory.buffer.byteLength);
  let inside = false;
  let kilobytes = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) /.exec(line);
    if (mapping !== null) inside = BigInt(`0x${mapping[1]}`) < end && BigInt(`0x${mapping[2]}`) > start;
    const size = inside ? /^Rss:\s+(\d+) kB/.exec(line) : null;
    if (size !== null) kilobytes += Number(size[1]);
  }
  return kilobytes * 1024;
}
