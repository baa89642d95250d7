;; Matrices of floats as arrays of rows: products of two of them.
(module
  (type $row (array (mut f64)))
  (type $matrix (array (mut (ref null $row))))

  (func $make (param $size i32) (param $seed f64) (result (ref $matrix)) (local $matrix (ref $matrix)) (local $row (ref $row)) (local $i i32)
    (local $j i32)
    (local.set $matrix (array.new_default $matrix (local.get $size)))
    (loop $rows
      (local.set $row (array.new_default $row (local.get $size)))
      (local.set $j (i32.const 0))
      (loop $columns
        (array.set $row (local.get $row) (local.get $j)
          (f64.add (local.get $seed)
            (f64.convert_i32_s (i32.rem_u (i32.add (i32.mul (local.get $i) (i32.const 7)) (i32.mul (local.get $j) (i32.const 3))) (i32.const 13)))))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $size))))
      (array.set $matrix (local.get $matrix) (local.get $i) (local.get $row))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (local.get $matrix))

  (func $multiply (param $a (ref $matrix)) (param $b (ref $matrix)) (param $size i32) (result (ref $matrix))
    (local $c (ref $matrix)) (local $row (ref $row)) (local $target (ref $row)) (local $i i32) (local $j i32) (local $k i32) (local $sum f64)
    (local.set $c (array.new_default $matrix (local.get $size)))
    (loop $rows
      (local.set $row (ref.as_non_null (array.get $matrix (local.get $a) (local.get $i))))
      (local.set $target (array.new_default $row (local.get $size)))
      (local.set $j (i32.const 0))
      (loop $columns
        (local.set $sum (f64.const 0))
        (local.set $k (i32.const 0))
        (loop $inner
          (local.set $sum (f64.add (local.get $sum)
            (f64.mul
              (array.get $row (local.get $row) (local.get $k))
              (array.get $row (array.get $matrix (local.get $b) (local.get $k)) (local.get $j)))))
          (br_if $inner (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 1))) (local.get $size))))
        (array.set $row (local.get $target) (local.get $j) (local.get $sum))
        (br_if $columns (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (local.get $size))))
      (array.set $matrix (local.get $c) (local.get $i) (local.get $target))
      (br_if $rows (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (local.get $c))

  (func (export "run") (param $size i32) (result i32) (local $c (ref $matrix)) (local $i i32) (local $trace f64)
    (local.set $c (call $multiply (call $make (local.get $size) (f64.const 0.5)) (call $make (local.get $size) (f64.const 0.25)) (local.get $size)))
    (loop $diagonal
      (local.set $trace (f64.add (local.get $trace)
        (array.get $row (array.get $matrix (local.get $c) (local.get $i)) (local.get $i))))
      (br_if $diagonal (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (i32.trunc_sat_f64_s (local.get $trace))))
