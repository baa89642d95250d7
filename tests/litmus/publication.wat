;; Message passing of fresh objects. A writer initialises an object and stores a reference to it, plainly; a reader that
;; sees the reference must see what it refers to: header, length, fields and elements, and the type's record, which lies
;; in the object's descriptor where there is one. Each reader returns how often it saw anything else, which must be
;; never.
(module
  (type $base (sub (shared (struct (field $value i32) (field $check i32)))))
  (type $left (sub final $base (shared (struct (field $value i32) (field $check i32) (field $own i32)))))
  (type $right (sub final $base (shared (struct (field $value i32) (field $check i32) (field $own i64)))))
  (type $numbers (shared (array (mut i32))))
  (rec
    (type $described (shared (descriptor $record) (struct (field $value i32))))
    (type $record (shared (describes $described) (struct (field $number i32)))))
  (type $holder (shared (struct
    (field $object (mut (ref null $base))) (field $numbers (mut (ref null $numbers))) (field $described (mut (ref null (shared any)))))))
  (type $writing (shared (func (param i32 i32))))
  (type $reading (shared (func (param i32) (result i32))))
  (type $judging (shared (func (param (ref null $base)) (result i32))))
  (type $measuring (shared (func (param (ref null $numbers)) (result i32))))
  (type $telling (shared (func (param (ref null (shared any))) (result i32))))
  (type $making (shared (func (param i32) (result (ref $base)))))

  (global $object (shared mut (ref null $base)) (ref.null $base))
  (global $holder (shared (ref $holder)) (struct.new $holder (ref.null $base) (ref.null $numbers) (ref.null (shared any))))
  (global $stop (export "stop") (shared mut i32) (i32.const 0))
  (table $table shared 16 (ref null $base))

  ;; An object of one of two types, whose own field says which.
  (func $make (type $making) (param $i i32) (result (ref $base))
    (if (result (ref $base)) (i32.and (local.get $i) (i32.const 1))
      (then (struct.new $left (local.get $i) (i32.xor (local.get $i) (i32.const -1)) (local.get $i)))
      (else (struct.new $right (local.get $i) (i32.xor (local.get $i) (i32.const -1)) (i64.extend_i32_s (local.get $i))))))
  ;; 1 if the object is not as `make` made it.
  (func $isBroken (type $judging) (param $seen (ref null $base)) (result i32)
    (local $value i32)
    (if (ref.is_null (local.get $seen)) (then (return (i32.const 0))))
    (local.set $value (struct.get $base $value (local.get $seen)))
    (if (i32.ne (struct.get $base $check (local.get $seen)) (i32.xor (local.get $value) (i32.const -1))) (then (return (i32.const 1))))
    (if (i32.and (local.get $value) (i32.const 1))
      (then
        (if (i32.eqz (ref.test (ref $left) (local.get $seen))) (then (return (i32.const 1))))
        (return (i32.ne (struct.get $left $own (ref.cast (ref $left) (local.get $seen))) (local.get $value)))))
    (if (i32.eqz (ref.test (ref $right) (local.get $seen))) (then (return (i32.const 1))))
    (i64.ne (struct.get $right $own (ref.cast (ref $right) (local.get $seen))) (i64.extend_i32_s (local.get $value))))
  ;; An array of n has n elements, each of them n.
  (func $isBrokenArray (type $measuring) (param $seen (ref null $numbers)) (result i32)
    (local $i i32) (local $length i32)
    (if (ref.is_null (local.get $seen)) (then (return (i32.const 0))))
    (local.set $length (array.len (local.get $seen)))
    (block $done
      (loop $next
        (br_if $done (i32.eq (local.get $i) (local.get $length)))
        (if (i32.ne (array.get $numbers (local.get $seen) (local.get $i)) (local.get $length)) (then (return (i32.const 1))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next)))
    (i32.or (i32.eqz (local.get $length)) (i32.gt_u (local.get $length) (i32.const 16))))

  ;; An object has the type that its own record says, and the record's number is its value.
  (func $isBrokenRecord (type $telling) (param $seen (ref null (shared any))) (result i32)
    (local $object (ref null $described))
    (if (ref.is_null (local.get $seen)) (then (return (i32.const 0))))
    (if (i32.eqz (ref.test (ref $described) (local.get $seen))) (then (return (i32.const 1))))
    (local.set $object (ref.cast (ref $described) (local.get $seen)))
    (i32.ne
      (struct.get $described $value (local.get $object))
      (struct.get $record $number (ref.get_desc $described (local.get $object)))))

  ;; `place`: 0 a global, 1 a field, 2 a table's element, 3 an array in a field, 4 an object with its own record.
  (func (export "write") (type $writing) (param $count i32) (param $place i32)
    (local $length i32)
    (loop $next
      (block $done (block $record (block $array (block $table (block $field (block $global
        (br_table $global $field $table $array $record (local.get $place)))
        ;; global
        (global.set $object (call $make (local.get $count)))
        (br $done))
        ;; field
        (struct.set $holder $object (global.get $holder) (call $make (local.get $count)))
        (br $done))
        ;; table
        (table.set $table (i32.and (local.get $count) (i32.const 15)) (call $make (local.get $count)))
        (br $done))
        ;; array
        (local.set $length (i32.add (i32.and (local.get $count) (i32.const 15)) (i32.const 1)))
        (struct.set $holder $numbers (global.get $holder) (array.new $numbers (local.get $length) (local.get $length)))
        (br $done))
        ;; record
        (struct.set $holder $described (global.get $holder)
          (struct.new_desc $described (local.get $count) (struct.new $record (local.get $count)))))
      (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
    (global.atomic.set seqcst $stop (i32.const 1)))
  (func (export "read") (type $reading) (param $place i32) (result i32)
    (local $broken i32) (local $turn i32)
    (loop $next
      (local.set $turn (i32.add (local.get $turn) (i32.const 1)))
      (block $done (block $record (block $array (block $table (block $field (block $global
        (br_table $global $field $table $array $record (local.get $place)))
        (local.set $broken (i32.add (local.get $broken) (call $isBroken (global.get $object))))
        (br $done))
        (local.set $broken (i32.add (local.get $broken) (call $isBroken (struct.get $holder $object (global.get $holder)))))
        (br $done))
        (local.set $broken (i32.add (local.get $broken) (call $isBroken (table.get $table (i32.and (local.get $turn) (i32.const 15))))))
        (br $done))
        (local.set $broken (i32.add (local.get $broken) (call $isBrokenArray (struct.get $holder $numbers (global.get $holder)))))
        (br $done))
        (local.set $broken (i32.add (local.get $broken) (call $isBrokenRecord (struct.get $holder $described (global.get $holder))))))
      (br_if $next (i32.eqz (global.atomic.get seqcst $stop))))
    (local.get $broken)))
