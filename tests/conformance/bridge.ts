/**
 * Calls with exact bits. JS numbers do not keep the payload of a NaN, and JS has no vectors nor exception references;
 * so a function with such parameters or results is called from a small module, which takes and returns the bits as
 * integers.
 */
import { encodeModule } from "../../core/binary/encode.ts";
import { parseModule } from "../../core/text/parse/parse.ts";
import { PrintNames } from "../../core/text/print/print-names.ts";
import { TypePrinter } from "../../core/text/print/print-types.ts";
import type { GlobalType, ModuleParts } from "../../core/types/module.ts";
import {
  AbstractHeap,
  abstractOf,
  F32,
  F64,
  type FuncType,
  I32,
  I64,
  indexOf,
  isAbstract,
  isRef,
  V128,
  type ValType,
} from "../../core/types/types.ts";

/**
 * How one value crosses: as what the standard's JS API makes of it, as bits, as two halves, or as whether it is null.
 */
export type Crossing = "js" | "i32" | "i64" | "f32" | "f64" | "v128" | "opaque";

export interface Bridge {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly params: readonly Crossing[];
  readonly results: readonly Crossing[];
}

/** True for references that JS cannot hold. */
function isOpaque(module: ModuleParts, type: ValType): boolean {
  if (!isAbstract(type)) return module.types[indexOf(type)]?.composite.kind === "cont";
  const { exn, noexn, cont, nocont } = AbstractHeap;
  return [exn, noexn, cont, nocont].includes(abstractOf(type) as typeof exn);
}

export function crossingOf(module: ModuleParts, type: ValType): Crossing {
  switch (type) {
    case I32:
      return "i32";
    case I64:
      return "i64";
    case F32:
      return "f32";
    case F64:
      return "f64";
    case V128:
      return "v128";
    default:
      return isRef(type) && isOpaque(module, type) ? "opaque" : "js";
  }
}

const lossy = new Set<Crossing>(["f32", "f64", "v128", "opaque"]);

/** Whether calls need a bridge. */
export function needsBridge(crossings: readonly Crossing[]): boolean {
  return crossings.some((crossing) => lossy.has(crossing));
}

/** A module's types as text, for a module that has the same. */
class Types {
  readonly #printer: TypePrinter;
  readonly text: string;

  constructor(module: ModuleParts) {
    this.#printer = new TypePrinter(module, new PrintNames(module));
    this.text = module.recGroups
      .map(
        ({ start, types }) => `(rec ${types.map((type, at) => this.#printer.definition(type, start + at)).join(" ")})`,
      )
      .join("\n");
  }

  value(type: ValType): string {
    return this.#printer.value(type);
  }

  global(type: GlobalType): string {
    return this.#printer.global(type);
  }
}

/** Parameters that carry a value: their types, and the code that makes the value of them. */
function incoming(crossing: Crossing, at: number, type: string): { types: string[]; code: string } {
  switch (crossing) {
    case "f32":
      return { types: ["i32"], code: `(f32.reinterpret_i32 (local.get ${at}))` };
    case "f64":
      return { types: ["i64"], code: `(f64.reinterpret_i64 (local.get ${at}))` };
    case "v128":
      return {
        types: ["i64", "i64"],
        code: `(i64x2.replace_lane 1 (i64x2.splat (local.get ${at})) (local.get ${at + 1}))`,
      };
    default:
      return { types: [type], code: `(local.get ${at})` };
  }
}

/** The results that carry the value of a local. */
function outgoing(crossing: Crossing, at: number, type: string): { types: string[]; code: string } {
  switch (crossing) {
    case "f32":
      return { types: ["i32"], code: `(i32.reinterpret_f32 (local.get ${at}))` };
    case "f64":
      return { types: ["i64"], code: `(i64.reinterpret_f64 (local.get ${at}))` };
    case "v128":
      return {
        types: ["i64", "i64"],
        code: `(i64x2.extract_lane 0 (local.get ${at})) (i64x2.extract_lane 1 (local.get ${at}))`,
      };
    case "opaque":
      return { types: ["i32"], code: `(ref.is_null (local.get ${at}))` };
    default:
      return { types: [type], code: `(local.get ${at})` };
  }
}

/** A local that can hold the value before it is set: references become nullable, and are made so again at the end. */
const nullable = (type: string): string =>
  type.startsWith("(ref ") && !type.startsWith("(ref null ") ? `(ref null ${type.slice(5)}` : type;
const restore = (type: string, code: string): string => (nullable(type) === type ? code : `(ref.as_non_null ${code})`);

/** A module that imports the function `"" "f"` of this type and exports `run`. */
export function functionBridge(module: ModuleParts, typeIndex: number, func: FuncType): Bridge {
  const params = func.params.map((type) => crossingOf(module, type));
  const results = func.results.map((type) => crossingOf(module, type));
  const printed = new Types(module);
  const taken: string[] = [];
  const code: string[] = [];
  params.forEach((crossing, index) => {
    const { types, code: one } = incoming(crossing, taken.length, printed.value(func.params[index] as ValType));
    taken.push(...types);
    code.push(one);
  });
  const locals = func.results.map((type) => printed.value(type));
  const given = results.map((crossing, index) => outgoing(crossing, taken.length + index, locals[index] as string));
  const resultCode = given.map(({ code: one }, index) =>
    results[index] === "js" ? restore(locals[index] as string, one) : one,
  );
  const stores = locals.map((_, index) => `(local.set ${taken.length + index})`).reverse();
  const text = `(module ${printed.text}
    (import "" "f" (func $f (type ${typeIndex})))
    (func (export "run") (param ${taken.join(" ")}) (result ${given.flatMap(({ types }) => types).join(" ")})
      (local ${locals.map(nullable).join(" ")})
      (call $f ${code.join(" ")}) ${stores.join(" ")} ${resultCode.join(" ")}))`;
  return { bytes: encodeModule(parseModule(text)), params, results };
}

/** A module that imports the global `"" "g"` of this type and exports `run`, which returns its value. */
export function globalBridge(module: ModuleParts, declared: GlobalType): Bridge {
  const { type } = declared;
  const printed = new Types(module);
  const crossing = crossingOf(module, type);
  const text = printed.value(type);
  const { types, code } = outgoing(crossing, 0, text);
  const source = `(module ${printed.text}
    (import "" "g" (global $g ${printed.global(declared)}))
    (func (export "run") (result ${types.join(" ")}) (local ${nullable(text)}) (local.set 0 (global.get $g)) ${restore(text, code)}))`;
  return { bytes: encodeModule(parseModule(source)), params: [], results: [crossing] };
}
