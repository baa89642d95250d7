;; Merge sort of an array of references to records. Each round gives all records new keys; nothing but the records of
;; the first round is allocated.
(module
  (type $record (shared (struct (field $key (mut i32)) (field $rank (mut i32)))))
  (type $records (shared (array (mut (ref null $record)))))
  (type $state (shared (struct (field $records (ref $records)) (field $other (ref $records)) (field $seed (mut i32)))))
  (type $merging (shared (func (param (ref null $records) (ref null $records) i32 i32 i32))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  ;; Merges [start, middle) and [middle, end) of `from` into `to`.
  (func $merge (type $merging) (param $from (ref null $records)) (param $to (ref null $records)) (param $start i32) (param $middle i32) (param $end i32)
    (local $i i32) (local $j i32) (local $k i32) (local $a (ref null $record)) (local $b (ref null $record))
    (local.set $i (local.get $start))
    (local.set $j (local.get $middle))
    (local.set $k (local.get $start))
    (block $done
      (loop $next
        (br_if $done (i32.or (i32.eq (local.get $i) (local.get $middle)) (i32.eq (local.get $j) (local.get $end))))
        (local.set $a (array.get $records (local.get $from) (local.get $i)))
        (local.set $b (array.get $records (local.get $from) (local.get $j)))
        (if (i32.le_u (struct.get $record $key (local.get $a)) (struct.get $record $key (local.get $b)))
          (then
            (array.set $records (local.get $to) (local.get $k) (local.get $a))
            (local.set $i (i32.add (local.get $i) (i32.const 1))))
          (else
            (array.set $records (local.get $to) (local.get $k) (local.get $b))
            (local.set $j (i32.add (local.get $j) (i32.const 1)))))
        (local.set $k (i32.add (local.get $k) (i32.const 1)))
        (br $next)))
    (array.copy $records $records (local.get $to) (local.get $k) (local.get $from) (local.get $i) (i32.sub (local.get $middle) (local.get $i)))
    (local.set $k (i32.add (local.get $k) (i32.sub (local.get $middle) (local.get $i))))
    (array.copy $records $records (local.get $to) (local.get $k) (local.get $from) (local.get $j) (i32.sub (local.get $end) (local.get $j))))

  (func (export "setup") (type $starting) (param $size i32) (result (ref $state))
    (local $records (ref null $records)) (local $i i32)
    (local.set $records (array.new_default $records (local.get $size)))
    (loop $next
      (array.set $records (local.get $records) (local.get $i) (struct.new $record (i32.const 0) (i32.const 0)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (struct.new $state (ref.as_non_null (local.get $records)) (array.new_default $records (local.get $size)) (i32.const 1)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $from (ref null $records)) (local $to (ref null $records)) (local $swap (ref null $records))
    (local $size i32) (local $width i32) (local $start i32) (local $middle i32) (local $end i32) (local $seed i32) (local $i i32) (local $sum i32)
    (local.set $from (struct.get $state $records (local.get $state)))
    (local.set $to (struct.get $state $other (local.get $state)))
    (local.set $size (array.len (local.get $from)))
    (loop $round
      (local.set $seed (struct.get $state $seed (local.get $state)))
      (local.set $i (i32.const 0))
      (loop $next
        (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
        (struct.set $record $key (array.get $records (local.get $from) (local.get $i)) (i32.shr_u (local.get $seed) (i32.const 4)))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
      (struct.set $state $seed (local.get $state) (local.get $seed))
      (local.set $width (i32.const 1))
      (loop $wider
        (local.set $start (i32.const 0))
        (loop $next
          (local.set $middle (i32.add (local.get $start) (local.get $width)))
          (if (i32.gt_u (local.get $middle) (local.get $size)) (then (local.set $middle (local.get $size))))
          (local.set $end (i32.add (local.get $middle) (local.get $width)))
          (if (i32.gt_u (local.get $end) (local.get $size)) (then (local.set $end (local.get $size))))
          (call $merge (local.get $from) (local.get $to) (local.get $start) (local.get $middle) (local.get $end))
          (br_if $next (i32.lt_u (local.tee $start (local.get $end)) (local.get $size))))
        (local.set $swap (local.get $from))
        (local.set $from (local.get $to))
        (local.set $to (local.get $swap))
        (br_if $wider (i32.lt_u (local.tee $width (i32.shl (local.get $width) (i32.const 1))) (local.get $size))))
      ;; The records' ranks, so that the order is part of the sum.
      (local.set $i (i32.const 0))
      (loop $next
        (struct.set $record $rank (array.get $records (local.get $from) (local.get $i)) (local.get $i))
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31)) (struct.get $record $key (array.get $records (local.get $from) (local.get $i)))))
        (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1000))) (local.get $size))))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum)))
