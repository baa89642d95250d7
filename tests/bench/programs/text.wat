;; Text: decimal numbers appended to a buffer of UTF-16 units that grows by doubling, cut into words, joined and hashed.
(module
  (type $units (array (mut i16)))
  (type $buffer (struct (field $units (mut (ref $units))) (field $length (mut i32))))
  (type $words (array (mut (ref null $units))))

  (func $room (param $buffer (ref $buffer)) (param $more i32) (local $old (ref $units)) (local $new (ref $units))
    (local.set $old (struct.get $buffer $units (local.get $buffer)))
    (if (i32.le_u (i32.add (struct.get $buffer $length (local.get $buffer)) (local.get $more)) (array.len (local.get $old)))
      (then (return)))
    (local.set $new (array.new_default $units (i32.add (i32.mul (array.len (local.get $old)) (i32.const 2)) (local.get $more))))
    (array.copy $units $units (local.get $new) (i32.const 0) (local.get $old) (i32.const 0)
      (struct.get $buffer $length (local.get $buffer)))
    (struct.set $buffer $units (local.get $buffer) (local.get $new)))

  (func $unit (param $buffer (ref $buffer)) (param $unit i32) (local $length i32)
    (call $room (local.get $buffer) (i32.const 1))
    (local.set $length (struct.get $buffer $length (local.get $buffer)))
    (array.set $units (struct.get $buffer $units (local.get $buffer)) (local.get $length) (local.get $unit))
    (struct.set $buffer $length (local.get $buffer) (i32.add (local.get $length) (i32.const 1))))

  (func $append (param $buffer (ref $buffer)) (param $text (ref $units)) (local $length i32)
    (local.set $length (struct.get $buffer $length (local.get $buffer)))
    (call $room (local.get $buffer) (array.len (local.get $text)))
    (array.copy $units $units (struct.get $buffer $units (local.get $buffer)) (local.get $length)
      (local.get $text) (i32.const 0) (array.len (local.get $text)))
    (struct.set $buffer $length (local.get $buffer) (i32.add (local.get $length) (array.len (local.get $text)))))

  ;; The decimal digits of a number as a text of its own.
  (func $digits (param $number i32) (result (ref $units)) (local $count i32) (local $rest i32) (local $text (ref $units))
    (local.set $rest (local.get $number))
    (loop $more
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (br_if $more (local.tee $rest (i32.div_u (local.get $rest) (i32.const 10)))))
    (local.set $text (array.new_default $units (local.get $count)))
    (loop $next
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (array.set $units (local.get $text) (local.get $count)
        (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (local.set $number (i32.div_u (local.get $number) (i32.const 10)))
      (br_if $next (local.get $count)))
    (local.get $text))

  (func $slice (param $text (ref $units)) (param $start i32) (param $end i32) (result (ref $units)) (local $slice (ref $units))
    (local.set $slice (array.new_default $units (i32.sub (local.get $end) (local.get $start))))
    (array.copy $units $units (local.get $slice) (i32.const 0) (local.get $text) (local.get $start)
      (i32.sub (local.get $end) (local.get $start)))
    (local.get $slice))

  (func $hash (param $text (ref $units)) (param $length i32) (result i32) (local $i i32) (local $hash i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $length)))
        (local.set $hash (i32.add (i32.mul (local.get $hash) (i32.const 31)) (array.get_u $units (local.get $text) (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (local.get $hash))

  (func (export "run") (param $numbers i32) (result i32)
    (local $buffer (ref $buffer)) (local $i i32) (local $start i32) (local $words (ref $words)) (local $count i32) (local $text (ref $units))
    (local $hash i32)
    (local.set $buffer (struct.new $buffer (array.new_default $units (i32.const 16)) (i32.const 0)))
    (loop $next
      (call $append (local.get $buffer) (call $digits (i32.mul (local.get $i) (i32.const 7919))))
      (call $unit (local.get $buffer) (i32.const 44))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $numbers))))
    (local.set $hash (call $hash (struct.get $buffer $units (local.get $buffer)) (struct.get $buffer $length (local.get $buffer))))
    (local.set $words (array.new_default $words (local.get $numbers)))
    (local.set $text (struct.get $buffer $units (local.get $buffer)))
    (local.set $i (i32.const 0))
    (loop $cut
      (if (i32.eq (array.get_u $units (local.get $text) (local.get $i)) (i32.const 44))
        (then
          (array.set $words (local.get $words) (local.get $count) (call $slice (local.get $text) (local.get $start) (local.get $i)))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $start (i32.add (local.get $i) (i32.const 1)))))
      (br_if $cut (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (struct.get $buffer $length (local.get $buffer)))))
    (struct.set $buffer $length (local.get $buffer) (i32.const 0))
    (loop $join
      (local.set $count (i32.sub (local.get $count) (i32.const 1)))
      (call $append (local.get $buffer) (ref.as_non_null (array.get $words (local.get $words) (local.get $count))))
      (br_if $join (local.get $count)))
    (i32.xor (local.get $hash)
      (call $hash (struct.get $buffer $units (local.get $buffer)) (struct.get $buffer $length (local.get $buffer))))))
