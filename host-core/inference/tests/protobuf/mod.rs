//! ONNX files by hand.

pub(crate) const FLOAT: u64 = 1;

/// The parts of a model.
#[derive(Default)]
pub(crate) struct Model {
    pub(crate) nodes: Vec<Vec<u8>>,
    pub(crate) initializers: Vec<Vec<u8>>,
    pub(crate) inputs: Vec<(&'static str, Vec<u64>)>,
}

impl Model {
    /// The file; its output is `y`.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut graph: Vec<u8> = self.nodes.iter().flat_map(|node| block(1, node)).collect();
        graph.extend(self.initializers.iter().flat_map(|tensor| block(5, tensor)));
        for (name, dimensions) in &self.inputs {
            graph.extend(block(11, &input(name, dimensions)));
        }
        graph.extend(block(12, &block(1, b"y")));
        [number(1, 8), block(8, &number(2, 13)), block(7, &graph)].concat()
    }
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

pub(crate) fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

pub(crate) fn block(field: u64, payload: &[u8]) -> Vec<u8> {
    [
        varint(field << 3 | 2),
        varint(payload.len() as u64),
        payload.to_vec(),
    ]
    .concat()
}

pub(crate) fn node(operator: &str, inputs: &[&str], output: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = inputs
        .iter()
        .flat_map(|name| block(1, name.as_bytes()))
        .collect();
    bytes.extend(block(2, output.as_bytes()));
    bytes.extend(block(4, operator.as_bytes()));
    bytes
}

pub(crate) fn initializer(name: &str, dimensions: &[u64], values: &[f32]) -> Vec<u8> {
    let mut bytes: Vec<u8> = dimensions
        .iter()
        .flat_map(|dimension| number(1, *dimension))
        .collect();
    bytes.extend(number(2, FLOAT));
    bytes.extend(block(8, name.as_bytes()));
    let raw: Vec<u8> = values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect();
    bytes.extend(block(9, &raw));
    bytes
}

fn input(name: &str, dimensions: &[u64]) -> Vec<u8> {
    let shape: Vec<u8> = dimensions
        .iter()
        .flat_map(|dimension| block(1, &number(1, *dimension)))
        .collect();
    let kind = block(1, &[number(1, FLOAT), block(2, &shape)].concat());
    [block(1, name.as_bytes()), block(2, &kind)].concat()
}
