/**
 * Programs that split into parts: each exports `work(part, parts)`, a shared function that does its part of the whole
 * and returns a sum, so that the sums of all parts are the same however many parts there are.
 */
import { mutex } from "./mutex.ts";

export interface ThreadedWorkload {
  readonly name: string;
  readonly text: string;
}

const workType = "(type $work (shared (func (param i32 i32) (result i32))))";

/** Complete trees of depth 12, one after the other: allocation, and what dies young. */
const trees = `(module ${workType}
  (type $tree (shared (struct (field $left (ref null $tree)) (field $right (ref null $tree)))))
  (type $build (shared (func (param i32) (result (ref null $tree)))))
  (type $count (shared (func (param (ref null $tree)) (result i32))))
  (func $build (type $build)
    (if (result (ref null $tree)) (local.get 0)
      (then
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (struct.new $tree (call $build (local.get 0)) (call $build (local.get 0))))
      (else (ref.null $tree))))
  (func $count (type $count)
    (if (result i32) (ref.is_null (local.get 0))
      (then (i32.const 0))
      (else
        (i32.add (i32.const 1) (i32.add
          (call $count (struct.get $tree $left (local.get 0)))
          (call $count (struct.get $tree $right (local.get 0))))))))
  (func (export "work") (type $work) (param $part i32) (param $parts i32) (result i32) (local $sum i32)
    (loop $next
      (local.set $sum (i32.add (local.get $sum) (call $count (call $build (i32.const 12)))))
      (br_if $next (i32.lt_s (local.tee $part (i32.add (local.get $part) (local.get $parts))) (i32.const 2400))))
    (local.get $sum)))`;

/** Queens on a board of 12 by 12, with persistent lists; a part has every so many of the pairs of first rows. */
const queens = `(module ${workType}
  (type $list (shared (struct (field $row i32) (field $next (ref null $list)))))
  (type $safe (shared (func (param i32 (ref null $list)) (result i32))))
  (type $place (shared (func (param i32 (ref null $list)) (result i32))))
  (func $safe (type $safe) (local $distance i32) (local $row i32)
    (loop $next
      (if (ref.is_null (local.get 1)) (then (return (i32.const 1))))
      (local.set $distance (i32.add (local.get $distance) (i32.const 1)))
      (local.set $row (struct.get $list $row (local.get 1)))
      (if (i32.or (i32.eq (local.get $row) (local.get 0)) (i32.or
            (i32.eq (local.get $row) (i32.add (local.get 0) (local.get $distance)))
            (i32.eq (local.get $row) (i32.sub (local.get 0) (local.get $distance)))))
        (then (return (i32.const 0))))
      (local.set 1 (struct.get $list $next (local.get 1)))
      (br $next))
    (unreachable))
  (func $place (type $place) (local $row i32) (local $sum i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (loop $next
      (if (call $safe (local.get $row) (local.get 1))
        (then (local.set $sum (i32.add (local.get $sum)
          (call $place (i32.sub (local.get 0) (i32.const 1)) (struct.new $list (local.get $row) (local.get 1)))))))
      (br_if $next (i32.lt_s (local.tee $row (i32.add (local.get $row) (i32.const 1))) (i32.const 12))))
    (local.get $sum))
  (func (export "work") (type $work) (param $part i32) (param $parts i32) (result i32) (local $sum i32) (local $first (ref null $list))
    (loop $next
      (local.set $first (struct.new $list (i32.rem_u (local.get $part) (i32.const 12)) (ref.null $list)))
      (if (call $safe (i32.div_u (local.get $part) (i32.const 12)) (local.get $first))
        (then (local.set $sum (i32.add (local.get $sum)
          (call $place (i32.const 10) (struct.new $list (i32.div_u (local.get $part) (i32.const 12)) (local.get $first)))))))
      (br_if $next (i32.lt_s (local.tee $part (i32.add (local.get $part) (local.get $parts))) (i32.const 144))))
    (local.get $sum)))`;

