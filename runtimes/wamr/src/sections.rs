//! Start sections as exports.
//!
//! WAMR runs a start function before it answers with the instance, so that nobody could end
//! it at its deadline. With a deadline a module is therefore compiled without its start
//! section and with an export of the function, which is called in its place.

use std::borrow::Cow;
use std::ops::Range;

/// The added export's name.
pub(crate) const START: &str = "pwbench:start";

/// Length of magic and version.
const HEADER: usize = 8;
const EXPORTS: u8 = 7;
const START_SECTION: u8 = 8;

/// The module with its start function exported under [`START`] instead of run, when it has
/// one; valid WebAssembly is expected, anything else comes back as it is.
pub(crate) fn export_start(wasm: &[u8]) -> (Cow<'_, [u8]>, bool) {
    match rewritten(wasm) {
        Some(wasm) => (Cow::Owned(wasm), true),
        None => (Cow::Borrowed(wasm), false),
    }
}

fn rewritten(wasm: &[u8]) -> Option<Vec<u8>> {
    let sections = sections(wasm)?;
    let of = |id| sections.iter().find(|section| section.id == id);
    let (start, exports) = (of(START_SECTION)?, of(EXPORTS)?);
    let mut old = &wasm[exports.body.clone()];
    let count = number(&mut old)?;
    let mut body = Vec::with_capacity(old.len() + START.len() + 16);
    put(&mut body, count + 1);
    body.extend_from_slice(old);
    put(&mut body, START.len() as u32);
    body.extend_from_slice(START.as_bytes());
    // Kind 0 is a function; the start section is its index and nothing else.
    body.push(0);
    body.extend_from_slice(&wasm[start.body.clone()]);

    let mut module = wasm[..HEADER].to_vec();
    for section in &sections {
        match section.id {
            START_SECTION => {}
            EXPORTS => {
                module.push(EXPORTS);
                put(&mut module, body.len() as u32);
                module.extend_from_slice(&body);
            }
            _ => module.extend_from_slice(&wasm[section.whole.clone()]),
        }
    }
    Some(module)
}

struct Section {
    id: u8,
    whole: Range<usize>,
    body: Range<usize>,
}

fn sections(wasm: &[u8]) -> Option<Vec<Section>> {
    let mut sections = Vec::new();
    let mut rest = wasm.get(HEADER..)?;
    while let Some((id, after)) = rest.split_first() {
        let begin = wasm.len() - rest.len();
        rest = after;
        let length = number(&mut rest)? as usize;
        let body = wasm.len() - rest.len();
        rest = rest.get(length..)?;
        sections.push(Section {
            id: *id,
            whole: begin..body + length,
            body: body..body + length,
        });
    }
    Some(sections)
}

/// Takes an unsigned LEB128 number of 32 bits off the front.
fn number(bytes: &mut &[u8]) -> Option<u32> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn put(bytes: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

#[cfg(test)]
mod tests {
    use host_core::ModuleFacts;

    use super::*;

    #[test]
    fn a_start_section_becomes_an_export() {
        let exports: String = (0..130)
            .map(|number| format!(r#"(export "e{number}" (func $other))"#))
            .collect();
        let wasm = wat::parse_str(format!(
            r#"(module (memory 1) (func $other) {exports}
                (func (export "proxy_abi_version_0_2_1")) (func $go) (start $go)
                (data (i32.const 0) "x"))"#
        ))
        .expect("valid");
        let (module, rewritten) = export_start(&wasm);
        assert!(rewritten);
        let facts = ModuleFacts::read(&module).expect("still valid");
        let last = facts.exports.last().expect("exports");
        assert_eq!((last.name.as_str(), facts.exports.len()), (START, 132));
        assert!(!export_start(&module).1, "no start section is left");
    }

    #[test]
    fn modules_without_one_and_bytes_that_are_no_module_come_back_as_they_are() {
        let wasm = wat::parse_str("(module (func))").expect("valid");
        for bytes in [&wasm[..], b"", b"\0asm", b"\0asm\x01\0\0\0\x08\xff"] {
            let (same, rewritten) = export_start(bytes);
            assert!(!rewritten && *same == *bytes);
        }
    }
}
