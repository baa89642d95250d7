;; Lists of a thousand nodes: `size` nodes live at any time. In each round four lists are made and dropped at once, and
;; one takes the place of a list that has lived since long ago.
(module
  (type $node (shared (struct (field $value i32) (field $next (ref null $node)))))
  (type $lists (shared (array (mut (ref null $node)))))
  (type $state (shared (struct (field $lists (ref $lists)) (field $turn (mut i32)))))
  (type $making (shared (func (param i32 i32) (result (ref null $node)))))
  (type $summing (shared (func (param (ref null $node)) (result i32))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  (func $make (type $making) (param $length i32) (param $value i32) (result (ref null $node))
    (local $list (ref null $node))
    (loop $next
      (local.set $list (struct.new $node (i32.add (local.get $value) (local.get $length)) (local.get $list)))
      (br_if $next (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
    (local.get $list))
  (func $sum (type $summing) (param $list (ref null $node)) (result i32)
    (local $sum i32)
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $list)))
        (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
        (local.set $list (struct.get $node $next (local.get $list)))
        (br $next)))
    (local.get $sum))

  (func (export "setup") (type $starting) (param $size i32) (result (ref $state))
    (local $lists (ref null $lists)) (local $i i32)
    (local.set $lists (array.new_default $lists (i32.div_u (local.get $size) (i32.const 1000))))
    (loop $next
      (array.set $lists (local.get $lists) (local.get $i) (call $make (i32.const 1000) (local.get $i)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $lists)))))
    (struct.new $state (ref.as_non_null (local.get $lists)) (i32.const 0)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $lists (ref null $lists)) (local $sum i32) (local $turn i32) (local $i i32)
    (local.set $lists (struct.get $state $lists (local.get $state)))
    (loop $next
      (local.set $turn (struct.get $state $turn (local.get $state)))
      (struct.set $state $turn (local.get $state) (i32.add (local.get $turn) (i32.const 1)))
      (local.set $i (i32.const 4))
      (loop $brief
        (local.set $sum (i32.add (local.get $sum) (call $sum (call $make (i32.const 1000) (local.get $turn)))))
        (br_if $brief (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (local.set $i (i32.rem_u (i32.mul (local.get $turn) (i32.const 7)) (array.len (local.get $lists))))
      (local.set $sum (i32.add (local.get $sum) (call $sum (array.get $lists (local.get $lists) (local.get $i)))))
      (array.set $lists (local.get $lists) (local.get $i) (call $make (i32.const 1000) (local.get $turn)))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum)))
