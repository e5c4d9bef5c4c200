//! Modules as WAMR gets them: with nothing in them that it would run by itself.
//!
//! WAMR runs `__wasm_call_ctors` and `__post_instantiate` when it instantiates, whatever the
//! host thinks of them: they go by other names. And it runs a start function before it answers
//! with the instance, so that nobody could end it at its deadline: with a deadline a module
//! loses its start section and gains an export of the function, which is called in its place.

use std::ops::Range;

/// The name under which the function of the start section is exported.
pub(crate) const START: &str = "pwbench:start";

/// Exports that WAMR runs.
const RUN_BY_ITSELF: [&str; 2] = ["__wasm_call_ctors", "__post_instantiate"];
/// What their first byte becomes.
const HIDING: u8 = b'~';

/// Length of magic and version.
const HEADER: usize = 8;
const EXPORTS: u8 = 7;
const START_SECTION: u8 = 8;

/// The name under which an export of the original module is found.
pub(crate) fn export_name(name: &str) -> String {
    if RUN_BY_ITSELF.contains(&name) {
        format!("{}{}", char::from(HIDING), &name[1..])
    } else {
        name.to_owned()
    }
}

/// A copy of a module in which exports that WAMR runs have the names of [`export_name`].
/// Valid WebAssembly is expected, anything else comes back as it is.
pub(crate) fn hide_exports(wasm: &[u8]) -> Vec<u8> {
    let mut module = wasm.to_vec();
    for name in export_names(wasm).unwrap_or_default() {
        if RUN_BY_ITSELF
            .iter()
            .any(|run| run.as_bytes() == &wasm[name.clone()])
        {
            module[name.start] = HIDING;
        }
    }
    module
}

/// The module with its start function exported under [`START`] instead of run; `None` when
/// it has none.
pub(crate) fn export_start(wasm: &[u8]) -> Option<Vec<u8>> {
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

/// Where the names of exports lie.
fn export_names(wasm: &[u8]) -> Option<Vec<Range<usize>>> {
    let sections = sections(wasm)?;
    let exports = sections.iter().find(|section| section.id == EXPORTS)?;
    let mut rest = &wasm[exports.body.clone()];
    let mut names = Vec::new();
    for _ in 0..number(&mut rest)? {
        let length = number(&mut rest)? as usize;
        let begin = exports.body.end - rest.len();
        names.push(begin..begin + length);
        // The kind's byte.
        rest = rest.get(length + 1..)?;
        number(&mut rest)?;
    }
    Some(names)
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
        let module = export_start(&wasm).expect("it has one");
        let facts = ModuleFacts::read(&module).expect("still valid");
        let last = facts.exports.last().expect("exports");
        assert_eq!((last.name.as_str(), facts.exports.len()), (START, 132));
        assert!(export_start(&module).is_none(), "no start section is left");
    }

    #[test]
    fn what_wamr_runs_goes_by_another_name() {
        let wasm = wat::parse_str(
            r#"(module (func (export "proxy_abi_version_0_2_1")) (func (export "_start"))
                (func (export "__wasm_call_ctors")) (func (export "__wasm_call_dtors")))"#,
        )
        .expect("valid");
        let facts = ModuleFacts::read(&hide_exports(&wasm)).expect("still valid");
        let names: Vec<&str> = facts.exports.iter().map(|export| &*export.name).collect();
        let hidden = export_name("__wasm_call_ctors");
        assert_eq!(
            names,
            [
                "proxy_abi_version_0_2_1",
                "_start",
                &hidden,
                "__wasm_call_dtors"
            ]
        );
    }

    #[test]
    fn bytes_that_are_no_module_come_back_as_they_are() {
        let wasm = wat::parse_str("(module (func))").expect("valid");
        for bytes in [
            &wasm[..],
            b"",
            b"\0asm",
            b"\0asm\x01\0\0\0\x07\xff",
            b"\0asm\x01\0\0\0\x07\x03\x01\xff\x01",
        ] {
            assert!(export_start(bytes).is_none());
            assert_eq!(hide_exports(bytes), bytes);
        }
    }
}
