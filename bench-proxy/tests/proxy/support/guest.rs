//! Small filters in WebAssembly text.

/// Host functions that guests may call, under short names. A guest imports those that it calls.
const IMPORTS: &str = r#"
    (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))
    (import "env" "proxy_get_header_map_value" (func $get (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_add_header_map_value" (func $add (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_replace_header_map_value" (func $set (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_get_property" (func $property (param i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_get_buffer_bytes" (func $read (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_set_buffer_bytes" (func $write (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_continue_stream" (func $continue (param i32) (result i32)))
    (import "env" "proxy_done" (func $finish (result i32)))
    (import "env" "proxy_close_stream" (func $close (param i32) (result i32)))
    (import "env" "proxy_send_local_response" (func $answer (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_http_call" (func $call (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_grpc_call" (func $grpc (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_grpc_stream" (func $open (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_grpc_send" (func $send (param i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_set_tick_period_milliseconds" (func $ticks (param i32) (result i32)))
    (import "env" "proxy_set_effective_context" (func $effective (param i32) (result i32)))
    (import "env" "proxy_define_metric" (func $define (param i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_increment_metric" (func $increment (param i32 i64) (result i32)))
    (import "env" "proxy_set_shared_data" (func $share (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_get_shared_data" (func $shared (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_register_shared_queue" (func $register (param i32 i32 i32) (result i32)))
    (import "env" "proxy_resolve_shared_queue" (func $resolve (param i32 i32 i32 i32 i32) (result i32)))
    (import "env" "proxy_enqueue_shared_queue" (func $enqueue (param i32 i32 i32) (result i32)))
    (import "env" "proxy_dequeue_shared_queue" (func $dequeue (param i32 i32 i32) (result i32)))
"#;

/// A filter in the making. Host functions return into `$p` and `$n` (data and size, at
/// addresses 0 and 4); the guest's allocator gives the same place every time.
#[derive(Default)]
pub(crate) struct Guest {
    data: String,
    next: usize,
    functions: String,
}

impl Guest {
    pub(crate) fn new() -> Self {
        Self {
            next: 1024,
            ..Self::default()
        }
    }

    /// A text in memory: two operands, its address and size.
    pub(crate) fn text(&mut self, text: &str) -> String {
        self.bytes(text.as_bytes())
    }

    fn bytes(&mut self, bytes: &[u8]) -> String {
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let at = self.next;
        self.data += &format!("(data (i32.const {at}) \"{escaped}\")\n");
        self.next += bytes.len() + 1;
        format!("(i32.const {at}) (i32.const {})", bytes.len())
    }

    /// Header fields in memory, serialised.
    pub(crate) fn fields(&mut self, fields: &[(&str, &str)]) -> String {
        let mut bytes = (fields.len() as u32).to_le_bytes().to_vec();
        for (name, value) in fields {
            bytes.extend((name.len() as u32).to_le_bytes());
            bytes.extend((value.len() as u32).to_le_bytes());
        }
        for (name, value) in fields {
            for text in [name, value] {
                bytes.extend(text.as_bytes());
                bytes.push(0);
            }
        }
        self.bytes(&bytes)
    }

    /// An exported callback; `head` is its parameters and result.
    pub(crate) fn on(&mut self, callback: &str, head: &str, body: &str) {
        self.functions += &format!("(func (export \"proxy_on_{callback}\") {head} {body})\n");
    }

    /// An expression that is 1 when the request has the header `name`.
    pub(crate) fn has(&mut self, name: &str) -> String {
        let name = self.text(name);
        format!("(i32.eqz (call $get (i32.const 0) {name} (i32.const 0) (i32.const 4)))")
    }

    /// The module.
    pub(crate) fn build(&self) -> Vec<u8> {
        let calls = |import: &&str| {
            let name = import
                .split_once("(func $")
                .and_then(|(_, rest)| rest.split_once(' '));
            name.is_some_and(|(name, _)| self.functions.contains(&format!("(call ${name}")))
        };
        let imports: String = IMPORTS.lines().filter(calls).collect();
        let text = format!(
            r#"(module {imports}
                (memory (export "memory") 8)
                (global $held (mut i32) (i32.const 0))
                (global $id (mut i32) (i32.const 0))
                (func (export "proxy_abi_version_0_2_1"))
                (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 65536))
                (func $p (result i32) (i32.load (i32.const 0)))
                (func $n (result i32) (i32.load (i32.const 4)))
                {} {})"#,
            self.data, self.functions
        );
        wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    }
}
