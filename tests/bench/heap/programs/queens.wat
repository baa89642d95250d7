;; All ways to place `size` queens, boards being persistent lists: a board shares its tail with the boards that it was
;; made from, and the boards of all solutions of a size are made before they are counted.
(module
  (type $board (shared (struct (field $column i32) (field $rest (ref null $board)))))
  (type $boards (shared (struct (field $board (ref null $board)) (field $next (ref null $boards)))))
  (type $state (shared (struct (field $size i32))))
  (type $safe (shared (func (param i32 (ref null $board)) (result i32))))
  (type $solving (shared (func (param i32 i32) (result (ref null $boards)))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  (func $isSafe (type $safe) (param $column i32) (param $board (ref null $board)) (result i32)
    (local $distance i32) (local $other i32)
    (local.set $distance (i32.const 1))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $board)))
        (local.set $other (struct.get $board $column (local.get $board)))
        (if (i32.or
              (i32.eq (local.get $other) (local.get $column))
              (i32.or
                (i32.eq (local.get $other) (i32.add (local.get $column) (local.get $distance)))
                (i32.eq (local.get $other) (i32.sub (local.get $column) (local.get $distance)))))
          (then (return (i32.const 0))))
        (local.set $distance (i32.add (local.get $distance) (i32.const 1)))
        (local.set $board (struct.get $board $rest (local.get $board)))
        (br $next)))
    (i32.const 1))
  ;; All boards with `rows` queens.
  (func $solve (type $solving) (param $rows i32) (param $size i32) (result (ref null $boards))
    (local $smaller (ref null $boards)) (local $found (ref null $boards)) (local $column i32)
    (if (i32.eqz (local.get $rows)) (then (return (struct.new $boards (ref.null $board) (ref.null $boards)))))
    (local.set $smaller (call $solve (i32.sub (local.get $rows) (i32.const 1)) (local.get $size)))
    (block $done
      (loop $next
        (br_if $done (ref.is_null (local.get $smaller)))
        (local.set $column (i32.const 0))
        (loop $place
          (if (call $isSafe (local.get $column) (struct.get $boards $board (local.get $smaller)))
            (then
              (local.set $found (struct.new $boards
                (struct.new $board (local.get $column) (struct.get $boards $board (local.get $smaller)))
                (local.get $found)))))
          (br_if $place (i32.lt_u (local.tee $column (i32.add (local.get $column) (i32.const 1))) (local.get $size))))
        (local.set $smaller (struct.get $boards $next (local.get $smaller)))
        (br $next)))
    (local.get $found))

  (func (export "setup") (type $starting) (param $size i32) (result (ref $state))
    (struct.new $state (local.get $size)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $count i32) (local $boards (ref null $boards))
    (loop $round
      (local.set $boards (call $solve (struct.get $state $size (local.get $state)) (struct.get $state $size (local.get $state))))
      (block $done
        (loop $next
          (br_if $done (ref.is_null (local.get $boards)))
          (local.set $count (i32.add (local.get $count) (i32.const 1)))
          (local.set $boards (struct.get $boards $next (local.get $boards)))
          (br $next)))
      (br_if $round (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $count)))
