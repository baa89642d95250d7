;; Binary trees: grown, counted and dropped. Nearly all of the time is allocation.
(module
  (type $tree (shared (struct (field $left (ref null $tree)) (field $right (ref null $tree)))))
  (type $state (shared (struct (field $depth i32))))
  (type $growing (shared (func (param i32) (result (ref $tree)))))
  (type $counting (shared (func (param (ref null $tree)) (result i32))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  (func $grow (type $growing) (param $depth i32) (result (ref $tree))
    (if (result (ref $tree)) (local.get $depth)
      (then
        (struct.new $tree
          (call $grow (i32.sub (local.get $depth) (i32.const 1)))
          (call $grow (i32.sub (local.get $depth) (i32.const 1)))))
      (else (struct.new $tree (ref.null $tree) (ref.null $tree)))))
  (func $count (type $counting) (param $tree (ref null $tree)) (result i32)
    (if (result i32) (ref.is_null (struct.get $tree $left (local.get $tree)))
      (then (i32.const 1))
      (else
        (i32.add
          (i32.const 1)
          (i32.add
            (call $count (struct.get $tree $left (local.get $tree)))
            (call $count (struct.get $tree $right (local.get $tree))))))))

  (func (export "setup") (type $starting) (param $depth i32) (result (ref $state))
    (struct.new $state (local.get $depth)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $objects i32)
    (loop $next
      (local.set $objects (i32.add (local.get $objects) (call $count (call $grow (struct.get $state $depth (local.get $state))))))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $objects)))
