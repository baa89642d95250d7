;; Thread-local globals: of all types, on threads that are spawned one after the other and side by side.
(module $owner
  (global (export "i32") (thread_local mut i32) (i32.const 0))
  (global (export "f64") (thread_local mut f64) (f64.const 0))
  (global (export "any") (thread_local mut (ref null (shared any))) (ref.null (shared any)))
)
(register "owner" $owner)

(module
  (type $start (shared (func (param i32))))
  (type $test (shared (func (param i32) (result i32))))
  (type $set (shared (func (param i32))))
  (type $node (shared (struct (field $number i32))))
  (type $garbage (shared (array (mut i64))))
  (import "wasm:thread" "spawn_ref" (func $spawn (param (ref null $start) i32) (result i32)))
  (import "owner" "i32" (global $imported.i32 (thread_local mut i32)))
  (import "owner" "f64" (global $imported.f64 (thread_local mut f64)))
  (import "owner" "any" (global $imported.any (thread_local mut (ref null (shared any)))))
  (global $i32 (thread_local mut i32) (i32.const 0))
  (global $i64 (thread_local mut i64) (i64.const 0))
  (global $f32 (thread_local mut f32) (f32.const 0))
  (global $f64 (thread_local mut f64) (f64.const 0))
  (global $v128 (thread_local mut v128) (v128.const i64x2 0 0))
  (global $eq (thread_local mut (ref null (shared eq))) (ref.null (shared eq)))
  (global $node (thread_local mut (ref null $node)) (ref.null $node))
  (global $func (thread_local mut (ref null $test)) (ref.null $test))
  (global $extern (thread_local mut (ref null (shared extern))) (ref.null (shared extern)))
  (global $constant (export "constant") (thread_local i32) (i32.const 0))
  (elem declare func $thread $test.number)

  ;; Sets all of them to what stands for a number.
  (func $set (type $set) (param $n i32)
    (global.set $i32 (local.get $n))
    (global.set $i64 (i64.shl (i64.extend_i32_u (local.get $n)) (i64.const 33)))
    (global.set $f32 (f32.convert_i32_s (local.get $n)))
    (global.set $f64 (f64.convert_i32_s (local.get $n)))
    (global.set $v128 (i32x4.splat (local.get $n)))
    (global.set $eq (ref.i31_shared (local.get $n)))
    (global.set $node (struct.new $node (local.get $n)))
    (global.set $func (ref.func $test.number))
    (global.set $extern (extern.convert_any (struct.new $node (local.get $n))))
    (global.set $imported.i32 (local.get $n))
    (global.set $imported.f64 (f64.convert_i32_s (local.get $n)))
    (global.set $imported.any (struct.new $node (local.get $n))))
  ;; Whether none of them was set.
  (type $is_new (shared (func (result i32))))
  (func $is_new (export "is new") (type $is_new)
    (i32.and
      (i32.and
        (i32.and (i32.eqz (global.get $i32)) (i64.eqz (global.get $i64)))
        (i32.and (f32.eq (global.get $f32) (f32.const 0)) (f64.eq (global.get $f64) (f64.const 0))))
      (i32.and
        (i32.and (i32.eqz (v128.any_true (global.get $v128))) (ref.is_null (global.get $eq)))
        (i32.and
          (i32.and (ref.is_null (global.get $node)) (i32.and (ref.is_null (global.get $func)) (ref.is_null (global.get $extern))))
          (i32.and
            (i32.and (i32.eqz (global.get $imported.i32)) (f64.eq (global.get $imported.f64) (f64.const 0)))
            (ref.is_null (global.get $imported.any)))))))
  (func $test.number (type $test) (i32.eq (global.get $i32) (local.get 0)))
  ;; Whether all of them are what stands for the number.
  (func $test (export "is") (type $test) (param $n i32) (result i32)
    (i32.and
      (i32.and
        (i32.and
          (call_ref $test (local.get $n) (global.get $func))
          (i64.eq (global.get $i64) (i64.shl (i64.extend_i32_u (local.get $n)) (i64.const 33))))
        (i32.and
          (f32.eq (global.get $f32) (f32.convert_i32_s (local.get $n)))
          (f64.eq (global.get $f64) (f64.convert_i32_s (local.get $n)))))
      (i32.and
        (i32.and
          (i32x4.all_true (i32x4.eq (global.get $v128) (i32x4.splat (local.get $n))))
          (ref.eq (global.get $eq) (ref.i31_shared (local.get $n))))
        (i32.and
          (i32.and
            (i32.eq (struct.get $node $number (global.get $node)) (local.get $n))
            (i32.eq (struct.get $node $number (ref.cast (ref $node) (any.convert_extern (global.get $extern)))) (local.get $n)))
          (i32.and
            (i32.and
              (i32.eq (global.get $imported.i32) (local.get $n))
              (f64.eq (global.get $imported.f64) (f64.convert_i32_s (local.get $n))))
            (i32.eq (struct.get $node $number (ref.cast (ref $node) (global.get $imported.any))) (local.get $n)))))))
  (func (export "set") (param i32) (call $set (local.get 0)))

  ;; A thread sets them, makes garbage while others do the same, and looks. The Worker may have had a thread before,
  ;; which left what it set.
  (global $started (shared mut i32) (i32.const 0))
  (global $good (shared mut i32) (i32.const 0))
  (global $done (shared mut i32) (i32.const 0))
  (global $together (shared mut i32) (i32.const 0))
  (func $thread (type $start) (param $n i32) (local $times i32)
    (drop (global.atomic.rmw.add $started (i32.const 1)))
    (loop $wait pause (br_if $wait (i32.lt_u (global.atomic.get $started) (global.atomic.get $together))))
    (if (i32.or (call $is_new) (i32.ne (global.get $i32) (i32.const 1000)))
      (then
        (call $set (local.get $n))
        (loop $next
          (drop (array.new_default $garbage (i32.const 1000)))
          (br_if $next (i32.lt_u (local.tee $times (i32.add (local.get $times) (i32.const 1))) (i32.const 20))))
        (drop (global.atomic.rmw.add $good (call $test (local.get $n))))))
    (drop (global.atomic.rmw.add $done (i32.const 1))))
  ;; The number of threads of which each found what it had set.
  (func (export "threads") (param $count i32) (param $together i32) (result i32) (local $i i32)
    (global.atomic.set $started (i32.const 0))
    (global.atomic.set $good (i32.const 0))
    (global.atomic.set $done (i32.const 0))
    (global.atomic.set $together (local.get $together))
    (loop $spawning
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (drop (call $spawn (ref.func $thread) (local.get $i)))
      (br_if $spawning (i32.lt_u (local.get $i) (local.get $count))))
    (loop $wait pause (br_if $wait (i32.lt_u (global.atomic.get $done) (local.get $count))))
    (global.atomic.get $good))
)

(assert_return (get "constant") (i32.const 0))
(assert_return (invoke "is new") (i32.const 1))
(invoke "set" (i32.const 1000))
(assert_return (invoke "is" (i32.const 1000)) (i32.const 1))
;; Four at a time, then more than there are Workers, one after the other on each.
(assert_return (invoke "threads" (i32.const 4) (i32.const 4)) (i32.const 4))
(assert_return (invoke "threads" (i32.const 12) (i32.const 0)) (i32.const 12))
;; None of them saw or changed those of the script's agent.
(assert_return (invoke "is" (i32.const 1000)) (i32.const 1))
(assert_return (invoke "is new") (i32.const 0))

;; They start at zero or null, and are of types that all agents share.
(assert_invalid (module (global (thread_local i32) (i32.const 1))) "thread-local globals must be initialized to the default")
(assert_invalid (module (global (thread_local mut (ref (shared i31))) (ref.i31_shared (i32.const 0)))) "thread-local globals must have a defaultable type")
(assert_invalid (module (global (thread_local anyref) (ref.null any))) "thread-local globals must have a shared value type")
