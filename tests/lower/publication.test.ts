/**
 * A reference that another thread may see is published by an atomic store (race rule 2), whatever instruction stores
 * it.
 */
import { describe, expect, test } from "vitest";
import type { Row } from "../../core/ops/row.ts";
import { rowNamed, rows } from "../../core/ops/table.ts";
import { loweredText } from "./lowered-text.ts";

const object = "(ref null $object)";
const callback = "(ref null $callback)";
const types = `
  (type $object (shared (struct (field (mut i32)))))
  (type $callback (shared (func)))
  (type $cell (shared (struct (field $object (mut ${object})) (field $callback (mut ${callback})) (field $any (mut (ref null (shared any)))))))
  (type $objects (shared (array (mut ${object}))))
  (type $callbacks (shared (array (mut ${callback}))))`;
const items = `
  (import "m" "global" (global $imported (shared mut ${object})))
  (import "m" "objects" (table $imported shared 4 4 ${object}))
  (table $objects shared 4 4 ${object})
  (table $others shared 4 4 ${object})
  (table $callbacks shared 4 4 ${callback})
  (global $object (shared mut ${object}) (ref.null $object))
  (global $callback (shared mut ${callback}) (ref.null $callback))
  (elem $segment shared ${object} (item (struct.new $object (i32.const 1))))
  (func $work (type $callback))
  (elem declare func $work)`;

/** Instructions by name, with code that publishes a reference by them. */
const publishing: Readonly<Record<string, readonly string[]>> = {
  "global.set": [
    "(global.set $object (local.get $reference))",
    "(global.set $imported (local.get $reference))",
    "(global.set $callback (ref.func $work))",
  ],
  "table.set": [
    "(table.set $objects (i32.const 1) (local.get $reference))",
    "(table.set $imported (i32.const 1) (local.get $reference))",
    "(table.set $callbacks (i32.const 1) (ref.func $work))",
  ],
  "table.init": [
    "(table.init $objects $segment (i32.const 0) (i32.const 0) (i32.const 1))",
    "(table.init $imported $segment (i32.const 0) (i32.const 0) (i32.const 1))",
  ],
  "table.copy": [
    "(table.copy $objects $others (i32.const 0) (i32.const 1) (i32.const 2))",
    "(table.copy $imported $imported (i32.const 0) (i32.const 1) (i32.const 2))",
  ],
  "table.fill": ["(table.fill $objects (i32.const 0) (local.get $reference) (i32.const 2))"],
  "struct.set": [
    "(struct.set $cell $object (local.get $cell) (local.get $reference))",
    "(struct.set $cell $callback (local.get $cell) (ref.func $work))",
    "(struct.set $cell $any (local.get $cell) (ref.i31_shared (i32.const 1)))",
  ],
  "array.set": [
    "(array.set $objects (local.get $array) (i32.const 0) (local.get $reference))",
    "(array.set $callbacks (local.get $functions) (i32.const 0) (ref.func $work))",
  ],
  "array.fill": [
    "(array.fill $objects (local.get $array) (i32.const 0) (local.get $reference) (i32.const 2))",
    "(array.fill $callbacks (local.get $functions) (i32.const 0) (ref.func $work) (i32.const 2))",
  ],
  "array.copy": [
    "(array.copy $objects $objects (local.get $array) (i32.const 0) (local.get $array) (i32.const 1) (i32.const 2))",
    "(array.copy $callbacks $callbacks (local.get $functions) (i32.const 0) (local.get $functions) (i32.const 1) (i32.const 2))",
  ],
  "array.init_elem": [
    "(array.init_elem $objects $segment (local.get $array) (i32.const 0) (i32.const 0) (i32.const 1))",
  ],
};

