/**
 * For each row of the instruction table small valid modules that use it: one environment with items of every kind, and
 * a function in which the instruction stands. Nothing here knows what an instruction pops or which immediates suit it:
 * of the candidates for each, those are taken that the validator admits.
 *
 *     block ... (blocks for labels of several types)
 *       nop  local.get ...  INSTRUCTION  drop ...  unreachable
 *     end unreachable ...
 */
import { CompileError } from "../../../core/base/errors.ts";
import { writeInstruction } from "../../../core/binary/immediates.ts";
import { Writer } from "../../../core/binary/writer.ts";
import { type CatchClause, type Handler, type ImmediateKind, Immediates } from "../../../core/ops/immediates.ts";
import type { Row } from "../../../core/ops/row.ts";
import { rowNamed } from "../../../core/ops/table.ts";
import { parseModule } from "../../../core/text/parse/parse.ts";
import { brandModule, type Module } from "../../../core/types/module.ts";
import {
  AbstractHeap,
  abstractOf,
  I64,
  indexOf,
  isAbstract,
  isAbstractShared,
  isRef,
  refAbstract,
  refDefined,
  type ValType,
  withNull,
} from "../../../core/types/types.ts";
import { abstractHeapTypes, heapTypeByCode, numberTypes, wordOf } from "../../../core/types/vocabulary.ts";
import { Body } from "../../../core/validate/body/body.ts";
import { type BodyObserver, checkFunction } from "../../../core/validate/function.ts";
import { validateModule } from "../../../core/validate/validate.ts";

/** What labels take, from the outermost block inwards. */
const labels = [
  "",
  "(result i32)",
  "(result i32 anyref)",
  "(result exnref)",
  "(result i32 exnref)",
  "(result i32 (ref $plain))",
  "(result (ref null (shared any)))",
];
/** The depth of the label of each block from the instruction, which stands in an arm of a `try` as well. */
const depthOf = (result: string): number => labels.length - labels.indexOf(result);

const types = [
  "(rec (type $described (descriptor $descriptor) (struct (field i32)))",
  "(type $descriptor (describes $described) (struct)))",
  "(type $void (func))",
  "(type $function (func (param i32 f64) (result i64 i32)))",
  "(type $rest (func (param f64) (result i64 i32)))",
  "(type $struct (struct (field (mut i32)) (field (mut i8)) (field (mut i64)) (field (mut (ref null eq)))))",
  "(type $shared (shared (struct (field (mut i32)) (field (mut i16)) (field (mut (ref null (shared eq)))))))",
  "(type $bytes (array (mut i8)))",
  "(type $words (array (mut i32)))",
  "(type $references (array (mut (ref null eq))))",
  "(type $functions (array (mut funcref)))",
  "(type $sharedWords (shared (array (mut i32))))",
  "(type $plain (cont $void))",
  "(type $long (cont $function))",
  "(type $short (cont $rest))",
  "(type $last (func (param i64)))",
  "(type $next (cont $last))",
  "(type $switched (func (param i32 (ref null $next))))",
  "(type $switch (cont $switched))",
  ...labels.map((result, at) => `(type $label${at} (func ${result}))`),
];
const typeCount = types.length;
const typeNamed = (name: string): number => types.findIndex((type) => type.includes(`(type $${name} `));

/**
 * The types of the function's parameters: an operand is one of them. Numbers and types that few others are above come
 * first.
 */
const operandTypes: readonly ValType[] = [
  ...numberTypes.map(({ type }) => type),
  ...Array.from({ length: typeCount }, (_, index) => refDefined(index, false, true)),
  ...abstractHeapTypes
    .filter(({ isBottom }) => !isBottom)
    .flatMap(({ code }) => [refAbstract(code, false), refAbstract(code, false, true)]),
];

