;; A counter in a shared struct, for threads that all add to it.
(module
  (type $counter (shared (struct (field $value (mut i32)))))
  (type $making (shared (func (result (ref $counter)))))
  (type $adding (shared (func (param (ref $counter) i32))))
  (type $reading (shared (func (param (ref $counter)) (result i32))))

  (func (export "make") (type $making) (result (ref $counter))
    (struct.new $counter (i32.const 0)))

  (func (export "add") (type $adding) (param $counter (ref $counter)) (param $times i32)
    (loop $next
      (drop (struct.atomic.rmw.add seqcst seqcst $counter $value (local.get $counter) (i32.const 1)))
      (br_if $next (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))

  (func (export "read") (type $reading) (param $counter (ref $counter)) (result i32)
    (struct.atomic.get seqcst $counter $value (local.get $counter))))
