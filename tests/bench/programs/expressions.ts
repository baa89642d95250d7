/**
 * A class-heavy program in two forms: trees of expressions, of eight classes with a virtual method each. An object
 * finds its methods
 *
 *  - `field`: through a field that every object has, as compilers do today;
 *  - `descriptor`: through its custom descriptor, which the host's or the collector's header leads to.
 *
 * The fields of the classes, and how often each class occurs, are those of syntax trees: many leaves, some operators,
 * few statements.
 */

export type Form = "field" | "descriptor";

interface ClassOf {
  readonly name: string;
  /** Fields of the class itself: numbers first, then operands. */
  readonly numbers: number;
  readonly operands: number;
  /** The method, on the variables `$self` and `$x`; `(operand N)` and `(number N)` stand for what the fields give. */
  readonly body: string;
}

const classes: readonly ClassOf[] = [
  { name: "Literal", numbers: 1, operands: 0, body: "(number 0)" },
  { name: "Variable", numbers: 1, operands: 0, body: "(i32.xor (local.get $x) (number 0))" },
  { name: "Negate", numbers: 0, operands: 1, body: "(i32.sub (i32.const 0) (operand 0))" },
  { name: "Add", numbers: 0, operands: 2, body: "(i32.add (operand 0) (operand 1))" },
  { name: "Multiply", numbers: 0, operands: 2, body: "(i32.mul (operand 0) (operand 1))" },
  { name: "Compare", numbers: 1, operands: 2, body: "(i32.lt_s (i32.add (operand 0) (number 0)) (operand 1))" },
  {
    name: "Select",
    numbers: 0,
    operands: 3,
    body: "(if (result i32) (operand 0) (then (operand 1)) (else (operand 2)))",
  },
  {
    name: "Call",
    numbers: 1,
    operands: 3,
    body: "(i32.add (i32.add (operand 0) (operand 1)) (i32.add (operand 2) (number 0)))",
  },
];

/** The classes' numbers of own fields, in words: what their objects need beside header and table of methods. */
export const fieldWords: readonly number[] = classes.map(({ numbers, operands }) => numbers + operands);

/** Of 32 inner nodes, how many are of each class from `Negate` on; a leaf is a literal or a variable. */
const frequencies = [4, 10, 6, 5, 3, 4];

const fieldsOf = ({ numbers, operands }: ClassOf): string =>
  "(field i32) ".repeat(numbers) + "(field (ref $Expression)) ".repeat(operands);

function types(form: Form): string {
  const method = "(type $method (func (param (ref $Expression) i32) (result i32)))";
  if (form === "field") {
    const declared = classes.map(
      (c) => `(type $${c.name} (sub final $Expression (struct (field (ref $Methods)) ${fieldsOf(c)})))`,
    );
    return `(rec ${method}
      (type $Methods (struct (field $evaluate (ref $method))))
      (type $Expression (sub (struct (field $methods (ref $Methods)))))
      ${declared.join("\n      ")})`;
  }
  const declared = classes.map(
    (c) => `(type $${c.name} (sub final $Expression (descriptor $${c.name}.d) (struct ${fieldsOf(c)})))
      (type $${c.name}.d (sub final $Methods (describes $${c.name}) (struct (field (ref $method)))))`,
  );
  return `(rec ${method}
      (type $Expression (sub (descriptor $Methods) (struct)))
      (type $Methods (sub (describes $Expression) (struct (field $evaluate (ref $method)))))
      ${declared.join("\n      ")})`;
}