const environment = `(module ${types.join("\n  ")}
  (type $run (func (param ${operandTypes.map(printed).join(" ")}) (result i32)))
  (import "m" "f" (func $imported (type $function)))
  (import "m" "g" (global $immutable i64))
  (import "m" "v" (func $nothing))
  (table $anything 3 (ref null eq)) (table $callees 4 8 funcref) (table $sharedOnes shared 2 (ref null (shared eq)))
  (memory $plainMemory 1) (memory $sharedMemory 1 2 shared)
  (tag $empty) (tag $thrown (param i32)) (tag $effect (param i32) (result f64))
  (global $number (mut i32) (i32.const 0)) (global $wide (mut i64) (i64.const 0)) (global $eq (mut (ref null eq)) (ref.null eq))
  (elem $none (ref null eq)) (elem $segment funcref (ref.func $run))
  (elem declare func $run $imported)
  (func $run (type $run) (unreachable))
  (data $first "abc") (data $second "\\00\\ff"))`;

function printed(type: ValType): string {
  if (!isRef(type)) return wordOf(type) as string;
  if (!isAbstract(type)) return `(ref (exact ${indexOf(type)}))`;
  const name = heapTypeByCode(abstractOf(type))?.name;
  return isAbstractShared(type) ? `(ref (shared ${name}))` : `(ref ${name})`;
}

const base = parseModule(environment);
const body = new Body(validateModule(base));
const run = base.functions[0]!;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const references: readonly ValType[] = [
  ...upTo(typeCount).flatMap((index) => [refDefined(index, false), refDefined(index, false, true)]),
  ...abstractHeapTypes.flatMap(({ code }) => [refAbstract(code, false), refAbstract(code, false, true)]),
];

type Fill = (into: Immediates, row: Row) => void;
const index = (count: number, second: boolean): readonly Fill[] =>
  upTo(count).map((at) => (into) => {
    if (second) into.index2 = at;
    else into.index = at;
  });
const label = (fill: (into: Immediates, depth: number) => void): readonly Fill[] =>
  upTo(labels.length + 2).map((depth) => (into) => fill(into, depth));
const one = (fill: Fill): readonly Fill[] => [fill];
const bytes = (length: number): readonly Fill[] =>
  one((into) => {
    into.bytes = Uint8Array.from({ length }, (_, at) => (at * 37 + 1) & 0xff);
  });

const clauses: readonly CatchClause[] = [
  { kind: "catch", tag: 1, label: depthOf("(result i32)") },
  { kind: "catch_ref", tag: 1, label: depthOf("(result i32 exnref)") },
  { kind: "catch_all", tag: undefined, label: depthOf("") },
  { kind: "catch_all_ref", tag: undefined, label: depthOf("(result exnref)") },
];
const handlers: readonly Handler[] = [
  { tag: 1, label: depthOf("(result i32 (ref $plain))") },
  { tag: 0, label: undefined },
];

