;; Allocates far more than fits in the heap, and keeps a window of it: only a collector gets to the end.
(module
  (type $item (shared (struct (field $number i32) (field $before (mut (ref null $item))))))
  (type $window (shared (array (mut (ref null $item)))))
  (type $churning (shared (func (param i32 i32) (result i64))))

  ;; Makes `count` objects; each refers to the one that it drives out of a window of `size`. The result is the sum of
  ;; what is in the window.
  (func (export "churn") (type $churning) (param $count i32) (param $size i32) (result i64)
    (local $window (ref $window)) (local $number i32) (local $slot i32) (local $old (ref null $item)) (local $sum i64)
    (local.set $window (array.new_default $window (local.get $size)))
    (loop $next
      (local.set $slot (i32.rem_u (local.get $number) (local.get $size)))
      (local.set $old (array.get $window (local.get $window) (local.get $slot)))
      ;; a chain of two, so that what leaves the window lives for one more turn of it
      (if (i32.eqz (ref.is_null (local.get $old)))
        (then (struct.set $item $before (local.get $old) (ref.null $item))))
      (array.set $window (local.get $window) (local.get $slot) (struct.new $item (local.get $number) (local.get $old)))
      (br_if $next (i32.lt_u (local.tee $number (i32.add (local.get $number) (i32.const 1))) (local.get $count))))
    (local.set $slot (local.get $size))
    (loop $nextSlot
      (local.set $slot (i32.sub (local.get $slot) (i32.const 1)))
      (local.set $old (array.get $window (local.get $window) (local.get $slot)))
      (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $item $number (local.get $old)))))
      (local.set $sum
        (i64.add (local.get $sum) (i64.extend_i32_u (struct.get $item $number (struct.get $item $before (local.get $old))))))
      (br_if $nextSlot (local.get $slot)))
    (local.get $sum)))
