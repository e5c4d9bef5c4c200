//! Guests written as WebAssembly text.

/// The log function, which nearly every guest wants.
const LOG: &str = r#"(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))"#;

/// An allocator that never frees, from the second page on.
const BUMP: &str = r#"
    (global $heap (mut i32) (i32.const 65536))
    (func $allocate (export "proxy_on_memory_allocate") (param i32) (result i32)
        (global.get $heap)
        (global.set $heap (i32.add (global.get $heap) (local.get 0))))"#;

/// Logs the bytes `start .. start + length` of linear memory.
const SAY: &str = r#"
    (func $say (param i32 i32)
        (drop (call $log (i32.const 2) (local.get 0) (local.get 1))))"#;

/// The parts of a guest. Everything but `body` has a good default.
pub(crate) struct Wat<'a> {
    pub(crate) marker: &'a str,
    pub(crate) imports: &'a str,
    pub(crate) memory: &'a str,
    pub(crate) allocator: &'a str,
    pub(crate) body: &'a str,
}

impl Default for Wat<'_> {
    fn default() -> Self {
        Self {
            marker: "proxy_abi_version_0_2_1",
            imports: "",
            memory: r#"(memory (export "memory") 4)"#,
            allocator: BUMP,
            body: "",
        }
    }
}

impl Wat<'_> {
    /// The module's bytes.
    ///
    /// # Panics
    /// When the text is wrong, which is the suite's own mistake.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Self {
            marker,
            imports,
            memory,
            allocator,
            body,
        } = self;
        let marker = match marker.is_empty() {
            true => String::new(),
            false => format!("(func (export {marker:?}))"),
        };
        let text = format!("(module {LOG} {imports} {memory} {marker} {allocator} {SAY} {body})");
        match wat::parse_str(&text) {
            Ok(bytes) => bytes,
            Err(error) => panic!("a guest's text is wrong: {error}\n{text}"),
        }
    }
}

/// A guest of which only the body is special.
pub(crate) fn wat(body: &str) -> Vec<u8> {
    Wat {
        body,
        ..Wat::default()
    }
    .bytes()
}