/** The values that each kind of immediate may have. */
const candidates: Readonly<Record<ImmediateKind, (second: boolean, row: Row) => readonly Fill[]>> = {
  blocktype: () => [
    (into) => Object.assign(into, { blockKind: "type", block: typeNamed("function") }),
    (into) => Object.assign(into, { blockKind: "empty" }),
    (into) => Object.assign(into, { blockKind: "result", block: I64 }),
    // What may be in both arms and without one: as many results as parameters.
    (into) => Object.assign(into, { blockKind: "type", block: typeNamed("void") }),
  ],
  label: () =>
    label((into, depth) => {
      into.label = depth;
    }),
  labels: () =>
    label((into, depth) => {
      into.label = depth;
      into.labels = [depth, depth];
    }),
  func: (second) => index(3, second),
  type: (second) => index(typeCount, second),
  table: (second) => index(3, second),
  memory: (second) => index(2, second),
  global: (second) => index(4, second),
  local: (second) => index(operandTypes.length, second),
  tag: (second) => index(3, second),
  data: (second) => index(2, second),
  elem: (second) => index(2, second),
  field: (second) => index(4, second),
  heaptype: () =>
    references.map((type) => (into) => {
      into.heap = type;
    }),
  reftype: () =>
    references.map((type) => (into, { nullable }) => {
      into.heap = nullable ? withNull(type) : type;
    }),
  castflags: () =>
    [
      refDefined(typeNamed("described"), false),
      refDefined(typeNamed("struct"), true),
      refAbstract(AbstractHeap.i31, false),
    ].flatMap((target) =>
      label((into, depth) => {
        into.label = depth;
        into.heap = refAbstract(AbstractHeap.any, true);
        into.heap2 = target;
      }),
    ),
  valtypes: () =>
    one((into) => {
      into.types = [I64];
    }),
  memarg: () =>
    upTo(2).map((memory) => (into, { memory: access, orders }) => {
      into.index = memory;
      into.align = access?.atomic === true ? access.sizeLog2 : Math.max(0, (access?.sizeLog2 ?? 0) - memory);
      into.offset = BigInt(memory * 5);
      into.hasOrder = orders !== 0 && memory === 1;
      into.order = into.hasOrder ? "acqrel" : "seqcst";
    }),
  lane: (_, { lanes }) =>
    one((into) => {
      into.lane = lanes - 1;
    }),
  lanes: (_, { lanes }) =>
    one((into) => {
      into.bytes = Uint8Array.from({ length: 16 }, (_unused, at) => (at * 7) % lanes);
    }),
  i32: () => [(into) => Object.assign(into, { i32: 3 }), (into) => Object.assign(into, { i32: -0x8000_0000 })],
  i64: () => [(into) => Object.assign(into, { i64: 3n }), (into) => Object.assign(into, { i64: -(1n << 63n) })],
  f32: () => bytes(4),
  f64: () => bytes(8),
  v128: () => bytes(16),
  count: () => upTo(3).map((count) => (into) => Object.assign(into, { count })),
  order: () => orders,
  orders: () => orders,
  fence: () => orders,
  catches: () => [(into) => Object.assign(into, { catches: [] }), (into) => Object.assign(into, { catches: clauses })],
  handlers: () => [
    (into) => Object.assign(into, { handlers: [] }),
    (into) => Object.assign(into, { handlers: handlers.slice(0, 1) }),
    (into) => Object.assign(into, { handlers }),
  ],
  protection: () => upTo(3).map((count) => (into) => Object.assign(into, { count })),
  zero: () => [],
};
const orders: readonly Fill[] = (["seqcst", "acqrel"] as const).map(
  (order) => (into) => Object.assign(into, { order, hasOrder: true }),
);

/** All immediates that a row may be tried with, in order, or from the last on. */
function* immediatesOf(row: Row, fromLast: boolean): Generator<Immediates> {
  const choices = row.immediates.map((kind, position) => {
    const fills = candidates[kind](position === row.secondIndex, row);
    return fromLast ? fills.toReversed() : fills;
  });
  const at = choices.map(() => 0);
  for (;;) {
    const immediates = new Immediates();
    for (const [position, fills] of choices.entries()) (fills[at[position] as number] as Fill)(immediates, row);
    yield immediates;
    let last = choices.length - 1;
    while (last >= 0 && ++(at[last] as number) === (choices[last] as readonly Fill[]).length) at[last--] = 0;
    if (last < 0) return;
  }
}

const named = {
  nop: rowNamed("nop"),
  block: rowNamed("block"),
  try: rowNamed("try"),
  if: rowNamed("if"),
  catchAll: rowNamed("catch_all"),
  end: rowNamed("end"),
  unreachable: rowNamed("unreachable"),
  get: rowNamed("local.get"),
  drop: rowNamed("drop"),
};
const labelTypes: readonly Immediates[] = labels.map((_, at) =>
  Object.assign(new Immediates(), { blockKind: "type", block: typeNamed(`label${at}`) }),
);

/** What an instruction's own block needs before it. */
function opening({ control }: Row): readonly Row[] {
  switch (control) {
    case "else":
      return [named.unreachable, named.if, named.unreachable];
    case "catch":
    case "delegate":
      return [named.try, named.unreachable];
    case "end":
      return [named.block];
    default:
      return [];
  }
}

/** Whether a block is open behind the instruction. */
function isOpen({ control }: Row): boolean {
  switch (control) {
    case "block":
    case "loop":
    case "if":
    case "else":
    case "try":
    case "catch":
    case "try_table":
      return true;
    default:
      return false;
  }
}

