//! The network computed here: 10 -> h -> h -> 2, tanh between, log-softmax at the end.
//!
//! Plain loops, in which every output has an accumulator of its own: a compiler that may use
//! vector instructions turns them into such, and the order of additions, hence the result, is
//! the same with and without. Nothing calls a mathematical library, so that all machines and
//! the native twin get the same bits.

use crate::features::Features;
use crate::onnx::{initializers, Tensor};

/// The widest hidden layer.
const WIDEST: usize = 4096;

/// One layer: weights input by input, as the file has them.
struct Layer {
    weights: Vec<f32>,
    biases: Vec<f32>,
}

/// A network and room for its values.
pub struct Network {
    layers: Vec<Layer>,
    values: Vec<f32>,
    sums: Vec<f32>,
}

impl Network {
    /// Reads the network from an ONNX file.
    pub fn new(model: &[u8]) -> Result<Self, String> {
        let mut tensors = initializers(model)?.into_iter();
        let mut layers = Vec::new();
        let (mut inputs, mut widest) = (crate::features::COUNT, 2);
        while let Some(weights) = tensors.next() {
            let biases = tensors.next().unwrap_or_default();
            let outputs = biases.values.len();
            if weights.dimensions != [inputs, outputs]
                || biases.dimensions.len() != 1
                || outputs > WIDEST
            {
                return Err(misfit(&weights, &biases));
            }
            layers.push(Layer {
                weights: weights.values,
                biases: biases.values,
            });
            widest = widest.max(outputs).max(inputs);
            inputs = outputs;
        }
        if layers.is_empty() || inputs != 2 {
            return Err(
                "give an ONNX file of a network with ten inputs and two outputs".to_owned(),
            );
        }
        Ok(Self {
            layers,
            values: vec![0.0; widest],
            sums: vec![0.0; widest],
        })
    }

    /// Log-probabilities of the two classes.
    pub fn log_probabilities(&mut self, features: &Features) -> Result<[f32; 2], String> {
        self.values[..features.len()].copy_from_slice(features);
        let last = self.layers.len() - 1;
        for (index, layer) in self.layers.iter().enumerate() {
            let sums = &mut self.sums[..layer.biases.len()];
            layer.sums(&self.values, sums);
            if index < last {
                activate(sums);
                std::mem::swap(&mut self.values, &mut self.sums);
            }
        }
        Ok(log_softmax([self.sums[0], self.sums[1]]))
    }
}

impl Layer {
    fn sums(&self, values: &[f32], sums: &mut [f32]) {
        sums.copy_from_slice(&self.biases);
        for (value, row) in values.iter().zip(self.weights.chunks_exact(sums.len())) {
            for (sum, weight) in sums.iter_mut().zip(row) {
                *sum += value * weight;
            }
        }
    }
}

fn activate(values: &mut [f32]) {
    for value in values {
        *value = tanh(*value);
    }
}

/// The tenth convergent of the continued fraction x / (1 + x² / (3 + x² / (5 + ...))), off
/// by less than 1e-6 wherever the result is not 1 anyway.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    const LAST: f32 = 13_749_310_575.0;
    let x = x.clamp(-9.0, 9.0);
    let t = x * x;
    let above = [
        1.0,
        1_964_187_225.0 / LAST,
        64_324_260.0 / LAST,
        675_675.0 / LAST,
        2_145.0 / LAST,
        1.0 / LAST,
    ];
    let below = [
        1.0,
        6_547_290_750.0 / LAST,
        413_513_100.0 / LAST,
        7_567_560.0 / LAST,
        45_045.0 / LAST,
        66.0 / LAST,
    ];
    let polynomial = |factors: [f32; 6]| {
        factors
            .iter()
            .rev()
            .fold(0.0, |sum, factor| sum * t + factor)
    };
    (x * polynomial(above) / polynomial(below)).clamp(-1.0, 1.0)
}

/// Of two values a and b with d = |a - b|: the larger has -ln(1 + e^-d), the other d less.
fn log_softmax([a, b]: [f32; 2]) -> [f32; 2] {
    let difference = (a - b).abs();
    // e^-d by the half angle.
    let half = tanh(difference / 2.0);
    let larger = -ln_1p((1.0 - half) / (1.0 + half));
    let smaller = larger - difference;
    if a >= b {
        [larger, smaller]
    } else {
        [smaller, larger]
    }
}

/// ln(1 + u) for u from 0 to 1, by the series of 2 atanh(u / (2 + u)).
fn ln_1p(u: f32) -> f32 {
    let s = u / (2.0 + u);
    let t = s * s;
    let series = [
        1.0,
        1.0 / 3.0,
        1.0 / 5.0,
        1.0 / 7.0,
        1.0 / 9.0,
        1.0 / 11.0,
        1.0 / 13.0,
    ];
    2.0 * s
        * series
            .iter()
            .rev()
            .fold(0.0, |sum, factor| sum * t + factor)
}

fn misfit(weights: &Tensor, biases: &Tensor) -> String {
    format!(
        "layers do not fit together: {} has dimensions {:?} and {} has {:?}",
        String::from_utf8_lossy(&weights.name),
        weights.dimensions,
        String::from_utf8_lossy(&biases.name),
        biases.dimensions
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_agree_with_the_standard_library() {
        for step in -120_000..=120_000 {
            let x = step as f32 / 10_000.0;
            let exact = f64::from(x).tanh();
            assert!((f64::from(tanh(x)) - exact).abs() < 1e-6, "tanh {x}");
            let [left, right] = log_softmax([x, 0.5]);
            let d = f64::from(x) - 0.5;
            assert!(
                (f64::from(left) + (-d).exp().ln_1p()).abs() < 4e-6,
                "left {x}: {left}"
            );
            assert!(
                (f64::from(right) + d.exp().ln_1p()).abs() < 4e-6,
                "right {x}: {right}"
            );
        }
    }

    #[test]
    fn values_that_are_no_numbers_harm_nothing() {
        let mut network = Network::new(include_bytes!("../../../models/mlp-32.onnx")).unwrap();
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            // No feature is ever one, and nothing is promised of the answer.
            assert!(network.log_probabilities(&[odd; 10]).is_ok());
        }
    }

    #[test]
    fn what_is_no_such_network_is_refused() {
        let model = include_bytes!("../../../models/mlp-32.onnx");
        for bytes in [&b""[..], b"{}", &model[..100], &model[..model.len() - 1]] {
            assert!(Network::new(bytes).is_err());
        }
    }
}
