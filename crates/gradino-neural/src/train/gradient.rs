//! ln q of many points, and the gradient of a weighted sum of them.
//!
//! burn differentiates the networks; the splines between them go back by their adjoints, transform by transform
//! from the last to the first.

use super::adjoint::Shape;
use super::network::{Loaded, Networks, matrix, numbers};
use crate::layout::Network;
use crate::spec::FlowSpec;
use burn_tensor::Tensor;
use gradino_core::{Dual, Manifold};

/// Points in the unit cube with the features of their conditions, row by row.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) seen: &'a [f32],
    pub(super) unit: &'a [f64],
}

/// A flow with its numbers on a device.
pub(super) struct Model<'a> {
    pub(super) spec: &'a FlowSpec,
    pub(super) networks: &'a Networks,
    pub(super) loaded: Vec<Loaded>,
}

/// What a network gave for some rows: kept for the way back.
struct Pass {
    number: usize,
    leaves: Loaded,
    features: Tensor<2>,
    output: Tensor<2>,
    /// The output with widths and heights normalised.
    normalised: Vec<f32>,
}

/// A place of a transform's order: its axis, the shape of its spline and where its numbers are in a row.
pub(super) struct Place {
    pub(super) axis: usize,
    pub(super) shape: Shape,
    pub(super) range: std::ops::Range<usize>,
}

/// The places that a network sets.
pub(super) fn places(spec: &FlowSpec, network: &Network) -> Vec<Place> {
    let transform = &spec.transforms[network.transform];
    let mut start = 0;
    let place = |place: usize| {
        let axis = transform.order[place];
        let begin = start;
        start += spec.numbers(transform, place);
        let manifold = spec.space.axes[axis].manifold;
        Place { axis, shape: Shape { bins: transform.bins, manifold }, range: begin..start }
    };
    network.sets.clone().map(place).collect()
}