/** Counting 262,144 keys in a table of 65,536 chains, each with a lock of its own. */
const counting = `(module ${workType} ${mutex}
  (type $entry (shared (struct (field $key i32) (field $count (mut i32)) (field $next (ref null $entry)))))
  (type $chain (shared (struct (field $mutex (ref $mutex)) (field $first (mut (ref null $entry))))))
  (type $table (shared (array (mut (ref null $chain)))))
  (type $make (shared (func (result (ref $table)))))
  (type $add (shared (func (param (ref $chain) i32))))
  (global $table (shared (ref $table)) (array.new_default $table (i32.const 65536)))
  (func $fill (local $at i32)
    (loop $next
      (array.set $table (global.get $table) (local.get $at)
        (struct.new $chain (struct.new $mutex (i32.const 0) (waitqueue.new)) (ref.null $entry)))
      (br_if $next (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 65536)))))
  (start $fill)
  (func $add (type $add) (param $chain (ref $chain)) (param $key i32) (local $entry (ref null $entry))
    (local.set $entry (struct.get $chain $first (local.get $chain)))
    (block $found
      (loop $next
        (if (ref.is_null (local.get $entry)) (then
          (local.set $entry (struct.new $entry (local.get $key) (i32.const 0) (struct.get $chain $first (local.get $chain))))
          (struct.set $chain $first (local.get $chain) (local.get $entry))
          (br $found)))
        (br_if $found (i32.eq (struct.get $entry $key (local.get $entry)) (local.get $key)))
        (local.set $entry (struct.get $entry $next (local.get $entry)))
        (br $next)))
    (struct.set $entry $count (local.get $entry) (i32.add (struct.get $entry $count (local.get $entry)) (i32.const 1))))
  (func (export "work") (type $work) (param $part i32) (param $parts i32) (result i32) (local $key i32) (local $chain (ref null $chain)) (local $sum i32)
    (loop $next
      (local.set $key (i32.shr_u (i32.mul (local.get $part) (i32.const 0x9e3779b1)) (i32.const 14)))
      (local.set $chain (array.get $table (global.get $table) (i32.and (local.get $key) (i32.const 65535))))
      (call $lock (struct.get $chain $mutex (local.get $chain)))
      (call $add (ref.as_non_null (local.get $chain)) (local.get $key))
      (call $unlock (struct.get $chain $mutex (local.get $chain)))
      (local.set $sum (i32.add (local.get $sum) (local.get $key)))
      (br_if $next (i32.lt_u (local.tee $part (i32.add (local.get $part) (local.get $parts))) (i32.const 3000000))))
    (local.get $sum)))`;

/**
 * Merge sort of slices of a shared array of 320,000 references, which are made anew each time: reading objects, and
 * barriers.
 */
