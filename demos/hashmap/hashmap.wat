;; A hash map that all threads fill and read at once, in shared structs and arrays, while each of them makes garbage as
;; fast as it can.
;;
;; Work item i grows a binary tree from a seed (2^(depth+1) - 1 objects, garbage at once unless kept), folds it to a
;; key, and counts the key in the map. One tree in sixty-four is kept as the latest of its key; whoever passes by folds
;; the tree that another thread left there and counts a failure unless it still gives that key. Nothing depends on which
;; thread does what: any number of threads ends with the same map.
;;
;; The map is lock-free: a bucket is a list of nodes that only grows at its head, by compare-and-exchange. A thread
;; which loses that race looks at the nodes that arrived since and tries again.
(module
  (type $bytes (shared (array (mut i8))))
  (type $tree (shared (struct
    (field $left (ref null $tree))
    (field $right (ref null $tree))
    (field $value i32))))
  (type $node (shared (struct
    (field $key i32)
    (field $label (ref $bytes))
    (field $next (ref null $node))
    (field $count (mut i32))
    (field $latest (mut (ref null $tree))))))
  (type $buckets (shared (array (mut (ref null $node)))))
  (type $state (shared (struct
    (field $buckets (ref $buckets))
    (field $items i32)            ;; number of work items
    (field $depth i32)            ;; depth of the trees
    (field $keys i32)             ;; number of keys, less one: a mask
    (field $taken (mut i32))      ;; items handed out so far
    (field $failures (mut i32)))))

  (type $setting (shared (func (param i32 i32 i32))))
  (type $growing (shared (func (param i32 i32) (result (ref $tree)))))
  (type $folding (shared (func (param (ref null $tree)) (result i32))))
  (type $labelling (shared (func (param i32) (result (ref $bytes)))))
  (type $finding (shared (func (param (ref $state) i32) (result (ref null $node)))))
  (type $adding (shared (func (param (ref $state) i32) (result (ref $node)))))
  (type $mixing (shared (func (param i32) (result i32))))
  (type $exchanging (shared (func (param (ref $buckets) i32 (ref null $node) (ref $node)) (result i32))))
  (type $keeping (shared (func (param (ref $state) (ref $node) (ref $tree)))))
  (type $working (shared (func (param i32) (result i64))))
  (type $asking (shared (func (result i32))))
  (type $summing (shared (func (result i64))))

  (global $state (shared mut (ref null $state)) (ref.null $state))

  ;; Starts anew: an empty map, no item taken. `keys` is a power of two.
  (func $setup (export "setup") (type $setting) (param $items i32) (param $depth i32) (param $keys i32)
    (global.atomic.set seqcst $state
      (struct.new $state
        (array.new_default $buckets (local.get $keys))
        (local.get $items)
        (local.get $depth)
        (i32.sub (local.get $keys) (i32.const 1))
        (i32.const 0)
        (i32.const 0))))

  (func $mix (type $mixing) (param $x i32) (result i32)
    (local.set $x (i32.mul (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 16))) (i32.const 0x7feb352d)))
    (local.set $x (i32.mul (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 15))) (i32.const 0x846ca68b)))
    (i32.xor (local.get $x) (i32.shr_u (local.get $x) (i32.const 16))))

  (func $grow (type $growing) (param $depth i32) (param $seed i32) (result (ref $tree))
    (if (result (ref $tree)) (local.get $depth)
      (then
        (struct.new $tree
          (call $grow (i32.sub (local.get $depth) (i32.const 1)) (i32.add (i32.mul (local.get $seed) (i32.const 69069)) (i32.const 1)))
          (call $grow (i32.sub (local.get $depth) (i32.const 1)) (i32.xor (local.get $seed) (local.get $depth)))
          (local.get $seed)))
      (else (struct.new $tree (ref.null $tree) (ref.null $tree) (local.get $seed)))))

  (func $fold (type $folding) (param $tree (ref null $tree)) (result i32)
    (if (result i32) (ref.is_null (struct.get $tree $left (local.get $tree)))
      (then (struct.get $tree $value (local.get $tree)))
      (else
        (i32.add
          (struct.get $tree $value (local.get $tree))
          (i32.sub
            (i32.mul (call $fold (struct.get $tree $left (local.get $tree))) (i32.const 31))
            (call $fold (struct.get $tree $right (local.get $tree))))))))

  ;; The key in hexadecimal, as bytes.
  (func $label (type $labelling) (param $key i32) (result (ref $bytes))
    (local $text (ref $bytes)) (local $at i32) (local $digit i32)
    (local.set $text (array.new_default $bytes (i32.const 8)))
    (local.set $at (i32.const 8))
    (loop $digits
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (local.set $digit (i32.and (local.get $key) (i32.const 15)))
      (array.set $bytes (local.get $text) (local.get $at)
        (i32.add (local.get $digit) (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $key (i32.shr_u (local.get $key) (i32.const 4)))
      (br_if $digits (local.get $at)))
    (local.get $text))

  (func $find (type $finding) (param $state (ref $state)) (param $key i32) (result (ref null $node))
    (local $node (ref null $node))
    (local.set $node
      (array.atomic.get seqcst $buckets (struct.get $state $buckets (local.get $state)) (i32.and (local.get $key) (struct.get $state $keys (local.get $state)))))
    (block $done
      (loop $search
        (br_if $done (ref.is_null (local.get $node)))
        (br_if $done (i32.eq (struct.get $node $key (local.get $node)) (local.get $key)))
        (local.set $node (struct.get $node $next (local.get $node)))
        (br $search)))
    (local.get $node))

  ;; Puts `new` in place of `old` at the head of a bucket; 0 when another thread was there first.
  (func $exchange (type $exchanging)
    (param $buckets (ref $buckets)) (param $index i32) (param $old (ref null $node)) (param $new (ref $node)) (result i32)
    (ref.eq
      (array.atomic.rmw.cmpxchg seqcst seqcst $buckets (local.get $buckets) (local.get $index) (local.get $old) (local.get $new))
      (local.get $old)))

  ;; The node of `key`, made now if there is none.
  (func $obtain (type $adding) (param $state (ref $state)) (param $key i32) (result (ref $node))
    (local $buckets (ref $buckets)) (local $index i32) (local $head (ref null $node)) (local $found (ref null $node)) (local $new (ref $node))
    (local.set $found (call $find (local.get $state) (local.get $key)))
    (if (i32.eqz (ref.is_null (local.get $found))) (then (return (ref.as_non_null (local.get $found)))))
    (local.set $buckets (struct.get $state $buckets (local.get $state)))
    (local.set $index (i32.and (local.get $key) (struct.get $state $keys (local.get $state))))
    (loop $retry (result (ref $node))
      (local.set $head (array.atomic.get seqcst $buckets (local.get $buckets) (local.get $index)))
      ;; looked at after the head was read: a node of this key that arrives later makes the exchange fail
      (local.set $found (call $find (local.get $state) (local.get $key)))
      (if (i32.eqz (ref.is_null (local.get $found))) (then (return (ref.as_non_null (local.get $found)))))
      (local.set $new
        (struct.new $node (local.get $key) (call $label (local.get $key)) (local.get $head) (i32.const 0) (ref.null $tree)))
      (br_if $retry (i32.eqz (call $exchange (local.get $buckets) (local.get $index) (local.get $head) (local.get $new))))
      (local.get $new)))

  ;; Checks the tree that another thread left at `node`, and leaves `tree` there.
  (func $keep (type $keeping) (param $state (ref $state)) (param $node (ref $node)) (param $tree (ref $tree))
    (local $other (ref null $tree))
    (local.set $other (struct.atomic.get seqcst $node $latest (local.get $node)))
    (if (i32.eqz (ref.is_null (local.get $other)))
      (then
        (if (i32.ne (call $keyOf (local.get $state) (local.get $other)) (struct.get $node $key (local.get $node)))
          (then (drop (struct.atomic.rmw.add seqcst seqcst $state $failures (local.get $state) (i32.const 1)))))))
    (struct.atomic.set seqcst $node $latest (local.get $node) (local.get $tree)))

  (type $keying (shared (func (param (ref $state) (ref null $tree)) (result i32))))
  (func $keyOf (type $keying) (param $state (ref $state)) (param $tree (ref null $tree)) (result i32)
    (i32.and (call $mix (call $fold (local.get $tree))) (struct.get $state $keys (local.get $state))))

  ;; Takes `chunk` items at a time until none is left; the result is the number of objects allocated here.
  (func $work (export "work") (type $working) (param $chunk i32) (result i64)
    (local $state (ref $state)) (local $item i32) (local $end i32) (local $tree (ref $tree)) (local $node (ref $node)) (local $perItem i64) (local $objects i64)
    (local.set $state (ref.as_non_null (global.atomic.get seqcst $state)))
    (local.set $perItem (i64.extend_i32_u (i32.sub (i32.shl (i32.const 2) (struct.get $state $depth (local.get $state))) (i32.const 1))))
    (block $done
      (loop $chunks
        (local.set $item (struct.atomic.rmw.add seqcst seqcst $state $taken (local.get $state) (local.get $chunk)))
        (br_if $done (i32.ge_u (local.get $item) (struct.get $state $items (local.get $state))))
        (local.set $end (i32.add (local.get $item) (local.get $chunk)))
        (if (i32.gt_u (local.get $end) (struct.get $state $items (local.get $state)))
          (then (local.set $end (struct.get $state $items (local.get $state)))))
        (loop $items
          (local.set $tree (call $grow (struct.get $state $depth (local.get $state)) (call $mix (local.get $item))))
          (local.set $node (call $obtain (local.get $state) (call $keyOf (local.get $state) (local.get $tree))))
          (drop (struct.atomic.rmw.add seqcst seqcst $node $count (local.get $node) (i32.const 1)))
          (if (i32.eqz (i32.and (local.get $item) (i32.const 63)))
            (then (call $keep (local.get $state) (local.get $node) (local.get $tree))))
          (local.set $objects (i64.add (local.get $objects) (local.get $perItem)))
          (br_if $items (i32.lt_u (local.tee $item (i32.add (local.get $item) (i32.const 1))) (local.get $end))))
        (br $chunks)))
    (local.get $objects))

  ;; Items handed out so far.
  (func $progress (export "progress") (type $asking) (result i32)
    (struct.atomic.get seqcst $state $taken (ref.as_non_null (global.atomic.get seqcst $state))))

  ;; Trees that did not give their key any more: must be 0.
  (func $failures (export "failures") (type $asking) (result i32)
    (struct.atomic.get seqcst $state $failures (ref.as_non_null (global.atomic.get seqcst $state))))

  ;; A sum over all nodes, the same in whatever order they were added.
  (func $checksum (export "checksum") (type $summing) (result i64)
    (local $state (ref $state)) (local $buckets (ref $buckets)) (local $index i32) (local $node (ref null $node)) (local $at i32) (local $hash i32) (local $sum i64)
    (local.set $state (ref.as_non_null (global.atomic.get seqcst $state)))
    (local.set $buckets (struct.get $state $buckets (local.get $state)))
    (local.set $index (array.len (local.get $buckets)))
    (loop $nextBucket
      (local.set $index (i32.sub (local.get $index) (i32.const 1)))
      (local.set $node (array.atomic.get seqcst $buckets (local.get $buckets) (local.get $index)))
      (block $empty
        (loop $nextNode
          (br_if $empty (ref.is_null (local.get $node)))
          (local.set $hash (struct.atomic.get seqcst $node $count (local.get $node)))
          (local.set $at (array.len (struct.get $node $label (local.get $node))))
          (loop $nextByte
            (local.set $at (i32.sub (local.get $at) (i32.const 1)))
            (local.set $hash
              (i32.add
                (i32.mul (local.get $hash) (i32.const 31))
                (array.get_u $bytes (struct.get $node $label (local.get $node)) (local.get $at))))
            (br_if $nextByte (local.get $at)))
          (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (call $mix (local.get $hash)))))
          (local.set $node (struct.get $node $next (local.get $node)))
          (br $nextNode)))
      (br_if $nextBucket (local.get $index)))
    (local.get $sum)))
