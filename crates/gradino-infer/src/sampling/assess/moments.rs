//! Moments of points: first and second powers along each axis, and products of pairs.

use super::Measured;
use gradino_core::{Manifold, Space};
use std::f64::consts::TAU;

/// Sums over weighted points, from which means and their errors follow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Moments {
    weight: f64,
    /// For each moment: sums of w g, w^2 g and w^2 g^2; and that of w^2 alone.
    sums: Vec<[f64; 3]>,
    square: f64,
}

impl Moments {
    /// Adds points with weights.
    pub fn add(&mut self, space: &Space, points: &[f64], weights: impl Iterator<Item = f64>) {
        let mut values = Vec::new();
        for (point, w) in points.chunks_exact(space.axes.len()).zip(weights) {
            moments(space, point, &mut values);
            self.sums.resize(values.len(), [0.0; 3]);
            self.weight += w;
            self.square += w * w;
            for (sum, g) in self.sums.iter_mut().zip(&values) {
                sum[0] += w * g;
                sum[1] += w * w * g;
                sum[2] += w * w * g * g;
            }
        }
    }

    /// Means, with the errors of ratios of sums.
    pub fn means(&self) -> Vec<Measured> {
        let mean = |[first, w2g, w2g2]: &[f64; 3]| {
            let value = first / self.weight;
            let variance = w2g2 - 2.0 * value * w2g + value * value * self.square;
            Measured { value, error: variance.max(0.0).sqrt() / self.weight }
        };
        self.sums.iter().map(mean).collect()
    }

    /// Differences from the moments of `other` points, in units of the spread of what they are the means of: of its
    /// standard deviation over these points, which have unit weights.
    pub fn differences(&self, other: &Moments) -> Vec<Measured> {
        let root = self.weight.sqrt();
        let difference = |(a, b): (Measured, Measured)| {
            let spread = a.error * root;
            Measured { value: (a.value - b.value) / spread, error: a.error.hypot(b.error) / spread }
        };
        self.means().into_iter().zip(other.means()).map(difference).filter(|d| d.pull().is_finite()).collect()
    }
}

/// t and t^2 of the place t along an interval, cosines and sines of once and twice the angle on a circle; then the
/// products of the first functions of each pair of axes.
fn moments(space: &Space, point: &[f64], values: &mut Vec<f64>) {
    values.clear();
    let place = |axis: usize| (point[axis] - space.axes[axis].low) / space.axes[axis].length();
    for (axis, known) in space.axes.iter().enumerate() {
        let t = place(axis);
        match known.manifold {
            Manifold::Interval => values.extend([t, t * t]),
            Manifold::Circle => [1.0, 2.0].into_iter().for_each(|n| {
                let (sin, cos) = (n * TAU * t).sin_cos();
                values.extend([cos, sin]);
            }),
        }
    }
    let first = |axis: usize| match space.axes[axis].manifold {
        Manifold::Interval => place(axis),
        Manifold::Circle => (TAU * place(axis)).cos(),
    };
    for b in 1..point.len() {
        (0..b).for_each(|a| values.push(first(a) * first(b)));
    }
}