const sort = `(module ${workType}
  (type $item (shared (struct (field $key i32))))
  (type $items (shared (array (mut (ref null $item)))))
  (type $merge (shared (func (param (ref $items) (ref $items) i32 i32 i32))))
  (type $key (shared (func (param (ref $items) i32) (result i32))))
  (global $items (shared (ref $items)) (array.new_default $items (i32.const 320000)))
  (func $key (type $key) (struct.get $item $key (array.get $items (local.get 0) (local.get 1))))
  (func $merge (type $merge) (param $from (ref $items)) (param $to (ref $items)) (param $at i32) (param $middle i32) (param $end i32)
    (local $left i32) (local $right i32)
    (local.set $left (local.get $at))
    (local.set $right (local.get $middle))
    (loop $next
      (if (i32.ge_s (local.get $at) (local.get $end)) (then (return)))
      (if (if (result i32) (i32.ge_s (local.get $left) (local.get $middle))
            (then (i32.const 1))
            (else (if (result i32) (i32.ge_s (local.get $right) (local.get $end))
              (then (i32.const 0))
              (else (i32.lt_u (call $key (local.get $from) (local.get $right)) (call $key (local.get $from) (local.get $left)))))))
        (then
          (array.set $items (local.get $to) (local.get $at) (array.get $items (local.get $from) (local.get $right)))
          (local.set $right (i32.add (local.get $right) (i32.const 1))))
        (else
          (array.set $items (local.get $to) (local.get $at) (array.get $items (local.get $from) (local.get $left)))
          (local.set $left (i32.add (local.get $left) (i32.const 1)))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br $next)))
  (func (export "work") (type $work) (param $part i32) (param $parts i32) (result i32)
    (local $size i32) (local $from (ref $items)) (local $to (ref $items)) (local $swap (ref $items))
    (local $at i32) (local $run i32) (local $key i32) (local $sum i32)
    (local.set $size (i32.div_u (i32.const 320000) (local.get $parts)))
    (local.set $from (array.new_default $items (local.get $size)))
    (local.set $to (array.new_default $items (local.get $size)))
    (loop $fill
      (local.set $key (i32.mul (i32.add (local.get $at) (i32.mul (local.get $part) (local.get $size))) (i32.const 0x9e3779b1)))
      (array.set $items (local.get $from) (local.get $at) (struct.new $item (local.get $key)))
      (local.set $sum (i32.add (local.get $sum) (local.get $key)))
      (br_if $fill (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $size))))
    (local.set $run (i32.const 1))
    (loop $pass
      (local.set $at (i32.const 0))
      (loop $merges
        (call $merge (local.get $from) (local.get $to) (local.get $at)
          (call $least (i32.add (local.get $at) (local.get $run)) (local.get $size))
          (call $least (i32.add (local.get $at) (i32.shl (local.get $run) (i32.const 1))) (local.get $size)))
        (br_if $merges (i32.lt_s (local.tee $at (i32.add (local.get $at) (i32.shl (local.get $run) (i32.const 1)))) (local.get $size))))
      (local.set $swap (local.get $from))
      (local.set $from (local.get $to))
      (local.set $to (local.get $swap))
      (br_if $pass (i32.lt_s (local.tee $run (i32.shl (local.get $run) (i32.const 1))) (local.get $size))))
    (array.copy $items $items (global.get $items) (i32.mul (local.get $part) (local.get $size))
      (local.get $from) (i32.const 0) (local.get $size))
    (local.get $sum))
  (type $least (shared (func (param i32 i32) (result i32))))
  (func $least (type $least) (select (local.get 0) (local.get 1) (i32.lt_s (local.get 0) (local.get 1)))))`;

/** The Mandelbrot set into a shared array, row by row: numbers, and no allocation. */
const mandelbrot = `(module ${workType}
  (type $points (shared (array (mut i32))))
  (type $steps (shared (func (param f64 f64) (result i32))))
  (global $points (shared (ref $points)) (array.new_default $points (i32.const 360000)))
  (func $steps (type $steps) (local $x f64) (local $y f64) (local $xx f64) (local $yy f64) (local $count i32)
    (loop $next
      (local.set $y (f64.add (f64.mul (f64.const 2) (f64.mul (local.get $x) (local.get $y))) (local.get 1)))
      (local.set $x (f64.add (f64.sub (local.get $xx) (local.get $yy)) (local.get 0)))
      (local.set $xx (f64.mul (local.get $x) (local.get $x)))
      (local.set $yy (f64.mul (local.get $y) (local.get $y)))
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $next (i32.and (i32.lt_s (local.get $count) (i32.const 400)) (f64.lt (f64.add (local.get $xx) (local.get $yy)) (f64.const 4)))))
    (local.get $count))
  (func (export "work") (type $work) (param $part i32) (param $parts i32) (result i32) (local $column i32) (local $steps i32) (local $sum i32)
    (loop $row
      (local.set $column (i32.const 0))
      (loop $next
        (local.set $steps (call $steps
          (f64.sub (f64.div (f64.convert_i32_s (local.get $column)) (f64.const 200)) (f64.const 2))
          (f64.sub (f64.div (f64.convert_i32_s (local.get $part)) (f64.const 300)) (f64.const 1))))
        (array.set $points (global.get $points)
          (i32.add (i32.mul (local.get $part) (i32.const 600)) (local.get $column)) (local.get $steps))
        (local.set $sum (i32.add (local.get $sum) (local.get $steps)))
        (br_if $next (i32.lt_s (local.tee $column (i32.add (local.get $column) (i32.const 1))) (i32.const 600))))
      (br_if $row (i32.lt_s (local.tee $part (i32.add (local.get $part) (local.get $parts))) (i32.const 600))))
    (local.get $sum)))`;

export const workloads: readonly ThreadedWorkload[] = [
  { name: "binary trees", text: trees },
  { name: "queens on persistent lists", text: queens },
  { name: "sort of references", text: sort },
  { name: "mandelbrot", text: mandelbrot },
  { name: "counting with locks", text: counting },
];
