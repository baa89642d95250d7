/** Modules made by toolchains, where this checkout has them beside it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../../../../shared/real-modules");

/** The modules of `../shared/real-modules`, none where that folder is missing. */
export const realModules: readonly { readonly name: string; readonly bytes: Uint8Array }[] = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".wasm"))
      .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }))
  : [];

/** Why tests over these modules do not run. */
export const missing = `${folder} is not there: real modules are not tested`;
