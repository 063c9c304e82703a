//! ln q of many points, and the gradient of a weighted sum of them.
//!
//! On the processor: networks and the splines between them go back by their adjoints, transform by transform from
//! the last to the first. What burn's own differentiation gives for the same is in [`super::graph`].

use super::adjoint::{Located, Shape};
use super::kernels::Softmax;
use super::layers::{Layers, Trace};
use super::network::{Networks, numbers};
use crate::fused::Instructions;
use crate::layout::Network;
use crate::spec::FlowSpec;
use burn_tensor::Tensor;
use gradino_core::{Dual, Manifold};

/// Rows that go there and back before the next: what is kept of them meanwhile stays in the cache.
const BLOCK: usize = 256;

/// Points in the unit cube with the features of their conditions, row by row.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    pub(super) seen: &'a [f32],
    pub(super) unit: &'a [f64],
}

/// A flow with its numbers on the processor.
pub(super) struct Model<'a> {
    spec: &'a FlowSpec,
    networks: &'a Networks,
    /// W and b of each layer of each network.
    loaded: Vec<Vec<(Tensor<2>, Vec<f32>)>>,
    arch: pulp::Arch,
}

/// What a network gave for some rows: kept for the way back.
struct Pass {
    number: usize,
    trace: Trace,
    /// The output with widths and heights normalised.
    normalised: Vec<f32>,
    /// For each place that it sets, where the rows lie in its splines.
    located: Vec<Vec<Located>>,
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

impl<'a> Model<'a> {
    /// The flow with numbers in order.
    pub(super) fn new(spec: &'a FlowSpec, networks: &'a Networks, all: &[f32]) -> Self {
        let layers = |(weight, bias): (Tensor<2>, Tensor<1>)| (weight, numbers(bias));
        let loaded = networks.load(all).into_iter();
        let loaded = loaded.map(|loaded| loaded.layers.into_iter().map(layers).collect()).collect();
        let best = Instructions::available()[0];
        Model { spec, networks, loaded, arch: best.arch().expect("the machine has what it lists") }
    }

    /// ln q in the unit cube of rows, and the gradient of the sum of `weight(row, ln q)` times d(ln q), with
    /// the weights taken as constants.
    pub(super) fn gradient(&self, rows: Rows, weight: impl Fn(usize, f64) -> f64) -> (Vec<f64>, Vec<f32>) {
        let count = rows.unit.len() / self.spec.space.axes.len();
        let (axes, wide) = (rows.unit.len() / count, rows.seen.len() / count);
        let (mut all, mut total) = (Vec::with_capacity(count), Vec::new());
        for first in (0..count).step_by(BLOCK) {
            let end = (first + BLOCK).min(count);
            let seen = &rows.seen[first * wide..end * wide];
            let unit = &rows.unit[first * axes..end * axes];
            let (ln_q, gradient) = self.of_block(Rows { seen, unit }, |row, ln_q| weight(first + row, ln_q));
            all.extend(ln_q);
            if total.is_empty() {
                total = gradient;
            } else {
                total.iter_mut().zip(gradient).for_each(|(total, part)| *total += part);
            }
        }
        (all, total)
    }

    /// The same of a few rows.
    fn of_block(&self, rows: Rows, weight: impl Fn(usize, f64) -> f64) -> (Vec<f64>, Vec<f32>) {
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

    fn layers(&self, number: usize) -> Layers<'_> {
        let Networks { all, masks, device, .. } = self.networks;
        let (network, masks) = (&all[number], &masks[number][..]);
        Layers { network, loaded: &self.loaded[number], masks, arch: self.arch, device }
    }

    /// The features of an axis of rows of points, row by row.
    fn features(&self, axis: usize, unit: &[f64]) -> Vec<f32> {
        let axes = &self.spec.space.axes;
        let (mut all, mut of_point): (Vec<f32>, Vec<f64>) = (Vec::new(), Vec::new());
        for point in unit.chunks_exact(axes.len()) {
            of_point.clear();
            self.spec.features.push_axis(axes[axis].manifold, point[axis], &mut of_point);
            all.extend(of_point.iter().map(|&feature| feature as f32));
        }
        all
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
        let is_seen = |axis: usize| self.of(turn).any(|(_, network)| network.sees.contains(&axis));
        let of_axis = |axis| if is_seen(axis) { self.features(axis, before) } else { Vec::new() };
        let of_axes: Vec<Vec<f32>> = (0..self.spec.space.axes.len()).map(of_axis).collect();
        let pass = |(number, network): (usize, &Network)| {
            let parts = network.sees.iter().map(|&axis| &of_axes[axis][..]).chain([seen]);
            let features = beside(&parts.collect::<Vec<_>>(), ln_q.len());
            let (mut normalised, trace) = self.layers(number).forward(features, ln_q.len());
            let located = self.map(network, &mut normalised, before, unit, ln_q);
            Pass { number, trace, normalised, located }
        };
        self.of(turn).map(pass).collect()
    }

