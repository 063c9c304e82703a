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

/// Where a point lies in a spline.
#[derive(Clone, Copy)]
pub(super) struct Located {
    /// The number of its bin.
    index: usize,
    bin: Bin<f64>,
    /// How the slopes at the ends of the bin move with the numbers that set them.
    moves: [f64; 2],
}

impl Located {
    /// The image of `x`, and the slope there.
    pub(super) fn forward(&self, x: f64) -> Image<f64> {
        self.bin.forward(x)
    }
}

impl Shape {
    /// Writes the derivatives of `by_value` * value + `by_slope` * ln(slope) by the numbers as the network gave
    /// them into `into`; returns that by x. `numbers` have shares in the place of the logarithms of sizes.
    pub(super) fn backward(
        self,
        numbers: &[f32],
        at: &Located,
        x: f64,
        [by_value, by_slope]: [f64; 2],
        into: &mut [f32],
    ) -> f64 {
        let Located { index, bin, moves } = *at;
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
        for (knot, by) in [(index, by(3) * moves[0]), ((index + 1) % self.knots(), by(4) * moves[1])] {
            into_slopes[knot] += by as f32;
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

    /// The bin that holds `x`, by numbers with shares in the place of the logarithms of sizes.
    pub(super) fn locate(self, numbers: &[f32], x: f64) -> Located {
        let [widths, heights] = [&numbers[..self.bins], &numbers[self.bins..2 * self.bins]];
        let free = 1.0 - LEAST_BIN * self.bins as f64;
        let size = |share: f32| LEAST_BIN + free * f64::from(share);
        let (mut start, mut index) = (0.0, 0);
        while index + 1 < self.bins && start + size(widths[index]) <= x {
            start += size(widths[index]);
            index += 1;
        }
        let base = heights[..index].iter().map(|&share| size(share)).sum();
        let [left, right] = [index, index + 1].map(|knot| {
            let raw = f64::from(numbers[2 * self.bins + knot % self.knots()]);
            slope(Dual::<f64, 1>::variable(raw, 0))
        });
        let (width, rise) = (size(widths[index]), size(heights[index]));
        let bin = Bin { start, width, base, rise, left: left.re, right: right.re };
        Located { index, bin, moves: [left.eps[0], right.eps[0]] }
    }
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