/** The function that makes an object, and the method. */
function members(form: Form, { name, numbers, operands, body }: ClassOf): string {
  const first = form === "field" ? 1 : 0;
  const params = "i32 ".repeat(numbers) + "(ref $Expression) ".repeat(operands);
  const gets = Array.from({ length: numbers + operands }, (_, i) => `(local.get ${i})`).join(" ");
  const table = `(global.get $${name}.methods)`;
  const make =
    form === "field" ? `(struct.new $${name} ${table} ${gets})` : `(struct.new_desc $${name} ${gets} ${table})`;
  const cast =
    form === "field"
      ? `(ref.cast (ref $${name}) (local.get $self))`
      : `(ref.cast_desc_eq (ref (exact $${name})) (local.get $self) ${table})`;
  const text = body
    .replaceAll(/\(number (\d)\)/g, (_, i: string) => `(struct.get $${name} ${first + Number(i)} (local.get $this))`)
    .replaceAll(
      /\(operand (\d)\)/g,
      (_, i: string) =>
        `(call $evaluate (struct.get $${name} ${first + numbers + Number(i)} (local.get $this)) (local.get $x))`,
    );
  return `
  (elem declare func $${name}.evaluate)
  (func $${name}.new ${params === "" ? "" : `(param ${params})`} (result (ref $Expression)) ${make})
  (func $${name}.evaluate (type $method) (param $self (ref $Expression)) (param $x i32) (result i32) (local $this (ref $${name}))
    (local.set $this ${cast}) ${text})`;
}

function globals(form: Form): string {
  const made = (name: string): string =>
    form === "field"
      ? `(global $${name}.methods (ref $Methods) (struct.new $Methods (ref.func $${name}.evaluate)))`
      : `(global $${name}.methods (ref (exact $${name}.d)) (struct.new $${name}.d (ref.func $${name}.evaluate)))`;
  return classes.map(({ name }) => made(name)).join("\n  ");
}

/**
 * The program: `build` makes trees of a depth and keeps them, `evaluate` runs all of them, `count` says how many
 * objects there are.
 */
export function expressions(form: Form): string {
  const methods =
    form === "field" ? "(struct.get $Expression $methods (local.get 0))" : "(ref.get_desc $Expression (local.get 0))";
  const choices = classes.slice(2).flatMap(({ name, numbers, operands }, i) => {
    const values = `${"(call $random)".repeat(numbers)} ${"(call $grow (local.get $below))".repeat(operands)}`;
    return new Array<string>(frequencies[i] ?? 0).fill(`(return (call $${name}.new ${values}))`);
  });
  const blocks = choices.reduce((inner, choice, i) => `(block $is${i} ${inner}) ${choice}`, "CHOOSE");
  const labels = choices.map((_, i) => `$is${i}`).join(" ");
  const choose = `(br_table ${labels} $is0 (i32.and (call $random) (i32.const 31)))`;
  return `(module
  ${types(form)}
  (type $Trees (array (mut (ref null $Expression))))
  ${globals(form)}
  (global $seed (mut i32) (i32.const 1))
  (global $objects (mut i32) (i32.const 0))
  (global $trees (mut (ref null $Trees)) (ref.null $Trees))
  ${classes.map((c) => members(form, c)).join("\n  ")}
  (func $evaluate (param (ref $Expression) i32) (result i32)
    (call_ref $method (local.get 0) (local.get 1) (struct.get $Methods $evaluate ${methods})))
  (func $random (result i32)
    (global.set $seed (i32.add (i32.mul (global.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.shr_u (global.get $seed) (i32.const 16)))
  (func $grow (param $depth i32) (result (ref $Expression)) (local $below i32)
    (global.set $objects (i32.add (global.get $objects) (i32.const 1)))
    (if (i32.eqz (local.get $depth))
      (then
        (if (i32.and (call $random) (i32.const 1)) (then (return (call $Literal.new (call $random)))))
        (return (call $Variable.new (call $random)))))
    (local.set $below (i32.sub (local.get $depth) (i32.const 1)))
    ${blocks.replace("CHOOSE", choose)}
    unreachable)
  (func (export "build") (param $count i32) (param $depth i32)
    (global.set $objects (i32.const 0))
    (global.set $trees (array.new_default $Trees (local.get $count)))
    (loop $next
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (array.set $Trees (global.get $trees) (local.get $count) (call $grow (local.get $depth)))
      (br_if $next (local.get $count))))
  (func (export "count") (result i32) (global.get $objects))
  (func (export "evaluate") (param $x i32) (result i32) (local $i i32) (local $sum i32)
    (local.set $i (array.len (global.get $trees)))
    (loop $next
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (local.set $sum
        (i32.add (local.get $sum)
          (call $evaluate (ref.as_non_null (array.get $Trees (global.get $trees) (local.get $i))) (local.get $x))))
      (br_if $next (local.get $i)))
    (local.get $sum)))`;
}
