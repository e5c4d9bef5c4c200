;; A guest whose `proxy_on_done` does what its argument asks for.
(module
  (import "env" "proxy_get_log_level" (func $get_log_level (param i32) (result i32)))
  (import "env" "proxy_set_shared_data"
    (func $set_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_shared_data"
    (func $get_shared (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2)
  (table $table 2 funcref)
  (data (i32.const 64) "key")
  (data (i32.const 80) "hello")
  (global $heap (mut i32) (i32.const 4096))
  (global $allocator_traps (mut i32) (i32.const 0))
  (global $started (mut i32) (i32.const 0))
  (global $seen (mut i32) (i32.const 0))

  (func (export "proxy_abi_version_0_2_1"))
  (func (export "_initialize")
    (global.set $started (i32.add (global.get $started) (i32.const 1))))

  (func (export "proxy_on_memory_allocate") (param $size i32) (result i32)
    (if (global.get $allocator_traps) (then (unreachable)))
    (global.get $heap)
    (global.set $heap (i32.add (global.get $heap) (local.get $size))))

  (func (export "proxy_on_context_create") (param i32 i32)
    (global.set $seen (i32.add (local.get 0) (i32.mul (local.get 1) (i32.const 10)))))
  (func (export "proxy_on_log") (param i32)
    (global.set $seen (local.get 0)))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32)
    (i32.sub (local.get 1) (local.get 0)))
  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (i32.add (local.get 0)
      (i32.add (i32.mul (local.get 1) (i32.const 10)) (i32.mul (local.get 2) (i32.const 100)))))
  (func (export "proxy_on_grpc_close") (param i32 i32 i32)
    (global.set $seen (i32.mul (local.get 0) (i32.mul (local.get 1) (local.get 2)))))
  (func (export "proxy_on_http_call_response") (param i32 i32 i32 i32 i32)
    (global.set $seen
      (i32.add (local.get 0)
        (i32.add (i32.mul (local.get 1) (i32.const 10))
          (i32.add (i32.mul (local.get 2) (i32.const 100))
            (i32.add (i32.mul (local.get 3) (i32.const 1000))
              (i32.mul (local.get 4) (i32.const 10000))))))))

  ;; A subtraction, because compilers make a loop of recursion that only adds up.
  (func $recurse (param i32) (result i32)
    (i32.sub (i32.const 1) (call $recurse (i32.add (local.get 0) (i32.const 1)))))
  (func $forever (loop $again (br $again)))
  (func $count (param $n i32) (result i32)
    (loop $again
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n)))
    (local.get $n))

  ;; Answers the log level plus 1000 times the status.
  (func $log_level (result i32)
    (i32.mul (call $get_log_level (i32.const 128)) (i32.const 1000))
    (i32.add (i32.load (i32.const 128))))

  ;; Stores a value under a key and reads it back: its length times 1000 plus its first
  ;; byte; the host asks the guest's allocator for the copy.
  (func $shared (result i32)
    (if (call $set_shared (i32.const 64) (i32.const 3) (i32.const 80) (i32.const 5) (i32.const 0))
      (then (return (i32.const -1))))
    (if (call $get_shared
          (i32.const 64) (i32.const 3) (i32.const 132) (i32.const 136) (i32.const 140))
      (then (return (i32.const -2))))
    (i32.add
      (i32.mul (i32.load (i32.const 136)) (i32.const 1000))
      (i32.load8_u (i32.load (i32.const 132)))))

  (func (export "proxy_on_done") (param $what i32) (result i32)
    (block $13 (block $12 (block $11 (block $10 (block $9 (block $8 (block $7 (block $6
    (block $5 (block $4 (block $3 (block $2 (block $1 (block $0
      (br_table $0 $1 $2 $3 $4 $5 $6 $7 $8 $9 $10 $11 $12 $13 (local.get $what)))
    ;; 0
    (return (global.get $seen)))
    ;; 1
    (unreachable))
    ;; 2
    (return (i32.load (i32.const 0x7fffffff))))
    ;; 3
    (return (call $recurse (i32.const 0))))
    ;; 4
    (return (i32.div_u (i32.const 1) (i32.const 0))))
    ;; 5
    (call $exit (i32.const 3)) (return (i32.const 0)))
    ;; 6
    (call $forever) (return (i32.const 0)))
    ;; 7
    (return (call $log_level)))
    ;; 8
    (return (call $shared)))
    ;; 9
    (return (memory.grow (i32.const 1))))
    ;; 10
    (return (memory.grow (i32.const 60000))))
    ;; 11
    (return (table.grow $table (ref.null func) (i32.const 0x7000000))))
    ;; 12
    (global.set $allocator_traps (i32.const 1)) (return (call $shared)))
    ;; 13
    (return (i32.add (global.get $started) (call $count (i32.const 1000))))))