/** An instruction with its immediates, the parameters that are its operands, and how many results it has. */
interface Use {
  readonly row: Row;
  readonly immediates: Immediates;
  readonly operands: readonly number[];
  readonly results: number;
}

/** The body that has the instruction; behind code that is not reached where further operands are to be made up. */
function bodyOf({ row, immediates, operands, results }: Use, madeUp: boolean): Uint8Array {
  const writer = new Writer();
  const put = (one: Row, from = new Immediates()): void => writeInstruction(writer, one, from);
  for (const from of labelTypes) put(named.block, from);
  // The label of an arm, for `rethrow`.
  put(named.try);
  put(named.catchAll);
  put(madeUp ? named.unreachable : named.nop);
  for (const index of operands) put(named.get, Object.assign(new Immediates(), { index }));
  for (const one of opening(row)) put(one);
  put(row, immediates);
  if (isOpen(row)) for (const one of [named.unreachable, named.end]) put(one);
  for (let i = 0; i < results; i++) put(named.drop);
  for (let i = 0; i < labels.length + 2; i++) for (const one of [named.unreachable, named.end]) put(one);
  return writer.finish();
}

/** One instruction as the validator saw it. */
export interface Observed {
  readonly row: Row;
  readonly immediates: Immediates;
  readonly popped: readonly ValType[];
  readonly pushed: readonly ValType[];
  readonly unreachable: boolean;
}

/** What the validator says of the function with this body; undefined where it is invalid. */
function observe(bytesOf: Uint8Array): readonly Observed[] | undefined {
  const seen: Observed[] = [];
  const instruction: BodyObserver["instruction"] = (row, immediates, popped, pushed, unreachable) => {
    seen.push({ row, immediates: immediates.copy(), popped, pushed, unreachable });
  };
  try {
    checkFunction(body, { ...run, body: { bytes: bytesOf, offset: 0 } }, { instruction });
    return seen;
  } catch (error) {
    if (error instanceof CompileError) return undefined;
    throw error;
  }
}

/** Where the instruction is among those of the body. */
const positionOf = ({ row, operands }: Use): number => labels.length + 3 + operands.length + opening(row).length;

/**
 * The use with operands that fit; undefined where there are none. Whatever is below the operand in question is made up.
 */
function withOperands(use: Use): Use | undefined {
  const seen = observe(bodyOf(use, true));
  if (seen === undefined) return undefined;
  const at = positionOf(use);
  const { popped, pushed } = seen[at] as Observed;
  const results = use.row.terminal ? 0 : isOpen(use.row) ? (seen[at + 2] as Observed).pushed.length : pushed.length;
  let found: Use = { ...use, results };
  for (let missing = opening(use.row).length > 0 ? 0 : popped.length; missing > 0; missing--) {
    const operand = operandTypes.findIndex((_, index) => {
      return observe(bodyOf({ ...found, operands: [index, ...found.operands] }, true)) !== undefined;
    });
    if (operand < 0) return undefined;
    found = { ...found, operands: [operand, ...found.operands] };
  }
  return found;
}

/** A module that uses an instruction, in code that is reached. */
export interface RowModule {
  readonly row: Row;
  readonly module: Module;
  /** How many operands the instruction has right before it. */
  readonly operands: number;
  /** All instructions of the function, and which of them is the one. */
  readonly observed: readonly Observed[];
  readonly at: number;
}

/**
 * A module for the row, with the first immediates that are admitted, or the last. Raises an error where there are none.
 */
export function rowModule(row: Row, fromLast: boolean): RowModule {
  for (const immediates of immediatesOf(row, fromLast)) {
    const use = withOperands({ row, immediates, operands: [], results: 0 });
    const bytesOf = use === undefined ? undefined : bodyOf(use, false);
    const observed = bytesOf === undefined ? undefined : observe(bytesOf);
    if (use === undefined || bytesOf === undefined || observed === undefined) continue;
    const module = brandModule({ ...base, functions: [{ ...run, body: { bytes: bytesOf, offset: 0 } }] });
    return { row, module, operands: use.operands.length, observed, at: positionOf(use) };
  }
  throw new Error(`nothing fits ${row.name}`);
}
