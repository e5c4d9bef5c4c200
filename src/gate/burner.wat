;; A filter that burns as much time as its configuration says.
;;
;; The configuration is the number of steps for each request, in decimal. A step loads a word
;; of a table of 64 KiB at a place that depends on everything before it, mixes it and stores
;; it. The request goes on with one more header.
(module
  (import "env" "proxy_get_buffer_bytes"
    (func $get_buffer_bytes (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_get_header_map_value"
    (func $get_header_map_value (param i32 i32 i32 i32 i32) (result i32)))
  (import "env" "proxy_add_header_map_value"
    (func $add_header_map_value (param i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (data (i32.const 16) ":path")
  (data (i32.const 32) "x-burned")
  (data (i32.const 48) "yes")
  (global $steps (mut i32) (i32.const 0))
  ;; Survives from request to request: the walk does not begin at one place.
  (global $state (mut i32) (i32.const 12345))

  (func (export "proxy_abi_version_0_2_1"))
  ;; What the host hands over is read at once, so that one place serves all of it.
  (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "proxy_on_context_create") (param i32 i32))
  (func (export "proxy_on_vm_start") (param i32 i32) (result i32) (i32.const 1))

  (func (export "proxy_on_configure") (param $context i32) (param $size i32) (result i32)
    (local $at i32) (local $end i32) (local $digit i32) (local $steps i32)
    ;; Buffer 7 is the plugin's configuration.
    (if (call $get_buffer_bytes
          (i32.const 7) (i32.const 0) (local.get $size) (i32.const 0) (i32.const 4))
      (then (return (i32.const 0))))
    (local.set $at (i32.load (i32.const 0)))
    (local.set $end (i32.add (local.get $at) (i32.load (i32.const 4))))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (br_if $done (i32.gt_u (local.get $digit) (i32.const 9)))
        (local.set $steps
          (i32.add (i32.mul (local.get $steps) (i32.const 10)) (local.get $digit)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (global.set $steps (local.get $steps))
    (i32.gt_u (local.get $steps) (i32.const 0)))

  (func (export "proxy_on_request_headers") (param i32 i32 i32) (result i32)
    (local $left i32) (local $state i32) (local $place i32)
    (drop (call $get_header_map_value
      (i32.const 0) (i32.const 16) (i32.const 5) (i32.const 0) (i32.const 4)))
    (local.set $state (i32.xor (global.get $state) (i32.load (i32.load (i32.const 0)))))
    (local.set $left (global.get $steps))
    (loop $step
      ;; The table lies in the second page.
      (local.set $place
        (i32.add
          (i32.and (i32.shr_u (local.get $state) (i32.const 12)) (i32.const 0xfffc))
          (i32.const 0x10000)))
      (local.set $state
        (i32.add
          (i32.mul (local.get $state) (i32.const 1103515245))
          (i32.xor (i32.load (local.get $place)) (i32.const 12345))))
      (i32.store (local.get $place) (local.get $state))
      (br_if $step
        (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
    (global.set $state (local.get $state))
    (drop (call $add_header_map_value
      (i32.const 0) (i32.const 32) (i32.const 8) (i32.const 48) (i32.const 3)))
    (i32.const 0)))
