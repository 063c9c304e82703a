//! The networks of a flow on the processor, there and back: burn multiplies the matrices, and what is between
//! them goes back by its slopes.

use super::kernels::Bend;
use super::network::{matrix, numbers};
use crate::layout::Network;
use burn_tensor::{Device, Tensor};

/// What is kept of a layer on the way there.
struct Step {
    /// What it saw.
    input: Tensor<2>,
    /// Slopes of the activation that made this; none where there was none.
    slopes: Option<Vec<f32>>,
}

/// What is kept of a network on the way there, layer by layer.
pub(super) struct Trace(Vec<Step>);

/// A network with its numbers, W and b of each layer, and the masks of W, on the processor.
#[derive(Clone, Copy)]
pub(super) struct Layers<'a> {
    pub(super) network: &'a Network,
    pub(super) loaded: &'a [(Tensor<2>, Vec<f32>)],
    pub(super) masks: &'a [Option<Vec<f32>>],
    pub(super) arch: pulp::Arch,
    pub(super) device: &'a Device,
}

impl Layers<'_> {
    /// The output for rows of features, and what the way back needs.
    pub(super) fn forward(self, features: Vec<f32>, rows: usize) -> (Vec<f32>, Trace) {
        let last = self.network.layers.len() - 1;
        let mut trace = Trace(Vec::new());
        let mut hidden = self.apply(0, features, None, rows, &mut trace);
        if self.network.residual {
            for block in (1..last).step_by(2) {
                let mut step = hidden.clone();
                for layer in [block, block + 1] {
                    let slopes = self.bend(&mut step);
                    step = self.apply(layer, step, Some(slopes), rows, &mut trace);
                }
                hidden.iter_mut().zip(step).for_each(|(h, step)| *h += step);
            }
            return (self.apply(last, hidden, None, rows, &mut trace), trace);
        }
        for layer in 1..=last {
            let slopes = self.bend(&mut hidden);
            hidden = self.apply(layer, hidden, Some(slopes), rows, &mut trace);
        }
        (hidden, trace)
    }

    /// The gradients of all numbers, in order, of a sum of the output times `by_output`; and, where `wanted`, of
    /// the features.
    pub(super) fn backward(
        self,
        trace: Trace,
        by_output: Vec<f32>,
        wanted: bool,
    ) -> (Vec<f32>, Option<Vec<f32>>) {
        let last = self.network.layers.len() - 1;
        let mut gradients = vec![Vec::new(); last + 1];
        let mut by = by_output;
        if self.network.residual {
            by = self.back(last, &trace, by, &mut gradients);
            for block in (1..last).step_by(2).rev() {
                let inner = self.back(block + 1, &trace, by.clone(), &mut gradients);
                let inner = self.back(block, &trace, inner, &mut gradients);
                by.iter_mut().zip(inner).for_each(|(by, inner)| *by += inner);
            }
        } else {
            for layer in (1..=last).rev() {
                by = self.back(layer, &trace, by, &mut gradients);
            }
        }
        let by = self.by_numbers(0, &trace, by, &mut gradients);
        let features = wanted.then(|| self.by_input(0, &by));
        (gradients.concat(), features)
    }

    /// y = x W + b.
    fn apply(
        self,
        layer: usize,
        input: Vec<f32>,
        slopes: Option<Vec<f32>>,
        rows: usize,
        trace: &mut Trace,
    ) -> Vec<f32> {
        let (weight, bias) = &self.loaded[layer];
        let input = matrix(input, rows, self.device);
        let mut output = numbers(input.clone().matmul(weight.clone()));
        for row in output.chunks_exact_mut(bias.len()) {
            row.iter_mut().zip(bias).for_each(|(y, b)| *y += b);
        }
        trace.0.push(Step { input, slopes });
        output
    }

    /// The activation in place; returns its slopes.
    fn bend(self, values: &mut [f32]) -> Vec<f32> {
        let mut slopes = vec![0.0; values.len()];
        self.arch.dispatch(Bend { activation: self.network.activation, values, slopes: &mut slopes });
        slopes
    }

    /// A layer and the activation before it on the way back.
    fn back(self, layer: usize, trace: &Trace, by: Vec<f32>, gradients: &mut [Vec<f32>]) -> Vec<f32> {
        let by = self.by_numbers(layer, trace, by, gradients);
        let mut by_input = self.by_input(layer, &by);
        if let Some(slopes) = &trace.0[layer].slopes {
            by_input.iter_mut().zip(slopes).for_each(|(by, slope)| *by *= slope);
        }
        by_input
    }

    /// Writes the gradients of W and b; masked weights have none. Returns `by` as a matrix.
    fn by_numbers(self, layer: usize, trace: &Trace, by: Vec<f32>, gradients: &mut [Vec<f32>]) -> Tensor<2> {
        let (outputs, input) = (self.network.layers[layer].outputs, &trace.0[layer].input);
        let mut by_bias = vec![0.0; outputs];
        for row in by.chunks_exact(outputs) {
            by_bias.iter_mut().zip(row).for_each(|(sum, by)| *sum += by);
        }
        let by = matrix(by, input.dims()[0], self.device);
        let mut gradient = numbers(input.clone().transpose().matmul(by.clone()));
        if let Some(mask) = &self.masks[layer] {
            gradient.iter_mut().zip(mask).for_each(|(gradient, mask)| *gradient *= mask);
        }
        gradient.extend(by_bias);
        gradients[layer] = gradient;
        by
    }

    /// Derivatives by what a layer saw.
    fn by_input(self, layer: usize, by: &Tensor<2>) -> Vec<f32> {
        numbers(by.clone().matmul(self.loaded[layer].0.clone().transpose()))
    }
}
