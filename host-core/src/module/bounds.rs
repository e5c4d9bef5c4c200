//! Limits written into a module: for engines whose own interface has none.

use std::borrow::Cow;

use wasmparser::{BinaryReader, Parser, Payload};

/// Section ids of tables and memories.
const TABLES: u8 = 4;
const MEMORIES: u8 = 5;
/// Bits of a limit's flags: a maximum follows; sizes are in pages of another size.
const HAS_MAXIMUM: u8 = 1;
const CUSTOM_PAGES: u8 = 8;

/// A module whose memories and tables may grow no further than some limits.
///
/// A guest cannot see the maxima that it declares: `memory.grow` and `table.grow` past them
/// answer -1, as they do when an engine runs out of memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounded<'a> {
    /// The module, its maxima lowered.
    pub wasm: Cow<'a, [u8]>,
    /// The most pages of 64 KiB that a memory begins with.
    pub minimum_pages: u64,
    /// The most elements that a table begins with.
    pub minimum_elements: u64,
    /// Whether a start section runs code while the module is instantiated.
    pub has_start: bool,
}

impl<'a> Bounded<'a> {
    /// Lowers the maxima of `wasm` to `pages` of memory and `elements` of a table. Where a
    /// module begins with more than that, it cannot grow; refusing it is the caller's.
    ///
    /// # Errors
    /// What is wrong with bytes that are no valid module.
    pub fn new(wasm: &'a [u8], pages: u64, elements: u64) -> Result<Self, String> {
        let wrong = |error: wasmparser::Error| error.to_string();
        let mut bounded = Self {
            wasm: Cow::Borrowed(wasm),
            minimum_pages: 0,
            minimum_elements: 0,
            has_start: false,
        };
        let (mut made, mut copied) = (Vec::new(), 0);
        for payload in Parser::new(0).parse_all(wasm) {
            let (id, limit, content, starts) = match payload.map_err(wrong)? {
                Payload::TableSection(tables) => {
                    let content = tables.range();
                    let starts: Result<Vec<_>, _> = tables
                        .into_iter_with_offsets()
                        .map(|item| item.map(|(offset, _)| offset))
                        .collect();
                    (TABLES, elements, content, starts)
                }
                Payload::MemorySection(memories) => {
                    let content = memories.range();
                    let starts: Result<Vec<_>, _> = memories
                        .into_iter_with_offsets()
                        .map(|item| item.map(|(offset, _)| offset))
                        .collect();
                    (MEMORIES, pages, content, starts)
                }
                Payload::StartSection { .. } => {
                    bounded.has_start = true;
                    continue;
                }
                _ => continue,
            };
            let mut starts = starts.map_err(wrong)?;
            starts.push(content.end);
            let content = content.start as usize..content.end as usize;
            let mut section = Vec::new();
            put(&mut section, starts.len() as u64 - 1);
            for ends in starts.windows(2) {
                let item = wasm.get(ends[0] as usize..ends[1] as usize);
                let item = item.unwrap_or_default();
                let minimum = lower(&mut section, item, id == TABLES, limit).map_err(wrong)?;
                let most = match id {
                    TABLES => &mut bounded.minimum_elements,
                    _ => &mut bounded.minimum_pages,
                };
                *most = minimum.max(*most);
            }
            // The section's id and length lie before its content.
            made.extend_from_slice(&wasm[copied..header_of(wasm, content.start)]);
            made.push(id);
            put(&mut made, section.len() as u64);
            made.append(&mut section);
            copied = content.end;
        }
        if copied > 0 {
            made.extend_from_slice(&wasm[copied..]);
            bounded.wasm = Cow::Owned(made);
        }
        Ok(bounded)
    }
}

/// Where the section begins whose content begins at `content`: after its id, the bytes of
/// its length all but the last have their top bit set.
fn header_of(wasm: &[u8], content: usize) -> usize {
    let mut first = content.saturating_sub(1);
    while first > 1 && wasm[first - 1] & 0x80 != 0 {
        first -= 1;
    }
    first.saturating_sub(1)
}