/** The same for instructions that are atomic on any host. */
const atomic: Readonly<Record<string, readonly string[]>> = {
  "global.atomic.set": ["(global.atomic.set seqcst $object (local.get $reference))"],
  "global.atomic.rmw.xchg": ["(drop (global.atomic.rmw.xchg seqcst seqcst $object (local.get $reference)))"],
  "global.atomic.rmw.cmpxchg": [
    "(drop (global.atomic.rmw.cmpxchg seqcst seqcst $object (ref.null $object) (local.get $reference)))",
  ],
  "table.atomic.set": ["(table.atomic.set seqcst $objects (i32.const 0) (local.get $reference))"],
  "table.atomic.rmw.xchg": [
    "(drop (table.atomic.rmw.xchg seqcst seqcst $objects (i32.const 0) (local.get $reference)))",
  ],
  "table.atomic.rmw.cmpxchg": [
    "(drop (table.atomic.rmw.cmpxchg seqcst seqcst $objects (i32.const 0) (ref.null $object) (local.get $reference)))",
  ],
  "struct.atomic.set": ["(struct.atomic.set seqcst $cell $object (local.get $cell) (local.get $reference))"],
  "struct.atomic.rmw.xchg": [
    "(drop (struct.atomic.rmw.xchg seqcst seqcst $cell $object (local.get $cell) (local.get $reference)))",
  ],
  "struct.atomic.rmw.cmpxchg": [
    "(drop (struct.atomic.rmw.cmpxchg seqcst seqcst $cell $object (local.get $cell) (ref.null $object) (local.get $reference)))",
  ],
  "array.atomic.set": ["(array.atomic.set seqcst $objects (local.get $array) (i32.const 0) (local.get $reference))"],
  "array.atomic.rmw.xchg": [
    "(drop (array.atomic.rmw.xchg seqcst seqcst $objects (local.get $array) (i32.const 0) (local.get $reference)))",
  ],
  "array.atomic.rmw.cmpxchg": [
    `(drop (array.atomic.rmw.cmpxchg seqcst seqcst $objects (local.get $array) (i32.const 0) (ref.null $object)
      (local.get $reference)))`,
  ],
};

/** Instructions that write what is no reference, or leave the writing to the linker (`table.grow`). */
const others: ReadonlySet<Row> = new Set([rowNamed("table.grow"), rowNamed("array.init_data")]);
const arithmetic: ReadonlySet<Row["atomic"]> = new Set(["add", "sub", "and", "or", "xor"] as const);
const places: ReadonlySet<Row["place"]> = new Set(["global", "table", "struct", "array"] as const);

type Publication = "atomic" | "tso";

/** The function `name` of a lowered module, and the local functions that it calls, in text. */
function functionsFrom(text: string, name: string, found = new Set<string>()): string {
  found.add(name);
  const start = text.indexOf(`(func $${name} `);
  if (start < 0) return "";
  const end = text.indexOf("\n  (", start + 1);
  const body = text.slice(start, end < 0 ? undefined : end);
  const callees = [...body.matchAll(/(?:call|return_call) \$(\S+?)(?=[\s)])/g)].map(([, callee]) => callee as string);
  return [
    body,
    ...callees.filter((callee) => !found.has(callee)).map((callee) => functionsFrom(text, callee, found)),
  ].join("\n");
}

function codeOf(instructions: string, publication: Publication): string {
  const source = `(module ${types} ${items}
    (func $f (param $reference ${object}) (param $cell (ref null $cell)) (param $array (ref null $objects))
      (param $functions (ref null $callbacks)) ${instructions}))`;
  return functionsFrom(loweredText(source, { publication }), "f");
}

function initOf(fields: string, publication: Publication): string {
  return functionsFrom(loweredText(`(module ${types} ${fields})`, { publication }), "heddle.init");
}

const plainStore = /\bi32\.store\b|\bmemory\.(?:copy|fill|init)\b/;
const atomicStore = /\bi32\.atomic\.(?:store|rmw)/;

function expectPublished(code: string): void {
  expect(code).toMatch(atomicStore);
  expect(code).not.toMatch(plainStore);
}

