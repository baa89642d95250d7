import { expect, test } from "vitest";
import { exportsOf, withStore } from "../../../support/programs.ts";

/**
 * Hierarchies of types with and without descriptors, of which a cast from `any` meets each, deeper than the guaranteed
 * part of a display.
 */
interface TypeSketch {
  readonly name: string;
  readonly above: string | undefined;
  readonly described: boolean;
}
const chain = (prefix: string, above: string | undefined, length: number): TypeSketch[] =>
  Array.from({ length }, (_, i) => ({
    name: `${prefix}${i}`,
    above: i === 0 ? above : `${prefix}${i - 1}`,
    described: true,
  }));
const sketches: readonly TypeSketch[] = [
  { name: "root", above: undefined, described: false },
  { name: "plain", above: "root", described: false },
  { name: "plainer", above: "plain", described: false },
  ...chain("left", undefined, 10),
  ...chain("right", "left2", 3),
  ...chain("other", undefined, 2),
];

function definition({ name, above, described }: TypeSketch): string {
  const parent = above === undefined ? "" : `$${above}`;
  if (!described) return `(type $${name} (sub ${parent} (struct)))`;
  const parentDescribed = sketches.find((sketch) => sketch.name === above)?.described === true;
  return `(type $${name} (sub ${parent} (descriptor $${name}.d) (struct)))
    (type $${name}.d (sub ${parentDescribed ? `$${above}.d` : ""} (describes $${name}) (struct)))`;
}

/** Every type with its supertypes, itself first. */
const lineages = new Map<string, readonly string[]>();
for (const { name, above } of sketches)
  lineages.set(name, [name, ...(above === undefined ? [] : (lineages.get(above) ?? []))]);

test("tests and casts agree with the hierarchy for every type of object and every target, exact ones too", async () => {
  const objects = sketches.map(({ name, described }) =>
    described
      ? `(func (export "make ${name}") (result anyref) (struct.new_desc $${name} (struct.new $${name}.d)))
         (func (export "descriptor of ${name}") (result anyref) (struct.new $${name}.d))`
      : `(func (export "make ${name}") (result anyref) (struct.new $${name}))`,
  );
  const names = sketches.flatMap(({ name, described }) => (described ? [name, `${name}.d`] : [name]));
  const tests = names.flatMap((name) =>
    [`$${name}`, `(exact $${name})`].map(
      (type) => `
        (func (export "test ${type}") (param anyref) (result i32) (ref.test (ref ${type}) (local.get 0)))
        (func (export "cast ${type}") (param anyref) (result anyref) (ref.cast (ref ${type}) (local.get 0)))
        (func (export "branch ${type}") (param anyref) (result i32)
          (block $is (result (ref ${type})) (br_on_cast $is anyref (ref ${type}) (local.get 0)) (return (i32.const 0))) drop
          (i32.const 1))`,
    ),
  );
  const source = `(module (rec ${sketches.map(definition).join("\n")}) ${objects.join("\n")} ${tests.join("\n")})`;
  await withStore({ threads: 0 }, async (store) => {
    const exports = await exportsOf<Record<string, (value?: unknown) => unknown>>(store, source);
    const check = (object: unknown, of: string, target: string, expected: boolean): void => {
      const found = [exports[`test ${target}`]!(object), exports[`branch ${target}`]!(object)];
      if (found.some((value) => value !== Number(expected)))
        throw new Error(`an object of ${of} and target ${target}: ${found}`);
      if (expected) expect(exports[`cast ${target}`]!(object)).toBe(object);
      else expect(() => exports[`cast ${target}`]!(object)).toThrow("cast failure");
    };
    for (const { name, described } of sketches) {
      const object = exports[`make ${name}`]!();
      const descriptor = described ? exports[`descriptor of ${name}`]!() : undefined;
      for (const target of names) {
        const isAbove = lineages.get(name)!.includes(target);
        check(object, name, `$${target}`, isAbove);
        check(object, name, `(exact $${target})`, target === name);
        if (descriptor === undefined) continue;
        const describes = target.endsWith(".d") ? target.slice(0, -2) : undefined;
        check(
          descriptor,
          `${name}.d`,
          `$${target}`,
          describes !== undefined && lineages.get(name)!.includes(describes),
        );
        check(descriptor, `${name}.d`, `(exact $${target})`, describes === name);
      }
    }
  });
});

test("descriptor casts tell objects of one type with different descriptors apart", async () => {
  await withStore({ threads: 0 }, async (store) => {
    const { make, same, is } = await exportsOf<Record<string, (...values: unknown[]) => unknown>>(
      store,
      `(module
        (rec
          (type $object (sub (descriptor $class) (struct)))
          (type $class (sub (describes $object) (struct (field i32)))))
        (table $classes 4 (ref null $class))
        (func (export "make") (param i32) (result (ref $object)) (local $class (ref null $class))
          (local.set $class (table.get $classes (local.get 0)))
          (if (ref.is_null (local.get $class))
            (then (table.set $classes (local.get 0) (local.tee $class (struct.new $class (local.get 0))))))
          (struct.new_desc $object (ref.cast (ref (exact $class)) (local.get $class))))
        (func (export "same") (param (ref $object) (ref $object)) (result i32)
          (ref.eq (ref.get_desc $object (local.get 0)) (ref.get_desc $object (local.get 1))))
        (func (export "is") (param anyref i32) (result i32)
          (block $is (result (ref $object))
            (br_on_cast_desc_eq $is anyref (ref $object) (local.get 0) (table.get $classes (local.get 1)))
            (return (i32.const 0)))
          (struct.get $class 0 (ref.get_desc $object))
          (return)))`,
    );
    const [a, b, c] = [make!(1), make!(1), make!(2)];
    expect([same!(a, b), same!(a, c)]).toEqual([1, 0]);
    store.collect();
    expect([is!(a, 1), is!(b, 1), is!(c, 1), is!(c, 2), is!(null, 1), is!(5, 1), is!({}, 1)]).toEqual([
      1, 1, 0, 2, 0, 0, 0,
    ]);
    expect(() => is!(a, 3)).toThrow("null descriptor reference");
  });
});