/// Copies a table's or memory's type with its maximum lowered; answers its minimum.
fn lower(
    to: &mut Vec<u8>,
    item: &[u8],
    is_table: bool,
    limit: u64,
) -> Result<u64, wasmparser::Error> {
    let mut reader = BinaryReader::new(item, 0);
    if is_table {
        // 0x40 0x00 introduces a table with an initial value, 0x63 and 0x64 a heap type.
        let mut kind = reader.read_u8()?;
        if kind == 0x40 {
            reader.read_u8()?;
            kind = reader.read_u8()?;
        }
        if matches!(kind, 0x63 | 0x64) {
            reader.read_var_s33()?;
        }
    }
    let at_limits = reader.current_position();
    let flags = reader.read_u8()?;
    let minimum = reader.read_var_u64()?;
    let declared = match flags & HAS_MAXIMUM {
        0 => None,
        _ => Some(reader.read_var_u64()?),
    };
    if flags & CUSTOM_PAGES != 0 {
        to.extend_from_slice(item);
        return Ok(minimum);
    }
    to.extend_from_slice(&item[..at_limits]);
    to.push(flags | HAS_MAXIMUM);
    put(to, minimum);
    put(
        to,
        declared
            .map_or(limit, |declared| declared.min(limit))
            .max(minimum),
    );
    to.extend_from_slice(&item[reader.current_position()..]);
    Ok(minimum)
}

/// Writes an unsigned LEB128 number.
fn put(to: &mut Vec<u8>, mut number: u64) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            return to.push(low);
        }
        to.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limits of `text`'s memories and tables under limits of 10 pages and 1,000 elements.
    fn limits(text: &str) -> Vec<(u64, Option<u64>)> {
        let wasm = wat::parse_str(text).expect("valid");
        let bounded = Bounded::new(&wasm, 10, 1000).expect("valid");
        wasmparser::Validator::new_with_features(wasmparser::WasmFeatures::all())
            .validate_all(&bounded.wasm)
            .expect("still valid");
        let mut found = Vec::new();
        for payload in Parser::new(0).parse_all(&bounded.wasm) {
            match payload.expect("valid") {
                Payload::TableSection(tables) => found.extend(
                    tables
                        .into_iter()
                        .map(|table| table.expect("valid").ty)
                        .map(|ty| (ty.initial, ty.maximum)),
                ),
                Payload::MemorySection(memories) => found.extend(
                    memories
                        .into_iter()
                        .map(|memory| memory.expect("valid"))
                        .map(|ty| (ty.initial, ty.maximum)),
                ),
                _ => {}
            }
        }
        found
    }

    #[test]
    fn maxima_are_lowered_and_never_raised() {
        let text = "(module (memory 2) (memory 2 5) (memory 3 300) (table 4 funcref)
            (table 4 70000 externref) (table 1 9 (ref null func)))";
        assert_eq!(
            limits(text),
            [
                (4, Some(1000)),
                (4, Some(1000)),
                (1, Some(9)),
                (2, Some(10)),
                (2, Some(5)),
                (3, Some(10))
            ]
        );
    }

    #[test]
    fn what_begins_above_the_limit_cannot_grow_and_is_told() {
        let text = "(module (table 5000 funcref) (memory 11))";
        assert_eq!(limits(text), [(5000, Some(5000)), (11, Some(11))]);
        let wasm = wat::parse_str(text).expect("valid");
        let bounded = Bounded::new(&wasm, 10, 1000).expect("valid");
        assert_eq!(
            (bounded.minimum_pages, bounded.minimum_elements),
            (11, 5000)
        );
    }

    #[test]
    fn tables_with_initial_values_keep_them() {
        let text = "(module (func $f) (table 3 (ref func) (ref.func $f)) (memory i64 1))";
        assert_eq!(limits(text), [(3, Some(1000)), (1, Some(10))]);
    }

    #[test]
    fn everything_else_stays_as_it_was() {
        let wasm = wat::parse_str(
            r#"(module (func (export "f")) (memory (export "m") 1) (data (i32.const 0) "x"))"#,
        )
        .expect("valid");
        let bounded = Bounded::new(&wasm, 10, 1000).expect("valid");
        assert_eq!(bounded.wasm.len(), wasm.len() + 1);
        assert!(!bounded.has_start);
        let without = wat::parse_str("(module (func $f) (start $f))").expect("valid");
        let bounded = Bounded::new(&without, 10, 1000).expect("valid");
        assert!(matches!(bounded.wasm, Cow::Borrowed(_)));
        assert!(bounded.has_start);
        assert!(Bounded::new(b"\0asm\x01\0\0\0\x05\x01", 1, 1).is_err());
    }
}
