//! How much machine code an artifact holds.

/// `AOT_SECTION_TYPE_TEXT` of aot_runtime.h.
const TEXT: u32 = 2;

/// Bytes of the text section of WAMR's own artifact, as its loader finds it: after magic and
/// version each section has its type, its length, and its bytes, aligned to four.
pub(crate) fn code_bytes(payload: &[u8]) -> Option<u64> {
    let number = |at: usize| {
        let bytes = payload.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let mut at = 8_usize;
    loop {
        let (kind, length) = (number(at)?, number(at + 4)?);
        if kind == TEXT {
            return Some(length.into());
        }
        at = (at + 8).checked_add(length as usize)?.next_multiple_of(4);
    }
}

#[cfg(test)]
mod tests {
    use super::code_bytes;

    #[test]
    fn the_text_section_is_found_behind_others() {
        let mut payload = b"\0aot\x06\0\0\0".to_vec();
        payload.extend([0, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3, 0]);
        payload.extend([2, 0, 0, 0, 5, 0, 0, 0]);
        assert_eq!(code_bytes(&payload), Some(5));
        assert_eq!(code_bytes(&payload[..payload.len() - 1]), None);
    }
}
