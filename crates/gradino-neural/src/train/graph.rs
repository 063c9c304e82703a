//! ln q of many points as one graph of tensors, the splines in it, and the gradient of a weighted sum of them.
//!
//! This is the way of a GPU: all points of a step at once, and nothing but ln q and the gradient leaves the
//! device. The processor is faster by [`super::gradient`], chunk by chunk.

use super::gradient::{Rows, places};
use super::network::{Loaded, Networks, matrix, read};
use crate::error::Result;
use crate::layout::Network;
use crate::spec::FlowSpec;
use crate::spline::{LEAST_BIN, LEAST_SLOPE};
use burn_tensor::{Device, Tensor, activation};
use gradino_core::Manifold;
use std::f64::consts::{PI, TAU};

/// A flow with its numbers on a device.
pub(super) struct Graph<'a> {
    pub(super) spec: &'a FlowSpec,
    pub(super) networks: &'a Networks,
    pub(super) loaded: Vec<Loaded>,
}

impl Graph<'_> {
    /// ln q in the unit cube of rows, and the gradient of the sum of `weight(row, ln q)` times d(ln q), with
    /// the weights taken as constants.
    pub(super) fn gradient(
        &self,
        rows: Rows,
        weight: impl Fn(usize, f64) -> f64,
    ) -> Result<(Vec<f64>, Vec<f32>)> {
        let leaves: Vec<Loaded> = self.loaded.iter().map(Loaded::leaves).collect();
        let ln_q = self.ln_q(&leaves, rows);
        let values: Vec<f64> =
            read(vec![ln_q.clone().inner().flatten(0, 1)])?.into_iter().map(f64::from).collect();
        let weights: Vec<f32> = values.iter().enumerate().map(|(row, &ln)| weight(row, ln) as f32).collect();
        let graph = (ln_q * matrix(weights, values.len(), &self.networks.device)).sum().backward();
        let gradients = |(number, leaves)| self.networks.gradients(number, leaves, &graph);
        let gradient = read(leaves.iter().enumerate().flat_map(gradients).collect())?;
        Ok((values, gradient))
    }

    /// ln q of rows, as a column.
    fn ln_q(&self, leaves: &[Loaded], rows: Rows) -> Tensor<2> {
        let axes = self.spec.space.axes.len();
        let count = rows.unit.len() / axes;
        let device = &self.networks.device;
        let seen = matrix(rows.seen.to_vec(), count, device);
        let unit = matrix(rows.unit.iter().map(|&x| x as f32).collect(), count, device);
        let mut columns: Vec<Tensor<2>> = (0..axes).map(|axis| unit.clone().narrow(1, axis, 1)).collect();
        let mut ln_q = Tensor::zeros([count, 1], device);
        for turn in 0..self.spec.transforms.len() {
            ln_q = ln_q + self.transform(turn, leaves, &seen, &mut columns);
        }
        ln_q
    }

    /// Maps the columns of coordinates by one transform; returns the sum of the logarithms of its slopes.
    fn transform(
        &self,
        turn: usize,
        leaves: &[Loaded],
        seen: &Tensor<2>,
        columns: &mut [Tensor<2>],
    ) -> Tensor<2> {
        let features: Vec<Tensor<2>> =
            (0..columns.len()).map(|axis| self.features(axis, &columns[axis])).collect();
        let (mut mapped, mut numbers) = (Vec::new(), Vec::new());
        let networks = self.networks.all.iter().zip(leaves);
        for (network, leaves) in networks.filter(|(network, _)| network.transform == turn) {
            let output = leaves.run(network, sight(network, &features, seen));
            for place in places(self.spec, network) {
                let raw = output.clone().narrow(1, place.range.start, place.range.len());
                numbers.push(closed(raw, place.shape.bins, place.shape.manifold).unsqueeze_dim(1));
                mapped.push(place.axis);
            }
        }
        let before = Tensor::cat(mapped.iter().map(|&axis| columns[axis].clone()).collect(), 1);
        let bins = self.spec.transforms[turn].bins;
        let (values, ln_slopes) = splines(Tensor::cat(numbers, 1), before, bins);
        for (place, axis) in mapped.into_iter().enumerate() {
            columns[axis] = values.clone().narrow(1, place, 1);
        }
        ln_slopes.sum_dim(1)
    }

    /// The features of an axis, [`crate::Features::push_axis`] for a column of coordinates.
    fn features(&self, axis: usize, u: &Tensor<2>) -> Tensor<2> {
        let features = self.spec.features;
        match self.spec.space.axes[axis].manifold {
            Manifold::Interval => {
                let t = u.clone() * 2.0 - 1.0;
                let mut all = vec![t.ones_like(), t.clone()];
                for k in 2..=features.interval {
                    all.push(t.clone() * all[k - 1].clone() * 2.0 - all[k - 2].clone());
                }
                Tensor::cat(all.split_off(1), 1)
            }
            Manifold::Circle => periodic(u, features.circle, &self.networks.device),
        }
    }
}