describe("a reference is published by an atomic store, and nothing else writes it", () => {
  for (const [name, cases] of Object.entries({ ...publishing, ...atomic })) {
    test(name, () => {
      for (const code of cases) expectPublished(codeOf(code, "atomic"));
    });
  }

  test("there is a case for each instruction that writes to globals, tables and objects", () => {
    const writing = rows.filter(({ place, effects }) => effects.write === true && places.has(place));
    const expected = [...Object.keys(publishing), ...Object.keys(atomic)].sort();
    expect(writing.flatMap((row) => (others.has(row) || arithmetic.has(row.atomic) ? [] : [row.name])).sort()).toEqual(
      expected,
    );
  });
});

describe("what makes an instance publishes", () => {
  const table = `(table $t shared 4 4 ${object})`;
  const imported = `(import "m" "t" (table $t shared 4 4 ${object}))`;
  const segment = `${object} (item (struct.new $object (i32.const 1)))`;

  const references = `(import "m" "g" (global $g (shared ${object})))`;

  test("the elements of active segments in shared tables, its own and imported ones", () => {
    for (const declared of [table, imported]) {
      const code = initOf(
        `${references} ${declared}
        (elem (table $t) (offset (i32.const 0)) ${object} (item global.get $g))`,
        "atomic",
      );
      expectPublished(code);
    }
    const functions = initOf(
      `(import "m" "t" (table $t shared 4 4 ${callback})) (func $work (type $callback))
      (elem (table $t) (offset (i32.const 0)) ${callback} (item ref.func $work))`,
      "atomic",
    );
    expectPublished(functions);
  });

  test("the initial values of shared tables and globals, and the elements of shared passive segments", () => {
    expectPublished(initOf(`${references} (table $t shared 4 4 ${object} (global.get $g))`, "atomic"));
    expectPublished(initOf(`${references} (global $h (shared mut ${object}) (global.get $g))`, "atomic"));
    expectPublished(
      initOf(`${references} (elem $e shared ${object} (item global.get $g))`, "atomic").replace(
        /i32\.const 1\n\s*i32\.store\b/,
        "",
      ),
    );
  });

  test("nothing by atomic stores where the processor keeps the order", () => {
    const code = initOf(`${table} (elem (table $t) (offset (i32.const 0)) ${segment})`, "tso");
    expect(code).not.toMatch(atomicStore);
  });
});

describe("stores are plain", () => {
  test("where the processor keeps their order", () => {
    for (const code of Object.values(publishing).flat()) expect(codeOf(code, "tso")).not.toMatch(atomicStore);
  });

  test("to what no other thread sees, and of null", () => {
    const unshared = `(module (type $s (struct (field (mut (ref null $s))))) (table $t 4 4 (ref null $s)) (global $g (mut (ref null $s)) (ref.null $s))
      (func $f (param (ref null $s))
        (struct.set $s 0 (local.get 0) (local.get 0))
        (table.set $t (i32.const 0) (local.get 0))
        (table.copy $t $t (i32.const 0) (i32.const 1) (i32.const 2))
        (global.set $g (local.get 0))))`;
    expect(functionsFrom(loweredText(unshared, { publication: "atomic" }), "f")).not.toMatch(atomicStore);
    expect(codeOf("(struct.set $cell $object (local.get $cell) (ref.null $object))", "atomic")).not.toMatch(
      atomicStore,
    );
    expect(
      codeOf("(drop (struct.new $cell (local.get $reference) (ref.func $work) (local.get $reference)))", "atomic"),
    ).not.toMatch(atomicStore);
  });
});

test("a function that is stored to a field of null traps as the standard says, not for its alignment", () => {
  const code = codeOf("(struct.set $cell $callback (local.get $cell) (ref.func $work))", "atomic");
  expect(code).toContain("call $heddle.trap.nullStructureReference");
});
