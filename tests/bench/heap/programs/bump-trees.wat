;; Binary trees by hand in a linear memory: the limit of what allocation can do. Nothing is ever collected; each tree
;; begins where the last began.
(module
  (memory 4096)
  (global $top (mut i32) (i32.const 64))
  (func $grow (param $depth i32) (result i32)
    (local $left i32) (local $right i32) (local $tree i32)
    (if (local.get $depth)
      (then
        (local.set $left (call $grow (i32.sub (local.get $depth) (i32.const 1))))
        (local.set $right (call $grow (i32.sub (local.get $depth) (i32.const 1))))))
    (local.set $tree (global.get $top))
    (global.set $top (i32.add (local.get $tree) (i32.const 16)))
    (i32.store (local.get $tree) (i32.const 1))
    (i32.store offset=4 (local.get $tree) (local.get $left))
    (i32.store offset=8 (local.get $tree) (local.get $right))
    (local.get $tree))
  (func $count (param $tree i32) (result i32)
    (if (result i32) (i32.load offset=4 (local.get $tree))
      (then
        (i32.add (i32.const 1)
          (i32.add (call $count (i32.load offset=4 (local.get $tree))) (call $count (i32.load offset=8 (local.get $tree))))))
      (else (i32.const 1))))
  (func (export "setup") (param $depth i32) (result i32) (local.get $depth))
  (func (export "run") (param $depth i32) (param $rounds i32) (result i32)
    (local $objects i32)
    (loop $next
      (global.set $top (i32.const 64))
      (local.set $objects (i32.add (local.get $objects) (call $count (call $grow (local.get $depth)))))
      (br_if $next (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (local.get $objects)))
