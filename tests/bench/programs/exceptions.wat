;; Exceptions: calls that mostly return and sometimes throw a number and an object, some frames below the handler, with
;; cleanups between.
(module
  (type $reason (struct (field $code i32)))
  (tag $failure (param i32 (ref $reason)))
  (tag $other)
  (global $cleanups (mut i32) (i32.const 0))

  (func $work (param $n i32) (result i32)
    (if (i32.eqz (i32.and (local.get $n) (i32.const 15)))
      (then (throw $failure (local.get $n) (struct.new $reason (i32.and (local.get $n) (i32.const 255))))))
    (if (i32.eq (i32.and (local.get $n) (i32.const 63)) (i32.const 33)) (then (throw $other)))
    (i32.mul (local.get $n) (i32.const 3)))

  (func $guarded (param $depth i32) (param $n i32) (result i32)
    (if (local.get $depth) (then (return (i32.add (i32.const 1) (call $guarded (i32.sub (local.get $depth) (i32.const 1)) (local.get $n))))))
    (block $cleanup (result exnref)
      (try_table (catch_all_ref $cleanup) (return (call $work (local.get $n))))
      (unreachable))
    (global.set $cleanups (i32.add (global.get $cleanups) (i32.const 1)))
    (throw_ref))

  (func (export "run") (param $count i32) (result i32) (local $i i32) (local $sum i32) (local $reason (ref $reason))
    (global.set $cleanups (i32.const 0))
    (loop $next
      (block $done
        (block $isOther
          (block $isFailure (result i32 (ref $reason))
            (try_table (catch $failure $isFailure) (catch $other $isOther)
              (local.set $sum (i32.add (local.get $sum) (call $guarded (i32.and (local.get $i) (i32.const 7)) (local.get $i))))
              (br $done))
            (unreachable))
          (local.set $reason)
          (local.set $sum (i32.xor (local.get $sum)))
          (local.set $sum (i32.add (local.get $sum) (struct.get $reason $code (local.get $reason))))
          (br $done))
        (local.set $sum (i32.add (local.get $sum) (i32.const 7))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $count))))
    (i32.add (local.get $sum) (global.get $cleanups))))
