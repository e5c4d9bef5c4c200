//! Reading words and writing numbers.

use alloc::vec::Vec;

/// The words of a line; a quoted text is one word, quotes included.
pub struct Words<'a>(pub &'a [u8]);

impl<'a> Words<'a> {
    /// The next word.
    pub fn next(&mut self) -> Option<&'a [u8]> {
        let line = self.0.trim_ascii_start();
        let mut end = 0;
        if line.first() == Some(&b'"') {
            end = 1;
            while end < line.len() && line[end] != b'"' {
                end += if line[end] == b'\\' { 2 } else { 1 };
            }
            end = (end + 1).min(line.len());
        } else {
            while end < line.len() && line[end] != b' ' {
                end += 1;
            }
        }
        let (word, rest) = line.split_at(end);
        self.0 = rest;
        if word.is_empty() {
            None
        } else {
            Some(word)
        }
    }
}

/// The bytes that a quoted word means.
pub fn quoted(word: &[u8]) -> Vec<u8> {
    let inner = word.strip_prefix(b"\"").unwrap_or(word);
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner);
    let mut bytes = Vec::new();
    let mut rest = inner.iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next() {
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'0') => 0,
                Some(b'x') => {
                    let mut digit = || {
                        rest.next()
                            .and_then(|digit| (*digit as char).to_digit(16))
                            .unwrap_or(0)
                    };
                    (digit() << 4 | digit()) as u8
                }
                Some(other) => *other,
                None => b'\\',
            },
            other => *other,
        });
    }
    bytes
}

/// A decimal or hexadecimal number, perhaps negative.
pub fn number(word: &[u8]) -> Option<u64> {
    if let Some(positive) = word.strip_prefix(b"-") {
        return number(positive).map(u64::wrapping_neg);
    }
    let (digits, radix) = match word.strip_prefix(b"0x") {
        Some(digits) => (digits, 16),
        None => (word, 10),
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = (*digit as char).to_digit(radix)?;
        Some(
            number
                .wrapping_mul(u64::from(radix))
                .wrapping_add(u64::from(digit)),
        )
    })
}

/// Writes a number in decimal.
pub fn push_number(line: &mut Vec<u8>, mut number: u64) {
    let start = line.len();
    loop {
        line.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    line[start..].reverse();
}

/// Writes bytes; those that are not printable ASCII as `\xNN`.
pub fn push_escaped(line: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for byte in bytes {
        match byte {
            b' '..=b'~' => line.push(*byte),
            other => line.extend_from_slice(&[
                b'\\',
                b'x',
                DIGITS[usize::from(other >> 4)],
                DIGITS[usize::from(other & 15)],
            ]),
        }
    }
}