impl Model<'_> {
    /// ln q in the unit cube of rows, and the gradient of the sum of `weight(row, ln q)` times d(ln q), with
    /// the weights taken as constants.
    pub(super) fn gradient(&self, rows: Rows, weight: impl Fn(usize, f64) -> f64) -> (Vec<f64>, Vec<f32>) {
        let axes = self.spec.space.axes.len();
        let mut ln_q = vec![0.0; rows.unit.len() / axes];
        let mut unit = rows.unit.to_vec();
        let mut stages: Vec<(Vec<f64>, Vec<Pass>)> = Vec::new();
        for turn in 0..self.spec.transforms.len() {
            let before = unit.clone();
            let passes = self.forward(turn, rows.seen, &before, &mut unit, &mut ln_q);
            stages.push((before, passes));
        }
        let by_ln: Vec<f64> = ln_q.iter().enumerate().map(|(row, &ln)| weight(row, ln)).collect();
        let mut by_unit = vec![0.0; unit.len()];
        let mut gradients = vec![Vec::new(); self.networks.all.len()];
        for (turn, (before, passes)) in stages.into_iter().enumerate().rev() {
            self.backward(turn, &before, passes, &by_ln, &mut by_unit, &mut gradients);
        }
        (ln_q, gradients.concat())
    }

    /// The networks of a transform with their numbers in the flow.
    fn of(&self, turn: usize) -> impl Iterator<Item = (usize, &Network)> {
        self.networks.all.iter().enumerate().filter(move |(_, network)| network.transform == turn)
    }

    /// What a network sees of rows.
    fn features(&self, network: &Network, seen: &[f32], unit: &[f64]) -> Vec<f32> {
        let axes = self.spec.space.axes.len();
        let rows = unit.len() / axes;
        let wide = seen.len() / rows;
        let mut features = Vec::with_capacity(rows * network.layers[0].inputs);
        let mut of_axes: Vec<f64> = Vec::new();
        for row in 0..rows {
            of_axes.clear();
            for &axis in &network.sees {
                let manifold = self.spec.space.axes[axis].manifold;
                self.spec.features.push_axis(manifold, unit[row * axes + axis], &mut of_axes);
            }
            features.extend(of_axes.iter().map(|&feature| feature as f32));
            features.extend_from_slice(&seen[row * wide..(row + 1) * wide]);
        }
        features
    }

    /// One transform on the way there.
    fn forward(
        &self,
        turn: usize,
        seen: &[f32],
        before: &[f64],
        unit: &mut [f64],
        ln_q: &mut [f64],
    ) -> Vec<Pass> {
        let pass = |(number, network): (usize, &Network)| {
            let features = matrix(self.features(network, seen, before), ln_q.len(), &self.networks.device);
            let features = features.autodiff();
            let features = if turn > 0 { features.require_grad() } else { features };
            let leaves = self.loaded[number].leaves();
            let output = leaves.run(network, features.clone());
            let mut normalised = numbers(output.clone());
            self.map(network, &mut normalised, before, unit, ln_q);
            Pass { number, leaves, features, output, normalised }
        };
        self.of(turn).map(pass).collect()
    }

    /// Maps the axes that a network sets, and normalises its output.
    fn map(&self, network: &Network, output: &mut [f32], before: &[f64], unit: &mut [f64], ln_q: &mut [f64]) {
        let axes = self.spec.space.axes.len();
        let wide = output.len() / ln_q.len();
        for place in places(self.spec, network) {
            for (row, ln_q) in ln_q.iter_mut().enumerate() {
                let numbers = &mut output[row * wide..][place.range.clone()];
                place.shape.normalise(numbers);
                let at = row * axes + place.axis;
                let image = place.shape.forward(numbers, before[at]);
                unit[at] = image.value;
                *ln_q += image.slope.ln();
            }
        }
    }

    /// One transform on the way back: `by_unit` becomes the derivatives by where its points came in.
    fn backward(
        &self,
        turn: usize,
        before: &[f64],
        passes: Vec<Pass>,
        by_ln: &[f64],
        by_unit: &mut [f64],
        gradients: &mut [Vec<f32>],
    ) {
        let axes = self.spec.space.axes.len();
        let mut by_features = Vec::new();
        for pass in passes {
            let network = &self.networks.all[pass.number];
            let mut by_output = vec![0.0; pass.normalised.len()];
            let wide = by_output.len() / by_ln.len();
            for place in places(self.spec, network) {
                for (row, &by_ln) in by_ln.iter().enumerate() {
                    let range = row * wide + place.range.start..row * wide + place.range.end;
                    let at = row * axes + place.axis;
                    let into = &mut by_output[range.clone()];
                    let by = [by_unit[at], by_ln];
                    by_unit[at] = place.shape.backward(&pass.normalised[range], before[at], by, into);
                }
            }
            let by_output = matrix(by_output, by_ln.len(), &self.networks.device).autodiff();
            let graph = (pass.output * by_output).sum().backward();
            let by_numbers = self.networks.gradients(pass.number, &pass.leaves, &graph);
            gradients[pass.number].extend(by_numbers.into_iter().flat_map(numbers));
            if turn > 0 {
                by_features.push((network, pass.features.grad(&graph).map(numbers)));
            }
        }
        for (network, by_features) in by_features {
            let by_features = by_features.expect("later networks keep the gradients of what they see");
            self.through_features(network, &by_features, before, by_unit);
        }
    }

    /// Adds to the derivatives by coordinates what comes through the features of a network.
    fn through_features(&self, network: &Network, by_features: &[f32], before: &[f64], by_unit: &mut [f64]) {
        let axes = self.spec.space.axes.len();
        let wide = network.layers[0].inputs;
        let mut features: Vec<Dual<f64, 1>> = Vec::new();
        for (row, by_features) in by_features.chunks_exact(wide).enumerate() {
            let mut start = 0;
            for &axis in &network.sees {
                let at = row * axes + axis;
                let manifold: Manifold = self.spec.space.axes[axis].manifold;
                features.clear();
                self.spec.features.push_axis(manifold, Dual::variable(before[at], 0), &mut features);
                for (feature, &by) in features.iter().zip(&by_features[start..]) {
                    by_unit[at] += feature.eps[0] * f64::from(by);
                }
                start += features.len();
            }
        }
    }
}
