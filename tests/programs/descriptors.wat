;; Threads exchange objects through one window. Only the objects' headers lead to their descriptors, and each descriptor
;; knows what its objects must hold: a descriptor that was collected, or confused with another one, is found.
(module
  (rec
    (type $object (shared (descriptor $class) (struct (field $value i32) (field $below (ref null $object)))))
    (type $class (shared (describes $object) (struct (field $seed i32)))))
  (type $window (shared (array (mut (ref null $object)))))
  (type $making (shared (func (param i32) (result (ref $window)))))
  (type $exchanging (shared (func (param (ref $window) i32 i32) (result i32))))

  (func (export "make") (type $making) (param $size i32) (result (ref $window))
    (array.new_default $window (local.get $size)))

  ;; Puts `count` objects, with numbers from `seed` on, into the window, and looks at as many. The result is the number
  ;; of wrong ones.
  (func (export "exchange") (type $exchanging) (param $window (ref $window)) (param $count i32) (param $seed i32) (result i32)
    (local $class (ref null (exact $class))) (local $found (ref null $object)) (local $wrong i32)
    (loop $next
      ;; a new class for every eight objects
      (if (i32.eqz (i32.and (local.get $count) (i32.const 7)))
        (then (local.set $class (ref.null (shared none)))))
      (if (ref.is_null (local.get $class))
        (then (local.set $class (struct.new $class (local.get $seed)))))
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1664525)) (i32.const 1013904223)))
      (local.set $found
        (array.atomic.get $window
          (local.get $window)
          (i32.rem_u (i32.shr_u (local.get $seed) (i32.const 4)) (array.len (local.get $window)))))
      (array.atomic.set $window
        (local.get $window)
        (i32.rem_u (i32.shr_u (local.get $seed) (i32.const 8)) (array.len (local.get $window)))
        (struct.new_desc $object
          (i32.xor (struct.get $class $seed (local.get $class)) (i32.const 0x5a5a5a5a))
          ;; a chain of two: what another thread made may go on living below
          (if (result (ref null $object)) (ref.is_null (local.get $found))
            (then (ref.null (shared none)))
            (else
              (struct.new_desc $object
                (struct.get $object $value (local.get $found))
                (ref.null (shared none))
                (ref.cast (ref (exact $class)) (ref.get_desc $object (local.get $found))))))
          (local.get $class)))
      (if (i32.eqz (ref.is_null (local.get $found)))
        (then
          (local.set $wrong (i32.add (local.get $wrong) (call $isWrong (local.get $found))))
          (if (i32.eqz (ref.is_null (struct.get $object $below (local.get $found))))
            (then (local.set $wrong (i32.add (local.get $wrong) (call $isWrong (struct.get $object $below (local.get $found)))))))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (local.get $wrong))

  (type $checking (shared (func (param (ref null $object)) (result i32))))
  (func $isWrong (type $checking) (param $object (ref null $object)) (result i32)
    (i32.ne
      (i32.xor (struct.get $object $value (local.get $object)) (i32.const 0x5a5a5a5a))
      (struct.get $class $seed (ref.get_desc $object (local.get $object))))))
