;; What agents do while others die, throw, wait and load modules: allocate and keep, count, wait on a queue, wake,
;; spawn, fail in three ways.
(module
  (type $node (shared (struct (field $next (ref null $node)) (field $value i32))))
  (type $cell (shared (struct (field $word (mut i32)) (field $list (mut (ref null $node))) (field $sum (mut i32)))))
  (type $work (shared (func (param i32) (result i32))))
  (type $wait (shared (func (param i64) (result i32))))
  (type $start (shared (func (param i32))))
  (type $act (shared (func)))
  (type $spawning (shared (func (param (ref null $start) i32) (result i32))))
  (import "wasm:thread" "spawn_ref" (func $spawn_ref (type $spawning)))
  (type $tag (shared (func (param i32))))
  (tag $thrown (export "thrown") (type $tag))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $cell (shared (ref $cell)) (struct.new $cell (i32.const 0) (ref.null $node) (i32.const 0)))
  (global $own (thread_local mut i32) (i32.const 0))
  (elem declare func $spawned)

  ;; Makes a list, publishes it, and adds up what is published, whoever made it: every list has 1 to n, or 0 where there
  ;; is none.
  (func $work (export "work") (type $work) (param $n i32) (result i32)
    (local $list (ref null $node)) (local $i i32) (local $sum i32)
    (global.set $own (i32.add (global.get $own) (i32.const 1)))
    (loop $make
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set $list (struct.new $node (local.get $list) (local.get $i)))
      (br_if $make (i32.lt_u (local.get $i) (local.get $n))))
    (local.set $list (struct.atomic.rmw.xchg $cell $list (global.get $cell) (local.get $list)))
    (drop (struct.atomic.rmw.add $cell $sum (global.get $cell) (i32.const 1)))
    (if (ref.is_null (local.get $list)) (then (return (i32.const 0))))
    (local.set $i (struct.get $node $value (local.get $list)))
    (block $end
      (loop $next
        (br_if $end (ref.is_null (local.get $list)))
        ;; Each node is one less than the node before it.
        (if (i32.ne (struct.get $node $value (local.get $list)) (i32.sub (local.get $i) (local.get $sum))) (then (unreachable)))
        (local.set $sum (i32.add (local.get $sum) (i32.const 1)))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $next)))
    (i32.sub (local.get $i) (local.get $sum)))
  ;; 0 woken, 2 timed out.
  (func (export "wait") (type $wait) (param $timeout i64) (result i32)
    (struct.wait $cell $word (global.get $cell) (global.get $queue) (i32.const 0) (local.get $timeout)))
  (func (export "notify") (type $work) (param $count i32) (result i32) (waitqueue.notify (global.get $queue) (local.get $count)))
  (func (export "trap") (type $act) (unreachable))
  (func (export "throw") (type $act) (throw $thrown (i32.const 7)))
  (func $deep (export "deep") (type $act) (call $deep) (call $deep))
  (func $spawned (type $start) (param $n i32) (drop (call $work (local.get $n))))
  (func (export "spawn") (type $work) (param $n i32) (result i32) (call $spawn_ref (ref.func $spawned) (local.get $n))))
