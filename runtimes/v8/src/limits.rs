//! The memory limit, written into the module: V8's own belongs to the process.

use std::ops::Range;

use wasmparser::{MemorySectionReader, MemoryType, Parser, Payload};

const PAGE: u64 = 64 << 10;
const HEADER: u64 = 8;
const MEMORY_SECTION: u8 = 5;

/// A module under a limit.
pub(crate) struct Limited {
    /// The module with its memories' maxima lowered to the limit.
    pub(crate) wasm: Vec<u8>,
    /// Why no instance can be made.
    pub(crate) refusal: Option<String>,
}

/// Puts `module` under a limit of `bytes` for each memory. Bytes that are no module are
/// handed on as they are, for V8 to say what is wrong with them.
pub(crate) fn limited(module: &[u8], bytes: u64) -> Limited {
    rewritten(module, bytes / PAGE).unwrap_or_else(|| Limited {
        wasm: module.to_vec(),
        refusal: None,
    })
}

fn rewritten(module: &[u8], pages: u64) -> Option<Limited> {
    let mut end = HEADER;
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.ok()?;
        match payload {
            Payload::MemorySection(section) => {
                let place = end..section.range().end;
                return replace(module, place, section, pages);
            }
            // Memories come before code.
            Payload::CodeSectionStart { .. } => return None,
            _ => {}
        }
        if let Some((_, range)) = payload.as_section() {
            end = range.end;
        }
    }
    None
}

/// `module` with another memory section in `place`.
fn replace(
    module: &[u8],
    place: Range<u64>,
    section: MemorySectionReader<'_>,
    pages: u64,
) -> Option<Limited> {
    let mut body = Vec::new();
    let mut refusal = None;
    unsigned(&mut body, section.count().into());
    for memory in section {
        let memory = memory.ok()?;
        if memory.shared {
            refusal = Some("the module wants shared memory, which is not offered".to_owned());
        } else if memory.initial > pages {
            refusal = Some(format!(
                "the module wants {} pages of memory at least, and the limit is {pages}",
                memory.initial
            ));
        }
        write(&mut body, &memory, pages);
    }
    let mut wasm = Vec::with_capacity(module.len() + 16);
    wasm.extend_from_slice(module.get(..usize::try_from(place.start).ok()?)?);
    wasm.push(MEMORY_SECTION);
    unsigned(&mut wasm, body.len() as u64);
    wasm.extend_from_slice(&body);
    wasm.extend_from_slice(module.get(usize::try_from(place.end).ok()?..)?);
    Some(Limited { wasm, refusal })
}

/// Writes a memory type with `pages` as its greatest maximum. A minimum above that stays:
/// such a module compiles, and is refused later.
fn write(to: &mut Vec<u8>, memory: &MemoryType, pages: u64) {
    let maximum = memory.maximum.map_or(pages, |maximum| maximum.min(pages));
    let custom_page = u8::from(memory.page_size_log2.is_some()) << 3;
    let flags = 1 | u8::from(memory.shared) << 1 | u8::from(memory.memory64) << 2 | custom_page;
    to.push(flags);
    unsigned(to, memory.initial);
    unsigned(to, maximum.max(memory.initial));
    if let Some(log2) = memory.page_size_log2 {
        unsigned(to, log2.into());
    }
}

/// Writes a number as WebAssembly does: seven bits a byte, the lowest first.
fn unsigned(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memories(wasm: &[u8]) -> Vec<(u64, Option<u64>)> {
        let payloads = Parser::new(0).parse_all(wasm);
        let mut found = Vec::new();
        for payload in payloads {
            if let Payload::MemorySection(section) = payload.expect("valid") {
                for memory in section {
                    let memory = memory.expect("valid");
                    found.push((memory.initial, memory.maximum));
                }
            }
        }
        found
    }

    fn under(text: &str, pages: u64) -> Limited {
        let wasm = wat::parse_str(text).expect("valid");
        let limited = limited(&wasm, pages * PAGE);
        wasmparser::validate(&limited.wasm).expect("still valid");
        limited
    }

    #[test]
    fn a_memory_without_a_maximum_gets_the_limit() {
        let limited = under("(module (memory (export \"memory\") 2))", 300);
        assert_eq!(memories(&limited.wasm), [(2, Some(300))]);
        assert_eq!(limited.refusal, None);
    }

    #[test]
    fn a_lower_maximum_stays_and_a_higher_one_is_lowered() {
        for (maximum, left) in [(5, 5), (10, 10), (65536, 10)] {
            let limited = under(&format!("(module (memory 1 {maximum}))"), 10);
            assert_eq!(memories(&limited.wasm), [(1, Some(left))]);
        }
    }

    #[test]
    fn a_minimum_above_the_limit_is_refused_in_words() {
        let limited = under("(module (memory 200))", 100);
        let refusal = limited.refusal.expect("refused");
        assert!(refusal.contains("200 pages of memory"), "{refusal}");
    }

    #[test]
    fn shared_memory_is_refused() {
        let limited = under("(module (memory 1 2 shared))", 100);
        assert!(limited.refusal.is_some_and(|text| text.contains("shared")));
    }

    #[test]
    fn everything_but_the_memory_section_stays() {
        let text = r#"(module (type (func)) (import "env" "f" (func))
            (func (export "g")) (memory (export "memory") 1) (data (i32.const 0) "abc")
            (@custom "note" "text"))"#;
        let wasm = wat::parse_str(text).expect("valid");
        let same = limited(&wasm, u64::from(u32::MAX)).wasm;
        let sections = |wasm: &[u8]| -> Vec<(u8, Vec<u8>)> {
            let payloads = Parser::new(0).parse_all(wasm).map(|it| it.expect("valid"));
            payloads
                .filter_map(|payload| payload.as_section())
                .filter(|(id, _)| *id != MEMORY_SECTION)
                .map(|(id, range)| (id, wasm[range.start as usize..range.end as usize].to_vec()))
                .collect()
        };
        assert_eq!(sections(&same), sections(&wasm));
    }

    #[test]
    fn modules_without_memory_and_bytes_that_are_none_come_back_as_they_are() {
        let empty = wat::parse_str("(module)").expect("valid");
        for bytes in [&empty[..], b"", b"\0asm", b"GIF89a and so on"] {
            assert_eq!(limited(bytes, PAGE).wasm, bytes);
        }
    }
}
