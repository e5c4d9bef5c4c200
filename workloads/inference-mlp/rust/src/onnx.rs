//! The weights in an ONNX file: the few fields of its protobuf that hold them.

const MODEL_GRAPH: u64 = 7;
const GRAPH_INITIALIZER: u64 = 5;
const TENSOR_DIMENSIONS: u64 = 1;
const TENSOR_TYPE: u64 = 2;
const TENSOR_NAME: u64 = 8;
const TENSOR_RAW_DATA: u64 = 9;
const FLOAT: u64 = 1;

/// An initialiser whose elements are floating-point numbers of 32 bits.
#[derive(Debug, Default, PartialEq)]
pub struct Tensor {
    pub name: Vec<u8>,
    pub dimensions: Vec<usize>,
    pub values: Vec<f32>,
}

/// The initialisers of a model, in their order.
pub fn initializers(model: &[u8]) -> Result<Vec<Tensor>, String> {
    let mut tensors = Vec::new();
    for field in Fields(model) {
        let (MODEL_GRAPH, Payload::Bytes(graph)) = field? else {
            continue;
        };
        for field in Fields(graph) {
            if let (GRAPH_INITIALIZER, Payload::Bytes(bytes)) = field? {
                tensors.push(tensor(bytes)?);
            }
        }
    }
    Ok(tensors)
}

fn tensor(bytes: &[u8]) -> Result<Tensor, String> {
    let mut tensor = Tensor::default();
    let mut kind = 0;
    for field in Fields(bytes) {
        match field? {
            (TENSOR_DIMENSIONS, Payload::Number(dimension)) => {
                tensor.dimensions.push(size(dimension)?)
            }
            (TENSOR_DIMENSIONS, Payload::Bytes(packed)) => {
                let mut rest = Fields(packed);
                while !rest.0.is_empty() {
                    tensor.dimensions.push(size(rest.varint()?)?);
                }
            }
            (TENSOR_TYPE, Payload::Number(number)) => kind = number,
            (TENSOR_NAME, Payload::Bytes(name)) => tensor.name = name.to_vec(),
            (TENSOR_RAW_DATA, Payload::Bytes(raw)) => {
                let numbers = raw.chunks_exact(4);
                tensor.values = numbers
                    .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
                    .collect();
            }
            _ => {}
        }
    }
    let volume = tensor
        .dimensions
        .iter()
        .try_fold(1_usize, |product, dimension| {
            product.checked_mul(*dimension)
        });
    if kind != FLOAT || volume != Some(tensor.values.len()) {
        let name = String::from_utf8_lossy(&tensor.name);
        return Err(format!(
            "the initialiser {name} is not of floats in raw_data, as many as its dimensions say"
        ));
    }
    Ok(tensor)
}

fn size(number: u64) -> Result<usize, String> {
    usize::try_from(number).map_err(|_| "a dimension is too large".to_owned())
}

/// The fields of a message.
struct Fields<'a>(&'a [u8]);

enum Payload<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Fixed,
}

impl<'a> Fields<'a> {
    fn varint(&mut self) -> Result<u64, String> {
        let mut value = 0;
        for (index, byte) in self.0.iter().take(10).enumerate() {
            value |= u64::from(byte & 0x7f).wrapping_shl(7 * index as u32);
            if byte & 0x80 == 0 {
                self.0 = &self.0[index + 1..];
                return Ok(value);
            }
        }
        Err("no ONNX file: it ends within a number".to_owned())
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], String> {
        let split = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length));
        let (taken, rest) = split.ok_or("no ONNX file: it is truncated")?;
        self.0 = rest;
        Ok(taken)
    }

    fn field(&mut self) -> Result<(u64, Payload<'a>), String> {
        let tag = self.varint()?;
        let payload = match tag & 7 {
            0 => Payload::Number(self.varint()?),
            2 => {
                let length = self.varint()?;
                Payload::Bytes(self.take(length)?)
            }
            1 => self.take(8).map(|_| Payload::Fixed)?,
            5 => self.take(4).map(|_| Payload::Fixed)?,
            _ => return Err("no ONNX file: an unknown kind of field".to_owned()),
        };
        Ok((tag >> 3, payload))
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Payload<'a>), String>;

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

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: &[u8] = include_bytes!("../../../models/mlp-32.onnx");

    #[test]
    fn the_initialisers_come_with_names_and_dimensions() {
        let tensors = initializers(MODEL).unwrap();
        let shapes: Vec<_> = tensors
            .iter()
            .map(|tensor| (&tensor.name[..], &tensor.dimensions[..]))
            .collect();
        assert_eq!(
            shapes,
            [
                (&b"weights1"[..], &[10, 32][..]),
                (b"biases1", &[32]),
                (b"weights2", &[32, 32]),
                (b"biases2", &[32]),
                (b"weights3", &[32, 2]),
                (b"biases3", &[2]),
            ]
        );
    }

    #[test]
    fn a_truncated_file_is_refused_wherever_it_ends() {
        for length in 0..MODEL.len() {
            if let Ok(tensors) = initializers(&MODEL[..length]) {
                assert!(tensors.is_empty(), "{length}");
            }
        }
    }
}
