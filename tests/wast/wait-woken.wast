;; Waits that another thread ends. Each is on a thread of its own; the script's agent notifies until it has woken one.
(module
  (type $start (shared (func (param i32))))
  (type $wait (shared (func (result i32))))
  (type $node (shared (struct)))
  (type $cell (shared (struct
    (field $i32 (mut i32)) (field $i64 (mut i64)) (field $eq (mut (ref null (shared eq)))) (field $node (mut (ref null $node))))))
  (type $words (shared (array (mut i32))))
  (type $longs (shared (array (mut i64))))
  (type $eqs (shared (array (mut (ref null (shared eq))))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (global $queue (shared (ref (shared waitqueue))) (waitqueue.new))
  (global $cell (shared (ref $cell)) (struct.new_default $cell))
  (global $words (shared (ref $words)) (array.new_default $words (i32.const 3)))
  (global $longs (shared (ref $longs)) (array.new_default $longs (i32.const 3)))
  (global $eqs (shared (ref $eqs)) (array.new_default $eqs (i32.const 3)))
  (global $i32 (shared mut i32) (i32.const 0))
  (global $i64 (shared mut i64) (i64.const 0))
  (global $eq (shared mut (ref null (shared eq))) (ref.null (shared eq)))
  (table $places shared 3 3 (ref null (shared eq)))
  (table $waits shared 11 11 (ref null $wait))
  (elem declare func $waiter $struct.i32 $struct.i64 $struct.eq $struct.node $array.i32 $array.i64 $array.eq $global.i32 $global.i64 $global.eq $table)

  (func $struct.i32 (type $wait) (struct.wait $cell $i32 (global.get $cell) (global.get $queue) (i32.const 0) (i64.const -1)))
  (func $struct.i64 (type $wait) (struct.wait $cell $i64 (global.get $cell) (global.get $queue) (i64.const 0) (i64.const -1)))
  (func $struct.eq (type $wait)
    (struct.wait $cell $eq (global.get $cell) (global.get $queue) (ref.null (shared eq)) (i64.const -1)))
  (func $struct.node (type $wait)
    (struct.wait $cell $node (global.get $cell) (global.get $queue) (ref.null (shared eq)) (i64.const -1)))
  (func $array.i32 (type $wait) (array.wait $words (global.get $words) (global.get $queue) (i32.const 2) (i32.const 0) (i64.const -1)))
  (func $array.i64 (type $wait) (array.wait $longs (global.get $longs) (global.get $queue) (i32.const 2) (i64.const 0) (i64.const -1)))
  (func $array.eq (type $wait)
    (array.wait $eqs (global.get $eqs) (global.get $queue) (i32.const 2) (ref.null (shared eq)) (i64.const -1)))
  (func $global.i32 (type $wait) (global.wait $i32 (global.get $queue) (i32.const 0) (i64.const -1)))
  (func $global.i64 (type $wait) (global.wait $i64 (global.get $queue) (i64.const 0) (i64.const -1)))
  (func $global.eq (type $wait) (global.wait $eq (global.get $queue) (ref.null (shared eq)) (i64.const -1)))
  (func $table (type $wait) (table.wait $places (global.get $queue) (i32.const 2) (ref.null (shared eq)) (i64.const -1)))
  (func (export "prepare")
    (table.set $waits (i32.const 0) (ref.func $struct.i32))
    (table.set $waits (i32.const 1) (ref.func $struct.i64))
    (table.set $waits (i32.const 2) (ref.func $struct.eq))
    (table.set $waits (i32.const 3) (ref.func $struct.node))
    (table.set $waits (i32.const 4) (ref.func $array.i32))
    (table.set $waits (i32.const 5) (ref.func $array.i64))
    (table.set $waits (i32.const 6) (ref.func $array.eq))
    (table.set $waits (i32.const 7) (ref.func $global.i32))
    (table.set $waits (i32.const 8) (ref.func $global.i64))
    (table.set $waits (i32.const 9) (ref.func $global.eq))
    (table.set $waits (i32.const 10) (ref.func $table)))

  ;; What the wait of the last thread returned, plus one; 0 before it did.
  (global $outcome (shared mut i32) (i32.const 0))
  (func $waiter (type $start)
    (global.atomic.set $outcome (i32.add (i32.const 1) (call_indirect $waits (type $wait) (local.get 0)))))
  (func (export "woken") (param $form i32) (result i32) (local $woken i32)
    (global.atomic.set $outcome (i32.const 0))
    (drop (call $spawn (ref.func $waiter) (local.get $form)))
    ;; A notification of nobody wakes nobody.
    (if (waitqueue.notify (global.get $queue) (i32.const 0)) (then (return (i32.const -1))))
    (loop $until_one
      pause
      (br_if $until_one (i32.eqz (local.tee $woken (waitqueue.notify (global.get $queue) (i32.const 7))))))
    (if (i32.ne (local.get $woken) (i32.const 1)) (then (return (i32.const -2))))
    (loop $until_told pause (br_if $until_told (i32.eqz (global.atomic.get $outcome))))
    (i32.sub (global.atomic.get $outcome) (i32.const 1)))
)

(invoke "prepare")
;; struct.i32
(assert_return (invoke "woken" (i32.const 0)) (i32.const 0))
;; struct.i64
(assert_return (invoke "woken" (i32.const 1)) (i32.const 0))
;; struct.eq
(assert_return (invoke "woken" (i32.const 2)) (i32.const 0))
;; struct.node
(assert_return (invoke "woken" (i32.const 3)) (i32.const 0))
;; array.i32
(assert_return (invoke "woken" (i32.const 4)) (i32.const 0))
;; array.i64
(assert_return (invoke "woken" (i32.const 5)) (i32.const 0))
;; array.eq
(assert_return (invoke "woken" (i32.const 6)) (i32.const 0))
;; global.i32
(assert_return (invoke "woken" (i32.const 7)) (i32.const 0))
;; global.i64
(assert_return (invoke "woken" (i32.const 8)) (i32.const 0))
;; global.eq
(assert_return (invoke "woken" (i32.const 9)) (i32.const 0))
;; table
(assert_return (invoke "woken" (i32.const 10)) (i32.const 0))

;; Waits that are not equal by the time a thread comes to them, or are woken, as it happens: nothing is missed.
(module
  (type $start (shared (func (param i32))))
  (type $lock (shared (struct (field $word (mut i32)) (field $count (mut i32)) (field $queue (ref (shared waitqueue))))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (type $on_lock (shared (func (param (ref $lock)))))
  (global $lock (shared (ref $lock)) (struct.new $lock (i32.const 0) (i32.const 0) (waitqueue.new)))
  (global $done (shared mut i32) (i32.const 0))
  (global $ended (shared (ref (shared waitqueue))) (waitqueue.new))
  (elem declare func $worker)
  ;; 0 is free, 1 held, 2 held with somebody waiting.
  (func $take (type $on_lock)
    (br_if 0 (i32.eqz (struct.atomic.rmw.cmpxchg acqrel acqrel $lock $word (local.get 0) (i32.const 0) (i32.const 1))))
    (block $taken
      (loop $again
        (br_if $taken (i32.eqz (struct.atomic.rmw.xchg acqrel acqrel $lock $word (local.get 0) (i32.const 2))))
        (drop (struct.wait $lock $word (local.get 0) (struct.get $lock $queue (local.get 0)) (i32.const 2) (i64.const -1)))
        (br $again))))
  (func $release (type $on_lock)
    (if (i32.eq (struct.atomic.rmw.xchg acqrel acqrel $lock $word (local.get 0) (i32.const 0)) (i32.const 2))
      (then (drop (waitqueue.notify (struct.get $lock $queue (local.get 0)) (i32.const 1))))))
  (func $worker (type $start) (param $times i32)
    (loop $next
      (call $take (global.get $lock))
      (struct.set $lock $count (global.get $lock) (i32.add (struct.get $lock $count (global.get $lock)) (i32.const 1)))
      (call $release (global.get $lock))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1)))))
    (drop (global.atomic.rmw.add $done (i32.const 1)))
    (drop (waitqueue.notify (global.get $ended) (i32.const -1))))
  (func (export "count") (param $threads i32) (param $times i32) (result i32) (local $i i32) (local $seen i32)
    (loop $spawning
      (drop (call $spawn (ref.func $worker) (local.get $times)))
      (br_if $spawning (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $threads))))
    (block $all
      (loop $waiting
        (br_if $all (i32.eq (local.tee $seen (global.atomic.get $done)) (local.get $threads)))
        (drop (global.wait $done (global.get $ended) (local.get $seen) (i64.const -1)))
        (br $waiting)))
    (struct.get $lock $count (global.get $lock)))
)

(assert_return (invoke "count" (i32.const 4) (i32.const 500)) (i32.const 2000))
