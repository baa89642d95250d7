;; Arrays copied and filled: numbers and references, short and long pieces, pieces of one array onto itself.
(module
  (type $numbers (array (mut i32)))
  (type $item (struct (field $value i32)))
  (type $items (array (mut (ref null $item))))

  (func $numbersRound (param $a (ref $numbers)) (param $b (ref $numbers)) (param $round i32) (local $i i32) (local $piece i32)
    (array.copy $numbers $numbers (local.get $b) (i32.const 0) (local.get $a) (i32.const 0) (i32.const 4096))
    (array.copy $numbers $numbers (local.get $a) (i32.const 1) (local.get $b) (i32.const 0) (i32.const 4095))
    (array.fill $numbers (local.get $a) (i32.and (local.get $round) (i32.const 1023)) (local.get $round) (i32.const 64))
    (loop $next
      (local.set $piece (i32.and (i32.mul (local.get $i) (i32.const 37)) (i32.const 15)))
      (array.copy $numbers $numbers (local.get $a) (i32.add (local.get $i) (i32.const 3)) (local.get $a) (local.get $i) (local.get $piece))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 8))) (i32.const 4000)))))

  (func $itemsRound (param $a (ref $items)) (param $b (ref $items)) (param $round i32) (local $i i32)
    (array.set $items (local.get $a) (i32.and (local.get $round) (i32.const 1023)) (struct.new $item (local.get $round)))
    (array.copy $items $items (local.get $b) (i32.const 0) (local.get $a) (i32.const 0) (i32.const 1024))
    (array.copy $items $items (local.get $a) (i32.const 1) (local.get $b) (i32.const 0) (i32.const 1023))
    (loop $next
      (array.copy $items $items (local.get $a) (local.get $i) (local.get $b) (i32.add (local.get $i) (i32.const 5)) (i32.const 6))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 16))) (i32.const 1008)))))

  (func (export "run") (param $rounds i32) (result i32)
    (local $a (ref $numbers)) (local $b (ref $numbers)) (local $c (ref $items)) (local $d (ref $items)) (local $i i32) (local $sum i32)
    (local $item (ref null $item))
    (local.set $a (array.new_default $numbers (i32.const 4096)))
    (local.set $b (array.new $numbers (i32.const 5) (i32.const 4096)))
    (local.set $c (array.new_default $items (i32.const 1024)))
    (local.set $d (array.new_default $items (i32.const 1024)))
    (loop $fill
      (array.set $numbers (local.get $a) (local.get $i) (i32.mul (local.get $i) (local.get $i)))
      (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
    (loop $next
      (call $numbersRound (local.get $a) (local.get $b) (local.get $rounds))
      (call $itemsRound (local.get $c) (local.get $d) (local.get $rounds))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.set $i (i32.const 0))
    (loop $add
      (local.set $item (array.get $items (local.get $c) (i32.and (local.get $i) (i32.const 1023))))
      (if (i32.eqz (ref.is_null (local.get $item)))
        (then (local.set $sum (i32.add (local.get $sum) (struct.get $item $value (local.get $item))))))
      (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (array.get $numbers (local.get $a) (local.get $i))))
      (br_if $add (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 4096))))
    (local.get $sum)))
