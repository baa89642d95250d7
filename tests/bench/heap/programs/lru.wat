;; A cache of `size` entries, the least recently used of which makes room: a hash table over a doubly linked list. Every
;; miss allocates an entry and drops one that has become old.
(module
  (type $entry (shared (struct
    (field $key i32) (field $value (mut i32))
    (field $before (mut (ref null $entry))) (field $after (mut (ref null $entry))) (field $next (mut (ref null $entry))))))
  (type $buckets (shared (array (mut (ref null $entry)))))
  ;; The list is a ring through `ring`: the entry behind it was used last, the one before it is the next to go.
  (type $state (shared (struct
    (field $buckets (ref $buckets)) (field $ring (ref $entry)) (field $size i32) (field $count (mut i32)) (field $seed (mut i32)))))
  (type $linking (shared (func (param (ref null $state) (ref null $entry)))))
  (type $unlinking (shared (func (param (ref null $entry)))))
  (type $forgetting (shared (func (param (ref null $state)))))
  (type $starting (shared (func (param i32) (result (ref $state)))))
  (type $running (shared (func (param (ref null $state) i32) (result i32))))

  (func $link (type $linking) (param $state (ref null $state)) (param $entry (ref null $entry))
    (local $ring (ref null $entry)) (local $first (ref null $entry))
    (local.set $ring (struct.get $state $ring (local.get $state)))
    (local.set $first (struct.get $entry $after (local.get $ring)))
    (struct.set $entry $before (local.get $entry) (local.get $ring))
    (struct.set $entry $after (local.get $entry) (local.get $first))
    (struct.set $entry $before (local.get $first) (local.get $entry))
    (struct.set $entry $after (local.get $ring) (local.get $entry)))
  (func $unlink (type $unlinking) (param $entry (ref null $entry))
    (struct.set $entry $after (struct.get $entry $before (local.get $entry)) (struct.get $entry $after (local.get $entry)))
    (struct.set $entry $before (struct.get $entry $after (local.get $entry)) (struct.get $entry $before (local.get $entry))))
  ;; Takes out the entry that was used least recently.
  (func $forget (type $forgetting) (param $state (ref null $state))
    (local $last (ref null $entry)) (local $at (ref null $entry)) (local $bucket i32) (local $buckets (ref null $buckets))
    (local.set $buckets (struct.get $state $buckets (local.get $state)))
    (local.set $last (struct.get $entry $before (struct.get $state $ring (local.get $state))))
    (call $unlink (local.get $last))
    (local.set $bucket (i32.rem_u (struct.get $entry $key (local.get $last)) (array.len (local.get $buckets))))
    (local.set $at (array.get $buckets (local.get $buckets) (local.get $bucket)))
    (if (ref.eq (local.get $at) (local.get $last))
      (then
        (array.set $buckets (local.get $buckets) (local.get $bucket) (struct.get $entry $next (local.get $last)))
        (return)))
    (block $found
      (loop $next
        (br_if $found (ref.eq (struct.get $entry $next (local.get $at)) (local.get $last)))
        (local.set $at (struct.get $entry $next (local.get $at)))
        (br $next)))
    (struct.set $entry $next (local.get $at) (struct.get $entry $next (local.get $last))))

  (func (export "setup") (type $starting) (param $size i32) (result (ref $state))
    (local $ring (ref null $entry))
    (local.set $ring (struct.new $entry (i32.const -1) (i32.const 0) (ref.null $entry) (ref.null $entry) (ref.null $entry)))
    (struct.set $entry $before (local.get $ring) (local.get $ring))
    (struct.set $entry $after (local.get $ring) (local.get $ring))
    (struct.new $state (array.new_default $buckets (local.get $size)) (ref.as_non_null (local.get $ring)) (local.get $size) (i32.const 0) (i32.const 1)))
  (func (export "run") (type $running) (param $state (ref null $state)) (param $rounds i32) (result i32)
    (local $seed i32) (local $key i32) (local $bucket i32) (local $entry (ref null $entry)) (local $hits i32) (local $buckets (ref null $buckets))
    (local.set $buckets (struct.get $state $buckets (local.get $state)))
    (local.set $seed (struct.get $state $seed (local.get $state)))
    (loop $again
      (local.set $seed (i32.add (i32.mul (local.get $seed) (i32.const 1103515245)) (i32.const 12345)))
      (local.set $key (i32.rem_u (i32.shr_u (local.get $seed) (i32.const 8)) (i32.mul (struct.get $state $size (local.get $state)) (i32.const 2))))
      (local.set $bucket (i32.rem_u (local.get $key) (array.len (local.get $buckets))))
      (local.set $entry (array.get $buckets (local.get $buckets) (local.get $bucket)))
      (block $looked
        (loop $next
          (br_if $looked (ref.is_null (local.get $entry)))
          (br_if $looked (i32.eq (struct.get $entry $key (local.get $entry)) (local.get $key)))
          (local.set $entry (struct.get $entry $next (local.get $entry)))
          (br $next)))
      (if (ref.is_null (local.get $entry))
        (then
          (if (i32.eq (struct.get $state $count (local.get $state)) (struct.get $state $size (local.get $state)))
            (then (call $forget (local.get $state)))
            (else (struct.set $state $count (local.get $state) (i32.add (struct.get $state $count (local.get $state)) (i32.const 1)))))
          (local.set $entry (struct.new $entry (local.get $key) (i32.const 0) (ref.null $entry) (ref.null $entry)
            (array.get $buckets (local.get $buckets) (local.get $bucket))))
          (array.set $buckets (local.get $buckets) (local.get $bucket) (local.get $entry)))
        (else
          (local.set $hits (i32.add (local.get $hits) (i32.const 1)))
          (struct.set $entry $value (local.get $entry) (i32.add (struct.get $entry $value (local.get $entry)) (i32.const 1)))
          (call $unlink (local.get $entry))))
      (call $link (local.get $state) (local.get $entry))
      (br_if $again (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))))
    (struct.set $state $seed (local.get $state) (local.get $seed))
    (local.get $hits)))
