;; A hash map with strings as keys. Every operation makes its key anew, out of a number; half of the keys are new to the
;; map at first, and entries are removed again.
(module
  (type $string (shared (array (mut i8))))
  (type $entry (shared (struct
    (field $key (ref $string)) (field $hash i32) (field $value (mut i32)) (field $next (mut (ref null $entry))))))
  (type $buckets (shared (array (mut (ref null $entry)))))
  (type $state (shared (struct (field $buckets (ref $buckets)) (field $keys i32) (field $seed (mut i32)))))
  (type $naming (shared (func (param i32) (result (ref $string)))))
  (type $hashing (shared (func (param (ref null $string)) (result i32))))
  (type $comparing (shared (func (param (ref null $string) (ref null $string)) (result i32))))
  (type $finding (shared (func (param (ref null $entry) (ref null $string) i32) (result (ref null $entry)))))
  (type $removing (shared (func (param (ref null $buckets) i32 (ref null $string) i32))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  ;; "key " and the number in decimal digits.
  (func $name (type $naming) (param $number i32) (result (ref $string))
    (local $digits i32) (local $rest i32) (local $string (ref null $string)) (local $i i32)
    (local.set $rest (local.get $number))
    (loop $more
      (local.set $digits (i32.add (local.get $digits) (i32.const 1)))
      (br_if $more (local.tee $rest (i32.div_u (local.get $rest) (i32.const 10)))))
    (local.set $i (i32.add (local.get $digits) (i32.const 4)))
    (local.set $string (array.new_default $string (local.get $i)))
    (array.set $string (local.get $string) (i32.const 0) (i32.const 107))
    (array.set $string (local.get $string) (i32.const 1) (i32.const 101))
    (array.set $string (local.get $string) (i32.const 2) (i32.const 121))
    (array.set $string (local.get $string) (i32.const 3) (i32.const 32))
    (loop $more
      (local.set $i (i32.sub (local.get $i) (i32.const 1)))
      (array.set $string (local.get $string) (local.get $i) (i32.add (i32.const 48) (i32.rem_u (local.get $number) (i32.const 10))))
      (br_if $more (local.tee $number (i32.div_u (local.get $number) (i32.const 10)))))
    (ref.as_non_null (local.get $string)))
  ;; FNV-1a
  (func $hash (type $hashing) (param $string (ref null $string)) (result i32)
    (local $hash i32) (local $i i32) (local $length i32)
    (local.set $hash (i32.const 0x811c9dc5))
    (local.set $length (array.len (local.get $string)))
    (loop $more
      (local.set $hash (i32.mul (i32.xor (local.get $hash) (array.get_u $string (local.get $string) (local.get $i))) (i32.const 0x01000193)))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
    (local.get $hash))
  (func $equal (type $comparing) (param $a (ref null $string)) (param $b (ref null $string)) (result i32)
    (local $i i32) (local $length i32)
    (local.set $length (array.len (local.get $a)))
    (if (i32.ne (local.get $length) (array.len (local.get $b))) (then (return (i32.const 0))))
    (loop $more
      (if (i32.ne (array.get_u $string (local.get $a) (local.get $i)) (array.get_u $string (local.get $b) (local.get $i)))
        (then (return (i32.const 0))))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $length))))
    (i32.const 1))
  (func $find (type $finding) (param $entry (ref null $entry)) (param $key (ref null $string)) (param $hash i32) (result (ref null $entry))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $entry)))
        (if (i32.eq (struct.get $entry $hash (local.get $entry)) (local.get $hash))
          (then (br_if $done (call $equal (struct.get $entry $key (local.get $entry)) (local.get $key)))))
        (local.set $entry (struct.get $entry $next (local.get $entry)))
        (br $next)))
    (local.get $entry))
  (func $remove (type $removing) (param $buckets (ref null $buckets)) (param $bucket i32) (param $key (ref null $string)) (param $hash i32)
    (local $entry (ref null $entry)) (local $before (ref null $entry)) (local $found (ref null $entry))
    (local.set $entry (array.get $buckets (local.get $buckets) (local.get $bucket)))
    (local.set $found (call $find (local.get $entry) (local.get $key) (local.get $hash)))
    (if (ref.is_null (local.get $found)) (then (return)))
    (if (ref.eq (local.get $entry) (local.get $found))
      (then
        (array.set $buckets (local.get $buckets) (local.get $bucket) (struct.get $entry $next (local.get $found)))
        (return)))
    (loop $next
      (local.set $before (local.get $entry))
      (local.set $entry (struct.get $entry $next (local.get $entry)))
      (br_if $next (i32.eqz (ref.eq (local.get $entry) (local.get $found)))))
    (struct.set $entry $next (local.get $before) (struct.get $entry $next (local.get $found))))

  (func (export "setup") (type $starting) (param $keys i32) (result (ref $state))
    (struct.new $state (array.new_default $buckets (local.get $keys)) (local.get $keys) (i32.const 1)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $sum i32) (local $seed i32) (local $number i32) (local $key (ref null $string)) (local $hash i32) (local $bucket i32)
    (local $buckets (ref null $buckets)) (local $entry (ref null $entry))
    (local.set $buckets (struct.get $state $buckets (local.get $state)))
    (local.set $seed (struct.get $state $seed (local.get $state)))
    (loop $next
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $number (i32.rem_u (i32.shr_u (local.get $seed) (i32.const 8)) (struct.get $state $keys (local.get $state))))
      (local.set $key (call $name (local.get $number)))
      (local.set $hash (call $hash (local.get $key)))
      (local.set $bucket (i32.rem_u (local.get $hash) (array.len (local.get $buckets))))
      (if (i32.and (local.get $seed) (i32.const 0x70000000))
        (then
          (local.set $entry (call $find (array.get $buckets (local.get $buckets) (local.get $bucket)) (local.get $key) (local.get $hash)))
          (if (ref.is_null (local.get $entry))
            (then
              (array.set $buckets (local.get $buckets) (local.get $bucket)
                (struct.new $entry (ref.as_non_null (local.get $key)) (local.get $hash) (i32.const 1)
                  (array.get $buckets (local.get $buckets) (local.get $bucket)))))
            (else
              (struct.set $entry $value (local.get $entry) (i32.add (struct.get $entry $value (local.get $entry)) (i32.const 1)))
              (local.set $sum (i32.add (local.get $sum) (struct.get $entry $value (local.get $entry)))))))
        (else (call $remove (local.get $buckets) (local.get $bucket) (local.get $key) (local.get $hash))))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (struct.set $state $seed (local.get $state) (local.get $seed))
    (local.get $sum)))
