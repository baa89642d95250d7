/**
 * A mutator as lowered code would be: the inlined allocation, its slow path out of line, polls, the write barrier, the
 * shadow stack.
 */
import binaryen from "binaryen";

const NULL = "(i32.const 0xfefefefe)";

const source = `(module
  (import "heap" "memory" (memory 1 65536 shared))
  (import "heap" "top" (global $top (mut i32)))
  (import "heap" "limit" (global $limit (mut i32)))
  (import "heap" "allocate" (func $allocate (param i32 i32) (result i32)))
  (import "heap" "poll" (func $poll (param i32)))
  (import "heap" "log" (func $log (param i32)))
  (import "heap" "logElements" (func $logElements (param i32 i32 i32)))
  (import "types" "node" (global $node i32))
  (import "types" "numbers" (global $numbers i32))
  (import "types" "bytes" (global $bytes i32))
  (import "types" "references" (global $references i32))

  (func $allocateSlow (param $size i32) (param $sp i32) (result i32)
    (local $object i32)
    (if (i32.eqz (local.tee $object (call $allocate (local.get $size) (local.get $sp)))) (then (unreachable)))
    (local.get $object))
  (func $slow0 (param $sp i32) (result i32) (call $allocateSlow (i32.const 16) (local.get $sp)))
  (func $slow2 (param $sp i32) (param $a i32) (param $b i32) (result i32)
    (i32.store (local.get $sp) (local.get $a))
    (i32.store offset=4 (local.get $sp) (local.get $b))
    (call $allocateSlow (i32.const 16) (i32.add (local.get $sp) (i32.const 8))))

  (func $pair (export "pair") (param $a i32) (param $b i32) (param $sp i32) (result i32)
    (local $object i32) (local $next i32)
    (local.set $next (i32.add (local.tee $object (global.get $top)) (i32.const 16)))
    (if (i32.gt_u (local.get $next) (global.get $limit))
      (then (local.set $object (call $slow2 (local.get $sp) (local.get $a) (local.get $b))))
      (else (global.set $top (local.get $next))))
    (i32.store (local.get $object) (global.get $node))
    (i32.store offset=4 (local.get $object) (local.get $a))
    (i32.store offset=8 (local.get $object) (local.get $b))
    (local.get $object))

  (func $build (export "build") (param $depth i32) (param $sp i32) (result i32)
    (local $a i32) (local $b i32)
    (if (i32.atomic.load (i32.const 64)) (then (call $poll (local.get $sp))))
    (if (i32.eqz (local.get $depth)) (then (return (call $pair ${NULL} ${NULL} (local.get $sp)))))
    (local.set $a (call $build (i32.sub (local.get $depth) (i32.const 1)) (local.get $sp)))
    (i32.store (local.get $sp) (local.get $a))
    (local.set $b (call $build (i32.sub (local.get $depth) (i32.const 1)) (i32.add (local.get $sp) (i32.const 4))))
    (call $pair (local.get $a) (local.get $b) (local.get $sp)))

  (func $count (export "count") (param $tree i32) (result i32)
    (if (i32.eq (local.get $tree) ${NULL}) (then (return (i32.const 0))))
    (i32.add (i32.const 1) (i32.add
      (call $count (i32.load offset=4 (local.get $tree)))
      (call $count (i32.load offset=8 (local.get $tree))))))

  ;; Allocates and counts 'rounds' trees; the result is the number of nodes.
  (func $churn (export "churn") (param $depth i32) (param $rounds i32) (param $sp i32) (result i64)
    (local $sum i64)
    (loop $again
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $count (call $build (local.get $depth) (local.get $sp))))))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum))

  ;; A list of 'length' pairs, the tail in the second field; each first field has a pair of its own.
  (func $list (export "list") (param $length i32) (param $sp i32) (result i32)
    (local $list i32)
    (local.set $list ${NULL})
    (loop $again
      (if (i32.atomic.load (i32.const 64)) (then
        (i32.store (local.get $sp) (local.get $list))
        (call $poll (i32.add (local.get $sp) (i32.const 4)))))
      (i32.store (local.get $sp) (local.get $list))
      (local.set $list (call $pair
        (call $pair ${NULL} ${NULL} (i32.add (local.get $sp) (i32.const 4)))
        (local.get $list)
        (local.get $sp)))
      (br_if $again (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
    (local.get $list))
  (func $listLength (export "listLength") (param $list i32) (result i32)
    (local $length i32)
    (block $done (loop $again
      (br_if $done (i32.eq (local.get $list) ${NULL}))
      (drop (i32.load (i32.load offset=4 (local.get $list))))
      (local.set $length (i32.add (local.get $length) (i32.const 1)))
      (local.set $list (i32.load offset=8 (local.get $list)))
      (br $again)))
    (local.get $length))

  (func $array (param $type i32) (param $length i32) (param $log2 i32) (param $fill i32) (param $sp i32) (result i32)
    (local $object i32) (local $size i32)
    (local.set $size (i32.and (i32.add (i32.shl (local.get $length) (local.get $log2)) (i32.const 15)) (i32.const -8)))
    (local.set $object (call $allocateSlow (local.get $size) (local.get $sp)))
    (i32.store (local.get $object) (local.get $type))
    (i32.store offset=4 (local.get $object) (local.get $length))
    (memory.fill (i32.add (local.get $object) (i32.const 8)) (local.get $fill) (i32.shl (local.get $length) (local.get $log2)))
    (local.get $object))
  (func (export "numbers") (param $length i32) (param $sp i32) (result i32)
    (call $array (global.get $numbers) (local.get $length) (i32.const 2) (i32.const 0) (local.get $sp)))
  (func (export "bytes") (param $length i32) (param $sp i32) (result i32)
    (call $array (global.get $bytes) (local.get $length) (i32.const 0) (i32.const 0) (local.get $sp)))
  (func $newReferences (export "references") (param $length i32) (param $sp i32) (result i32)
    (call $array (global.get $references) (local.get $length) (i32.const 2) (i32.const 0xfe) (local.get $sp)))

  ;; The write barrier, then the store.
  (func $write (export "write") (param $object i32) (param $offset i32) (param $value i32)
    (if (i32.and (i32.load (local.get $object)) (i32.const 4)) (then (call $log (local.get $object))))
    ;; Atomic: another agent that reads the reference must see what it refers to.
    (i32.atomic.store (i32.add (local.get $object) (local.get $offset)) (local.get $value)))

  (func $writeElement (export "writeElement") (param $array i32) (param $index i32) (param $value i32)
    (local $address i32)
    (local.set $address (i32.add (i32.add (local.get $array) (i32.const 8)) (i32.shl (local.get $index) (i32.const 2))))
    (if (i32.and (i32.load (local.get $array)) (i32.const 4)) (then
      (call $logElements (local.get $array) (local.get $address) (i32.const 4))))
    (i32.atomic.store (local.get $address) (local.get $value)))

  ;; Replaces trees in an array of references, 'rounds' times in turn: old objects that are written to, and garbage of every age.
  (func (export "replace") (param $array i32) (param $depth i32) (param $rounds i32) (param $sp i32) (result i32)
    (local $index i32) (local $length i32) (local $tree i32) (local $seen i32)
    (local.set $length (i32.load offset=4 (local.get $array)))
    (i32.store (local.get $sp) (local.get $array))
    (loop $again
      (local.set $tree (i32.load offset=8 (i32.add (local.get $array) (i32.shl (local.get $index) (i32.const 2)))))
      (local.set $seen (i32.add (local.get $seen) (call $count (local.get $tree))))
      (call $writeElement (local.get $array) (local.get $index)
        (call $build (local.get $depth) (i32.add (local.get $sp) (i32.const 4))))
      (local.set $index (i32.rem_u (i32.add (local.get $index) (i32.const 7)) (local.get $length)))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $seen))

  ;; Allocates nothing, and polls until the word at 'flag' is not zero.
  (func (export "spin") (param $flag i32) (param $sp i32)
    (loop $again
      (if (i32.atomic.load (i32.const 64)) (then (call $poll (local.get $sp))))
      (br_if $again (i32.eqz (i32.atomic.load (local.get $flag)))))))`;

/** The program's bytes. */
export function assembleProgram(): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(source);
  const { Features } = binaryen;
  module.setFeatures(
    Features.Atomics | Features.BulkMemory | Features.BulkMemoryOpt | Features.MutableGlobals | Features.SignExt,
  );
  if (!module.validate()) throw new Error("the test program is not valid");
  const bytes = new Uint8Array(module.emitBinary());
  module.dispose();
  return bytes;
}
