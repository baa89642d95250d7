;; Exceptions in their first form: hosts refuse a module that has both.
(module
  (type $failure (func (param i32 f64)))
  (tag $failed (type $failure))
  (tag $empty)
  (func $fail (param i32) (throw $failed (local.get 0) (f64.const 2)))
  (func (export "legacy") (result i32)
    (try $outer (result i32)
      (do (try (do (call $fail (i32.const 1))) (delegate $outer)) (i32.const 2))
      (catch $failed (drop))
      (catch $empty (i32.const 3))
      (catch_all (rethrow $outer)))))
