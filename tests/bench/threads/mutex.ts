/** A mutex of shared objects: a word, 0 free, 1 held, 2 held and waited for, and the queue of those who wait. */
export const mutex = `
  (type $mutex (shared (struct (field $word (mut i32)) (field $queue (ref (shared waitqueue))))))
  (type $use (shared (func (param (ref $mutex)))))
  (func $lock (type $use)
    (if (struct.atomic.rmw.cmpxchg $mutex $word (local.get 0) (i32.const 0) (i32.const 1))
      (then (call $wait (local.get 0)))))
  (func $wait (type $use)
    (loop $again
      (if (struct.atomic.rmw.xchg $mutex $word (local.get 0) (i32.const 2))
        (then
          (drop (struct.wait $mutex $word (local.get 0) (struct.get $mutex $queue (local.get 0)) (i32.const 2) (i64.const -1)))
          (br $again)))))
  (func $unlock (type $use)
    (if (i32.eq (struct.atomic.rmw.xchg $mutex $word (local.get 0) (i32.const 0)) (i32.const 2))
      (then (drop (waitqueue.notify (struct.get $mutex $queue (local.get 0)) (i32.const 1))))))`;
