//! A spline that a network sets, on the way there and on the way back: how an output moves with each number of
//! the network.

use crate::spline::{Bin, Image, LEAST_BIN, slope};
use gradino_core::{Dual, Manifold};

/// The numbers that set one spline, with its bins and manifold.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) bins: usize,
    pub(super) manifold: Manifold,
}

/// A number with derivatives by the five numbers of a bin on which a value depends: x, width, rise, and the
/// slopes at its ends. It depends on where the bin starts as on -x, and the value on its base as itself.
type Local = Dual<f64, 5>;

impl Shape {
    /// Replaces the logarithms of widths and of heights in `numbers` by their shares, exp(r_i) / sum exp(r_j).
    pub(super) fn normalise(self, numbers: &mut [f32]) {
        let (widths, rest) = numbers.split_at_mut(self.bins);
        softmax(widths);
        softmax(&mut rest[..self.bins]);
    }

    /// The image of `x` and the slope there, by normalised numbers.
    pub(super) fn forward(self, numbers: &[f32], x: f64) -> Image<f64> {
        self.bin(numbers, x).1.forward(x)
    }

    /// Writes the derivatives of `by_value` * value + `by_slope` * ln(slope) by the numbers as the network gave
    /// them into `into`; returns that by x. `numbers` are normalised.
    pub(super) fn backward(
        self,
        numbers: &[f32],
        x: f64,
        [by_value, by_slope]: [f64; 2],
        into: &mut [f32],
    ) -> f64 {
        let (index, bin) = self.bin(numbers, x);
        let local = Bin {
            start: Local::constant(bin.start),
            width: Local::variable(bin.width, 1),
            base: Local::constant(bin.base),
            rise: Local::variable(bin.rise, 2),
            left: Local::variable(bin.left, 3),
            right: Local::variable(bin.right, 4),
        };
        let Image { value, slope } = local.forward(Local::variable(x, 0));
        let by = |slot: usize| by_value * value.eps[slot] + by_slope * slope.eps[slot] / slope.re;
        let [widths, heights] = [&numbers[..self.bins], &numbers[self.bins..2 * self.bins]];
        let (into_widths, rest) = into.split_at_mut(self.bins);
        let (into_heights, into_slopes) = rest.split_at_mut(self.bins);
        softmax_adjoint(widths, index, -by(0), by(1), into_widths);
        softmax_adjoint(heights, index, by_value, by(2), into_heights);
        into_slopes.fill(0.0);
        let knots = into_slopes.len();
        for (knot, by) in [(index, by(3)), ((index + 1) % self.knots(), by(4))] {
            debug_assert!(knot < knots);
            let raw = Dual::<f64, 1>::variable(f64::from(numbers[2 * self.bins + knot]), 0);
            into_slopes[knot] += (by * crate::spline::slope(raw).eps[0]) as f32;
        }
        by(0)
    }

    /// Slopes at knots: the last knot of a circle is its first.
    fn knots(self) -> usize {
        match self.manifold {
            Manifold::Interval => self.bins + 1,
            Manifold::Circle => self.bins,
        }
    }

    /// The bin that holds `x`, and its number.
    fn bin(self, numbers: &[f32], x: f64) -> (usize, Bin<f64>) {
        let [widths, heights] = [&numbers[..self.bins], &numbers[self.bins..2 * self.bins]];
        let free = 1.0 - LEAST_BIN * self.bins as f64;
        let size = |share: f32| LEAST_BIN + free * f64::from(share);
        let (mut start, mut base, mut index) = (0.0, 0.0, 0);
        while index + 1 < self.bins && start + size(widths[index]) <= x {
            start += size(widths[index]);
            base += size(heights[index]);
            index += 1;
        }
        let slope_at = |knot: usize| slope(f64::from(numbers[2 * self.bins + knot % self.knots()]));
        let bin = Bin {
            start,
            width: size(widths[index]),
            base,
            rise: size(heights[index]),
            left: slope_at(index),
            right: slope_at(index + 1),
        };
        (index, bin)
    }
}

fn softmax(numbers: &mut [f32]) {
    let most = numbers.iter().fold(f32::NEG_INFINITY, |most, &r| most.max(r));
    numbers.iter_mut().for_each(|r| *r = (*r - most).exp());
    let total: f32 = numbers.iter().sum();
    numbers.iter_mut().for_each(|r| *r /= total);
}

/// Derivatives by the logarithms of sizes, given those by the sum of the sizes below a bin and by its own size.
fn softmax_adjoint(shares: &[f32], index: usize, by_below: f64, by_size: f64, into: &mut [f32]) {
    let free = (1.0 - LEAST_BIN * shares.len() as f64) as f32;
    let (by_below, by_size) = (by_below as f32 * free, by_size as f32 * free);
    let below: f32 = shares[..index].iter().sum();
    let mean = below * by_below + shares[index] * by_size;
    for (number, (into, &share)) in into.iter_mut().zip(shares).enumerate() {
        let by = match number.cmp(&index) {
            std::cmp::Ordering::Less => by_below,
            std::cmp::Ordering::Equal => by_size,
            std::cmp::Ordering::Greater => 0.0,
        };
        *into = share * (by - mean);
    }
}
