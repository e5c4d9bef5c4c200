//! What may stand in a header field (RFC 9110, section 5): a guest must not smuggle a
//! second header or a second message into the stream.

const TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let allowed = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut at = 0;
    while at < allowed.len() {
        table[allowed[at] as usize] = true;
        at += 1;
    }
    table
};

/// Whether `name` is a token, or a pseudo-header's colon and a token.
#[inline]
pub fn is_field_name(name: &[u8]) -> bool {
    let token = name.strip_prefix(b":").unwrap_or(name);
    !token.is_empty() && token.iter().all(|byte| TOKEN[*byte as usize])
}

/// Whether `value` is free of CR, LF and NUL.
#[inline]
pub fn is_field_value(value: &[u8]) -> bool {
    value.iter().all(|byte| !matches!(byte, 0 | b'\r' | b'\n'))
}
