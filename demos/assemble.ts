/** Text to binary: the demo's programs are text. */
import { encodeModule } from "../core/binary/encode.ts";
import { parseModule } from "../core/text/parse.ts";

/** The binary form of a text module. */
export function assemble(source: string): Uint8Array<ArrayBuffer> {
  return encodeModule(parseModule(source));
}
