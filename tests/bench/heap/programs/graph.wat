;; Breadth-first search in a random graph: each node has the eight nodes that it leads to in an array. The queue is a
;; list, made anew each time.
(module
  (rec
    (type $nodes (shared (array (mut (ref null $node)))))
    (type $node (shared (struct (field $seen (mut i32)) (field $edges (mut (ref null $nodes)))))))
  (type $cell (shared (struct (field $node (ref null $node)) (field $next (mut (ref null $cell))))))
  (type $state (shared (struct (field $nodes (ref $nodes)) (field $turn (mut i32)))))
  (type $searching (shared (func (param (ref null $node) i32) (result i32))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  ;; The number of nodes that can be reached.
  (func $search (type $searching) (param $start (ref null $node)) (param $turn i32) (result i32)
    (local $head (ref null $cell)) (local $tail (ref null $cell)) (local $fresh (ref null $cell)) (local $edges (ref null $nodes)) (local $node (ref null $node))
    (local $i i32) (local $count i32)
    (struct.set $node $seen (local.get $start) (local.get $turn))
    (local.set $head (struct.new $cell (local.get $start) (ref.null $cell)))
    (local.set $tail (local.get $head))
    (loop $next
      (local.set $count (i32.add (local.get $count) (i32.const 1)))
      (local.set $edges (struct.get $node $edges (struct.get $cell $node (local.get $head))))
      (local.set $i (i32.const 0))
      (loop $edge
        (local.set $node (array.get $nodes (local.get $edges) (local.get $i)))
        (if (i32.ne (struct.get $node $seen (local.get $node)) (local.get $turn))
          (then
            (struct.set $node $seen (local.get $node) (local.get $turn))
            (local.set $fresh (struct.new $cell (local.get $node) (ref.null $cell)))
            (struct.set $cell $next (local.get $tail) (local.get $fresh))
            (local.set $tail (local.get $fresh))))
        (br_if $edge (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (array.len (local.get $edges)))))
      (local.set $head (struct.get $cell $next (local.get $head)))
      (br_if $next (i32.eqz (ref.is_null (local.get $head)))))
    (local.get $count))

  (func (export "setup") (type $starting) (param $size i32) (result (ref $state))
    (local $nodes (ref null $nodes)) (local $edges (ref null $nodes)) (local $i i32) (local $j i32) (local $seed i32)
    (local.set $nodes (array.new_default $nodes (local.get $size)))
    (loop $next
      (array.set $nodes (local.get $nodes) (local.get $i) (struct.new $node (i32.const 0) (ref.null $nodes)))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (local.set $seed (i32.const 1))
    (local.set $i (i32.const 0))
    (loop $next
      (local.set $edges (array.new_default $nodes (i32.const 8)))
      (local.set $j (i32.const 0))
      (loop $edge
        (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
        (array.set $nodes (local.get $edges) (local.get $j)
          (array.get $nodes (local.get $nodes) (i32.rem_u (i32.shr_u (local.get $seed) (i32.const 8)) (local.get $size))))
        (br_if $edge (i32.lt_u (local.tee $j (i32.add (local.get $j) (i32.const 1))) (i32.const 8))))
      (struct.set $node $edges (array.get $nodes (local.get $nodes) (local.get $i)) (local.get $edges))
      (br_if $next (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $size))))
    (struct.new $state (ref.as_non_null (local.get $nodes)) (i32.const 0)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $turn i32) (local $sum i32) (local $nodes (ref null $nodes))
    (local.set $nodes (struct.get $state $nodes (local.get $state)))
    (loop $next
      (local.set $turn (i32.add (struct.get $state $turn (local.get $state)) (i32.const 1)))
      (struct.set $state $turn (local.get $state) (local.get $turn))
      (local.set $sum (i32.add (local.get $sum)
        (call $search (array.get $nodes (local.get $nodes) (i32.rem_u (local.get $turn) (array.len (local.get $nodes)))) (local.get $turn))))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $sum)))
