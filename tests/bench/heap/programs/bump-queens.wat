;; Queens by hand in a linear memory: see bump-trees.wat. Memory begins anew with each round.
(module
  (memory 4096)
  (global $top (mut i32) (i32.const 64))
  (func $pair (param $first i32) (param $second i32) (result i32)
    (local $pair i32)
    (local.set $pair (global.get $top))
    (global.set $top (i32.add (local.get $pair) (i32.const 16)))
    (i32.store (local.get $pair) (i32.const 1))
    (i32.store offset=4 (local.get $pair) (local.get $first))
    (i32.store offset=8 (local.get $pair) (local.get $second))
    (local.get $pair))
  (func $isSafe (param $column i32) (param $board i32) (result i32)
    (local $distance i32) (local $other i32)
    (local.set $distance (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $board)))
        (local.set $other (i32.load offset=4 (local.get $board)))
        (if (i32.or
              (i32.eq (local.get $other) (local.get $column))
              (i32.or
                (i32.eq (local.get $other) (i32.add (local.get $column) (local.get $distance)))
                (i32.eq (local.get $other) (i32.sub (local.get $column) (local.get $distance)))))
          (then (return (i32.const 0))))
        (local.set $distance (i32.add (local.get $distance) (i32.const 1)))
        (local.set $board (i32.load offset=8 (local.get $board)))
        (br $next)))
    (i32.const 1))
  (func $solve (param $rows i32) (param $size i32) (result i32)
    (local $smaller i32) (local $found i32) (local $column i32)
    (if (i32.eqz (local.get $rows)) (then (return (call $pair (i32.const 0) (i32.const 0)))))
    (local.set $smaller (call $solve (i32.sub (local.get $rows) (i32.const 1)) (local.get $size)))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $smaller)))
        (local.set $column (i32.const 0))
        (loop $place
          (if (call $isSafe (local.get $column) (i32.load offset=4 (local.get $smaller)))
            (then
              (local.set $found (call $pair
                (call $pair (local.get $column) (i32.load offset=4 (local.get $smaller)))
                (local.get $found)))))
          (br_if $place (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $size))))
        (local.set $smaller (i32.load offset=8 (local.get $smaller)))
        (br $next)))
    (local.get $found))
  (func (export "setup") (param $size i32) (result i32) (local.get $size))
  (func (export "run") (param $size i32) (param $rounds i32) (result i32)
    (local $count i32) (local $boards i32)
    (loop $round
      (global.set $top (i32.const 64))
      (local.set $boards (call $solve (local.get $size) (local.get $size)))
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $boards)))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $boards (i32.load offset=8 (local.get $boards)))
          (br $next)))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $count)))
