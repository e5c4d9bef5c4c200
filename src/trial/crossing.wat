;; Crossings between host and guest, and nothing else: an empty callback, and one that makes
;; 1,000 host calls which the host refuses at once.
(module
  (import "env" "proxy_continue_stream" (func $refused (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "proxy_abi_version_0_2_1"))
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_done") (param i32) (result i32) (i32.const 1))
  (func (export "proxy_on_log") (param i32) (local $left i32)
    (local.set $left (i32.const 1000))
    (loop $again
      (drop (call $refused (i32.const 99)))
      (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))))
