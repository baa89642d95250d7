;; The sieve of Eratosthenes on an array of bytes.
(module
  (type $flags (array (mut i8)))
  (func (export "run") (param $limit i32) (result i32) (local $flags (ref $flags)) (local $i i32) (local $j i32) (local $primes i32)
    (local.set $flags (array.new $flags (i32.const 1) (local.get $limit)))
    (local.set $i (i32.const 2))
    (loop $next
      (if (array.get_u $flags (local.get $flags) (local.get $i))
        (then
          (local.set $primes (i32.add (local.get $primes) (i32.const 1)))
          (local.set $j (i32.shl (local.get $i) (i32.const 1)))
          (block $done
            (loop $strike
              (br_if $done (i32.ge_u (local.get $j) (local.get $limit)))
              (array.set $flags (local.get $flags) (local.get $j) (i32.const 0))
              (local.set $j (i32.add (local.get $j) (local.get $i)))
              (br $strike)))))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $limit))))
    (local.get $primes)))
