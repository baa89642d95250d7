/** Modules whose instantiation traps after they have put a shared function into a table of another module's. */

const shared = "(type $f (shared (func (result i32))))";

/** Has the table, calls its element 0, at once or when it is there, and says how many calls wait for it. */
export const caller = `(module ${shared}
  (table $t (export "table") shared 4 4 (ref null $f))
  (global $waiting (shared mut i32) (i32.const 0))
  (func (export "call") (type $f) (call_ref $f (table.get $t (i32.const 0))))
  (func (export "waiting") (type $f) (global.atomic.get $waiting))
  (func (export "callLater") (type $f) (local $found (ref null $f))
    (drop (global.atomic.rmw.add $waiting (i32.const 1)))
    (loop $again
      (local.set $found (table.get $t (i32.const 0)))
      (br_if $again (ref.is_null (local.get $found))))
    (call_ref $f (local.get $found))))`;

export interface PartialCaller {
  readonly table: WebAssembly.ExportValue;
  call(): number;
  waiting(): number;
  callLater(): number;
}

const imported = `${shared}
  (import "caller" "table" (table $t shared 4 4 (ref null $f)))
  (elem $first (table $t) (i32.const 0) (ref null $f) (item (ref.func $seven)))`;
const seven = `(func $seven (type $f) (i32.const 7))`;

/** What traps, in words, and the module. */
export const partialModules: readonly (readonly [what: string, text: string])[] = [
  [
    "a second element segment",
    `(module ${imported} (elem (table $t) (i32.const 9) (ref null $f) (item (ref.func $seven))) ${seven})`,
  ],
  ["a data segment", `(module ${imported} (memory 1) (data (i32.const 65536) "x") ${seven})`],
  ["the start function", `(module ${imported} (start $start) (func $start (unreachable)) ${seven})`],
];
