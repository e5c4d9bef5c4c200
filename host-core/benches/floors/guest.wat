;; The guest of the floor benchmarks: an empty callback, a loop of header look-ups, and the
;; callbacks of a context's life.
(module
  (import "env" "proxy_get_header_map_value"
    (func $get (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "x-wanted")
  (func (export "proxy_abi_version_0_2_1"))
  ;; One place for every answer: the cheapest allocator there is, so that the floor is low.
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 4096))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_tick") (param i32))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_log") (param i32))
  (func (export "proxy_on_delete") (param i32))
  ;; 1,000 look-ups; answers how many failed.
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (local $left i32) (local $failed i32)
    (local.set $left (i32.const 1000))
    (loop $again
      (local.set $failed (i32.add (local.get $failed)
        (call $get (i32.const 0) (i32.const 16) (i32.const 8) (i32.const 0) (i32.const 4))))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (local.get $failed)))