    /// Maps the axes that a network sets, and normalises its output.
    fn map(
        &self,
        network: &Network,
        output: &mut [f32],
        before: &[f64],
        unit: &mut [f64],
        ln_q: &mut [f64],
    ) -> Vec<Vec<Located>> {
        let axes = self.spec.space.axes.len();
        let wide = output.len() / ln_q.len();
        let place = |place: Place| {
            let bins = place.shape.bins;
            for start in [place.range.start, place.range.start + bins] {
                self.arch.dispatch(Softmax { rows: output, wide, start, bins });
            }
            let row = |(row, ln_q): (usize, &mut f64)| {
                let at = row * axes + place.axis;
                let located = place.shape.locate(&output[row * wide..][place.range.clone()], before[at]);
                let image = located.forward(before[at]);
                unit[at] = image.value;
                *ln_q += image.slope.ln();
                located
            };
            ln_q.iter_mut().enumerate().map(row).collect()
        };
        places(self.spec, network).into_iter().map(place).collect()
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
        let mut by_features: Vec<Vec<f32>> = vec![Vec::new(); axes];
        for pass in passes {
            let network = &self.networks.all[pass.number];
            let mut by_output = vec![0.0; pass.normalised.len()];
            let wide = by_output.len() / by_ln.len();
            for (place, located) in places(self.spec, network).into_iter().zip(&pass.located) {
                for (row, (&by_ln, located)) in by_ln.iter().zip(located).enumerate() {
                    let range = row * wide + place.range.start..row * wide + place.range.end;
                    let at = row * axes + place.axis;
                    let into = &mut by_output[range.clone()];
                    let numbers = &pass.normalised[range];
                    let by = [by_unit[at], by_ln];
                    by_unit[at] = place.shape.backward(numbers, located, before[at], by, into);
                }
            }
            let layers = self.layers(pass.number);
            let (by_numbers, by_seen) = layers.backward(pass.trace, by_output, turn > 0);
            gradients[pass.number] = by_numbers;
            if let Some(by_seen) = by_seen {
                self.share(network, &by_seen, &mut by_features);
            }
        }
        for (axis, by_features) in by_features.iter().enumerate() {
            self.through_features(axis, by_features, before, by_unit);
        }
    }

    /// Adds derivatives by what a network sees to those by the features of its axes.
    fn share(&self, network: &Network, by_seen: &[f32], by_features: &mut [Vec<f32>]) {
        let wide = network.layers[0].inputs;
        let mut start = 0;
        for &axis in &network.sees {
            let count = self.spec.features.of_axis(self.spec.space.axes[axis].manifold);
            let all = &mut by_features[axis];
            all.resize(by_seen.len() / wide * count, 0.0);
            for (all, row) in all.chunks_exact_mut(count).zip(by_seen.chunks_exact(wide)) {
                all.iter_mut().zip(&row[start..]).for_each(|(all, by)| *all += by);
            }
            start += count;
        }
    }

    /// Adds to the derivatives by the coordinates of an axis what comes through its features, if anything does.
    fn through_features(&self, axis: usize, by_features: &[f32], before: &[f64], by_unit: &mut [f64]) {
        let axes = self.spec.space.axes.len();
        let manifold: Manifold = self.spec.space.axes[axis].manifold;
        let count = self.spec.features.of_axis(manifold);
        let mut features: Vec<Dual<f64, 1>> = Vec::new();
        for (row, by) in by_features.chunks_exact(count).enumerate() {
            let at = row * axes + axis;
            features.clear();
            self.spec.features.push_axis(manifold, Dual::variable(before[at], 0), &mut features);
            by_unit[at] += features.iter().zip(by).map(|(f, &by)| f.eps[0] * f64::from(by)).sum::<f64>();
        }
    }
}

/// Matrices of as many rows, one beside the other.
fn beside(parts: &[&[f32]], rows: usize) -> Vec<f32> {
    let wide: Vec<usize> = parts.iter().map(|part| part.len() / rows).collect();
    let mut all = Vec::with_capacity(rows * wide.iter().sum::<usize>());
    for row in 0..rows {
        for (part, wide) in parts.iter().zip(&wide) {
            all.extend_from_slice(&part[row * wide..(row + 1) * wide]);
        }
    }
    all
}