/// cos(2 pi k u), sin(2 pi k u) in turns, k = 1 to `count`, of a column of coordinates. Both are computed without the
/// graph, which has the straight lines through them: each is the slope of the other.
pub(super) fn periodic(u: &Tensor<2>, count: usize, device: &Device) -> Tensor<2> {
    let still = u.clone().inner();
    let near = still.clone() - still.clone().round();
    let orders = matrix((1..=count).map(|k| k as f32).collect(), 1, device);
    let [cos, sin] = turned(near * orders.clone());
    let in_turns = |cos: Tensor<2>, sin: Tensor<2>| {
        let [rows, count] = cos.dims();
        Tensor::stack::<3>(vec![cos, sin], 2).reshape([rows, 2 * count])
    };
    let rates = orders * TAU;
    let slopes = in_turns(sin.clone().neg() * rates.clone(), cos.clone() * rates);
    (u.clone() - still) * slopes + in_turns(cos, sin)
}

/// Cosine and sine of 2 pi t, without those of the device: Vulkan permits them to be off by 2^-11. By their series
/// at half the angle, within a quarter of a turn, of which the first term left out is below 1e-8.
fn turned(t: Tensor<2>) -> [Tensor<2>; 2] {
    const TERMS: usize = 6;
    let half = (t.clone() - t.round()) * PI;
    let square = half.clone().square();
    // sum of (-x^2)^n / (2 n + odd)!, from its end
    let series = |odd: usize| {
        (1..=TERMS).rev().fold(square.ones_like(), |rest, n| {
            let factor = -1.0 / ((2 * n - 1 + odd) * (2 * n + odd)) as f64;
            rest * square.clone() * factor + 1.0
        })
    };
    let (cos, sin) = (series(0), half * series(1));
    [(cos.clone() - sin.clone()) * (cos.clone() + sin.clone()), cos * sin * 2.0]
}

/// What a network sees: the features of its axes, then those of the conditions.
fn sight(network: &Network, features: &[Tensor<2>], seen: &Tensor<2>) -> Tensor<2> {
    let axes = network.sees.iter().map(|&axis| features[axis].clone());
    Tensor::cat(axes.chain([seen.clone()]).collect(), 1)
}

/// The numbers of splines with a slope for both ends: those of a circle are the same.
fn closed(raw: Tensor<2>, bins: usize, manifold: Manifold) -> Tensor<2> {
    match manifold {
        Manifold::Interval => raw,
        Manifold::Circle => Tensor::cat(vec![raw.clone(), raw.narrow(1, 2 * bins, 1)], 1),
    }
}

/// Images of points [rows, axes] and the logarithms of the slopes there, eqs. (4) and (5) of durkan2019, by the
/// numbers [rows, axes, 3 bins + 1] that networks gave: [`crate::Spline`] for many points.
///
/// The bin of a point is found by masks of zeros and ones, as a device gathers slowly and in no fixed order.
fn splines(raw: Tensor<3>, x: Tensor<2>, bins: usize) -> (Tensor<2>, Tensor<2>) {
    let part = |start: usize| raw.clone().narrow(2, start, bins);
    let (widths, heights) = (sizes(part(0), bins), sizes(part(bins), bins));
    let [below, here] = masks(&widths, &x, bins);
    let pick = |numbers: Tensor<3>, mask: &Tensor<3>| (numbers * mask.clone()).sum_dim(2).squeeze_dim::<2>(2);
    let (start, width) = (pick(widths.clone(), &below), pick(widths, &here));
    let (base, rise) = (pick(heights.clone(), &below), pick(heights, &here));
    let (left, right) = (slope(pick(part(2 * bins), &here)), slope(pick(part(2 * bins + 1), &here)));
    let share = ((x - start) / width.clone()).clamp(0.0, 1.0);
    let rest = share.clone().neg() + 1.0;
    let cross = share.clone() * rest.clone();
    let mean = rise.clone() / width;
    let bottom = mean.clone() + (left.clone() + right.clone() - mean.clone() * 2.0) * cross.clone();
    let rises = mean.clone() * share.clone().square() + left.clone() * cross.clone();
    let value = (base + rise * rises / bottom.clone()).clamp_max(1.0);
    let top = right * share.square() + mean.clone() * cross * 2.0 + left * rest.square();
    (value, ((mean / bottom).square() * top).log())
}

/// Sizes of bins from their logarithms: softmax, with the least size.
fn sizes(raw: Tensor<3>, bins: usize) -> Tensor<3> {
    activation::softmax(raw, 2) * (1.0 - LEAST_BIN * bins as f64) + LEAST_BIN
}

/// Ones for the bins below the one that holds a point, and a one for that bin. Its lower edge belongs to it.
fn masks(widths: &Tensor<3>, x: &Tensor<2>, bins: usize) -> [Tensor<3>; 2] {
    let inner = widths.clone().inner().cumsum(2).narrow(2, 0, bins - 1);
    let passed = inner.lower_equal(x.clone().inner().unsqueeze_dim(2)).float();
    let end = passed.clone().narrow(2, 0, 1);
    let below = Tensor::cat(vec![passed.clone(), end.zeros_like()], 2);
    let here = Tensor::cat(vec![end.ones_like(), passed], 2) - below.clone();
    [below, here]
}

/// Slopes at knots: softplus, moved so that 0 gives the slope 1.
fn slope(raw: Tensor<2>) -> Tensor<2> {
    activation::softplus(raw + (1.0 - LEAST_SLOPE).exp_m1().ln(), 1.0) + LEAST_SLOPE
}
