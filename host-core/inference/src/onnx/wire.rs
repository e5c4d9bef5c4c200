//! The protobuf of a model, read without building anything.

use host_core::nn::Refusal;

use super::{malformed, too_large};

/// Bytes of a model outside of its weights.
const OTHER_BYTES: usize = 256 << 10;
/// Bytes of one weight tensor outside of its raw data.
const HEAD_BYTES: usize = 4 << 10;
/// Weight tensors.
const INITIALIZERS: usize = 1_024;

const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_RAW_DATA: u64 = 9;

/// Refuses a model that is truncated or would grow when it is read.
pub(crate) fn check(model: &[u8]) -> Result<(), Refusal> {
    let (mut other, mut graph) = (0, None);
    for field in Fields(model) {
        let (number, payload, size) = field?;
        match (number, payload) {
            (MODEL_GRAPH, Some(bytes)) if graph.is_none() => graph = Some(bytes),
            (MODEL_GRAPH, _) => return Err(malformed("it has more than one graph")),
            _ => other += size,
        }
    }
    let Some(graph) = graph else {
        return Err(malformed("it has no graph"));
    };
    let mut initializers = 0;
    for field in Fields(graph) {
        let (number, payload, size) = field?;
        match (number, payload) {
            (GRAPH_INITIALIZER, Some(tensor)) => {
                initializers += 1;
                check_initializer(tensor)?;
            }
            _ => other += size,
        }
    }
    if initializers > INITIALIZERS {
        return Err(too_large(format!(
            "a model may have {INITIALIZERS} initialisers"
        )));
    }
    if other > OTHER_BYTES {
        return Err(too_large(format!(
            "a model may have {OTHER_BYTES} bytes outside of its initialisers"
        )));
    }
    Ok(())
}

fn check_initializer(tensor: &[u8]) -> Result<(), Refusal> {
    let mut head = 0;
    for field in Fields(tensor) {
        let (number, _, size) = field?;
        if number != TENSOR_RAW_DATA {
            head += size;
        }
    }
    if head > HEAD_BYTES {
        return Err(too_large("an initialiser of some size must use raw_data"));
    }
    Ok(())
}

/// The fields of a message: number, payload where it has a length, bytes in all.
struct Fields<'a>(&'a [u8]);

type Field<'a> = (u64, Option<&'a [u8]>, usize);

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<Field<'a>, Refusal> {
        let before = self.0.len();
        let tag = self.varint()?;
        let payload = match tag & 7 {
            0 => self.varint().map(|_| None)?,
            1 => self.take(8).map(|_| None)?,
            2 => {
                let length = self.varint()?;
                Some(self.take(length)?)
            }
            5 => self.take(4).map(|_| None)?,
            kind => return Err(malformed(format!("a field of wire type {kind}"))),
        };
        Ok((tag >> 3, payload, before - self.0.len()))
    }

    fn varint(&mut self) -> Result<u64, Refusal> {
        let mut value = 0_u64;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f).wrapping_shl(7 * index as u32);
            if byte & 0x80 == 0 {
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
        }
        Err(malformed(
            "it ends within a number, or a number is too long",
        ))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Refusal> {
        let split = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length));
        let Some((taken, rest)) = split else {
            return Err(malformed(format!(
                "it is truncated: a field has {length} bytes, {} are left",
                self.0.len()
            )));
        };
        self.0 = rest;
        Ok(taken)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Field<'a>, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}
