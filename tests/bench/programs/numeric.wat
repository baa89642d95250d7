;; Loops over numbers, without objects: lengths of Collatz sequences, and points of the Mandelbrot set.
(module
  (func $collatz (param $limit i32) (result i32) (local $start i32) (local $longest i32) (local $length i32) (local $n i64)
    (loop $next
      (local.set $start (i32.add (local.get $start) (i32.const 1)))
      (local.set $n (i64.extend_i32_u (local.get $start)))
      (local.set $length (i32.const 0))
      (block $done
        (loop $step
          (br_if $done (i64.eq (local.get $n) (i64.const 1)))
          (local.set $n (if (result i64) (i64.eqz (i64.and (local.get $n) (i64.const 1)))
            (then (i64.shr_u (local.get $n) (i64.const 1)))
            (else (i64.add (i64.mul (local.get $n) (i64.const 3)) (i64.const 1)))))
          (local.set $length (i32.add (local.get $length) (i32.const 1)))
          (br $step)))
      (if (i32.gt_u (local.get $length) (local.get $longest)) (then (local.set $longest (local.get $length))))
      (br_if $next (i32.lt_u (local.get $start) (local.get $limit))))
    (local.get $longest))

  (func $mandelbrot (param $side i32) (result i32) (local $x i32) (local $y i32) (local $inside i32) (local $count i32)
    (local $cr f64) (local $ci f64) (local $zr f64) (local $zi f64) (local $r2 f64) (local $i2 f64)
    (loop $row
      (local.set $x (i32.const 0))
      (local.set $ci (f64.sub (f64.div (f64.mul (f64.convert_i32_s (local.get $y)) (f64.const 2)) (f64.convert_i32_s (local.get $side))) (f64.const 1)))
      (loop $point
        (local.set $cr (f64.sub (f64.div (f64.mul (f64.convert_i32_s (local.get $x)) (f64.const 2)) (f64.convert_i32_s (local.get $side))) (f64.const 1.5)))
        (local.set $zr (f64.const 0))
        (local.set $zi (f64.const 0))
        (local.set $count (i32.const 50))
        (block $outside
          (loop $iterate
            (local.set $r2 (f64.mul (local.get $zr) (local.get $zr)))
            (local.set $i2 (f64.mul (local.get $zi) (local.get $zi)))
            (br_if $outside (f64.gt (f64.add (local.get $r2) (local.get $i2)) (f64.const 4)))
            (local.set $zi (f64.add (f64.mul (f64.add (local.get $zr) (local.get $zr)) (local.get $zi)) (local.get $ci)))
            (local.set $zr (f64.add (f64.sub (local.get $r2) (local.get $i2)) (local.get $cr)))
            (br_if $iterate (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
          (local.set $inside (i32.add (local.get $inside) (i32.const 1))))
        (br_if $point (i32.lt_u (local.tee $x (i32.add (local.get $x) (i32.const 1))) (local.get $side))))
      (br_if $row (i32.lt_u (local.tee $y (i32.add (local.get $y) (i32.const 1))) (local.get $side))))
    (local.get $inside))

  (func (export "run") (param $size i32) (result i32)
    (i32.add (call $collatz (i32.mul (local.get $size) (i32.const 100))) (call $mandelbrot (local.get $size)))))
