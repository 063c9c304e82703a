//! Rational-quadratic splines of a block of points, as [`crate::Spline`] defines them.
//!
//! The density feels errors of a coordinate many times over, so coordinates are sums of two numbers, of which the
//! second holds what the first cannot, and edges of bins are summed in the same way.
//!
//! No closures here: they would be compiled without the vector instructions.

use super::lanes::Lanes;
use super::rows::{BLOCK, Row};
use crate::spline::{LEAST_BIN, LEAST_SLOPE};
use gradino_core::Manifold;
use pulp::{Simd, WithSimd};

/// Which way a point goes through a spline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// From the space to the cube.
    Forward,
    /// From the cube to the space.
    Inverse,
}

/// A coordinate of each point of a block: the sum of two numbers, the second below the last bit of the first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coordinate {
    pub(super) high: Row,
    pub(super) low: Row,
}

impl Coordinate {
    pub(super) const MIDDLE: Coordinate = Coordinate { high: Row([0.5; BLOCK]), low: Row::ZERO };

    pub(super) fn put(&mut self, lane: usize, x: f64) {
        self.high.0[lane] = x as f32;
        self.low.0[lane] = (x - f64::from(x as f32)) as f32;
    }

    /// At most one, which rounding may exceed.
    pub(super) fn get(&self, lane: usize) -> f64 {
        (f64::from(self.high.0[lane]) + f64::from(self.low.0[lane])).min(1.0)
    }
}

/// Takes a coordinate of each point through the spline that `raw` sets, and multiplies `density` by the slope
/// of the forward map there. `raw` is used up.
pub(super) struct Map<'a> {
    pub(super) way: Way,
    pub(super) bins: usize,
    pub(super) manifold: Manifold,
    pub(super) raw: &'a mut [Row],
    pub(super) coordinate: &'a mut Coordinate,
    pub(super) density: &'a mut [f64; BLOCK],
}

impl WithSimd for Map<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.way {
            Way::Forward => self.run::<S, 0>(simd),
            Way::Inverse => self.run::<S, 1>(simd),
        }
    }
}

impl Map<'_> {
    /// Points stand on the axis of widths, `ALONG` = 0, or on that of heights, 1, and go to the other.
    #[inline(always)]
    fn run<S: Simd, const ALONG: usize>(self, simd: S) {
        let mut slopes = Row::ZERO;
        for first in (0..BLOCK).step_by(S::F32_LANES) {
            let mut raw = Raw { simd, rows: self.raw, first, bins: self.bins, manifold: self.manifold };
            let x = [self.coordinate.high.lanes(simd, first), self.coordinate.low.lanes(simd, first)];
            let factors = [raw.sizes(0), raw.sizes(self.bins)];
            let bin = raw.find::<ALONG>(x, factors);
            let (within, share) = if ALONG == 0 { bin.forward() } else { bin.inverse() };
            let image = bin.edge[0] + within;
            let rest = (bin.edge[0] - image) + within + bin.edge[1];
            self.coordinate.high.store(first, image);
            self.coordinate.low.store(first, rest);
            slopes.store(first, bin.slope(share));
        }
        for (density, slope) in self.density.iter_mut().zip(slopes.0) {
            *density *= f64::from(slope);
        }
    }
}

/// The numbers of the splines of the points of one vector.
struct Raw<'a, S> {
    simd: S,
    rows: &'a mut [Row],
    first: usize,
    bins: usize,
    manifold: Manifold,
}

impl<S: Simd> Raw<'_, S> {
    #[inline(always)]
    fn row(&self, row: usize) -> Lanes<S> {
        self.rows[row].lanes(self.simd, self.first)
    }

    /// The number for the slope at a knot.
    #[inline(always)]
    fn knot(&self, knot: usize) -> Lanes<S> {
        match self.manifold {
            Manifold::Circle if knot == self.bins => self.row(2 * self.bins),
            _ => self.row(2 * self.bins + knot),
        }
    }

    /// Puts exp(raw - largest) in the place of the rows of all bins; gives the factor, in two parts, that makes
    /// them sum to one when the least size is added to each.
    #[inline(always)]
    fn sizes(&mut self, start: usize) -> [Lanes<S>; 2] {
        let mut most = self.row(start);
        for row in start + 1..start + self.bins {
            most = most.max(self.row(row));
        }
        let mut total = Sum::at_leaste(most);
        for row in start..start + self.bins {
            let size = (self.row(row) - most).exp();
            total.add(size);
            self.rows[row].store(self.first, size);
        }
        let free = 1.0 - LEAST_BIN * self.bins as f64;
        let [total, rest] = total.minus_one();
        let factor = most.of(free as f32).div(total);
        let missing = factor.mul_add(most.of(0.0) - total, most.of(free as f32)) - factor * rest;
        let missing = missing + most.of((free - f64::from(free as f32)) as f32);
        [factor, missing.div(total)]
    }

    /// Width and height of a bin.
    #[inline(always)]
    fn size(&self, bin: usize, factors: [[Lanes<S>; 2]; 2]) -> [Lanes<S>; 2] {
        [self.scaled(bin, factors[0]), self.scaled(self.bins + bin, factors[1])]
    }

    #[inline(always)]
    fn scaled(&self, row: usize, factor: [Lanes<S>; 2]) -> Lanes<S> {
        let share = self.row(row);
        share.mul_add(factor[0], share.mul_add(factor[1], share.of(LEAST_BIN as f32)))
    }

    /// The bin that holds `x`; `factors` make widths and heights of their rows.
    #[inline(always)]
    fn find<const ALONG: usize>(&self, x: [Lanes<S>; 2], factors: [[Lanes<S>; 2]; 2]) -> Bin<S> {
        let zero = x[0].of(0.0);
        let slopes = [self.knot(0), self.knot(1)];
        let size = self.size(0, factors);
        let mut next = Bin { above: x[0] + x[1], edge: [zero, zero], size, slopes };
        let (mut found, mut above, mut edge) = (next, x, Sum::at_leaste(zero));
        for bin in 1..self.bins {
            let along = next.size[ALONG];
            let rest = above[0] - along;
            above[1] = above[1] + ((above[0] - rest) - along);
            above[0] = rest;
            edge.add(next.size[1 - ALONG]);
            next = Bin {
                above: above[0] + above[1],
                edge: edge.minus_one(),
                size: self.size(bin, factors),
                slopes: [next.slopes[1], self.knot(bin + 1)],
            };
            found = next.where_else(next.above.at_least(zero), found);
        }
        found.slopes = [slope_of(found.slopes[0]), slope_of(found.slopes[1])];
        found
    }
}

/// One and a sum of numbers between zero and one, in two parts: what the first loses is in the second.
#[derive(Clone, Copy)]
struct Sum<S: Simd> {
    high: Lanes<S>,
    low: Lanes<S>,
}

impl<S: Simd> Sum<S> {
    /// One.
    #[inline(always)]
    fn at_leaste(any: Lanes<S>) -> Self {
        Sum { high: any.of(1.0), low: any.of(0.0) }
    }

    /// Adds a number that is not larger than the sum, without error (dekker1971).
    #[inline(always)]
    fn add(&mut self, number: Lanes<S>) {
        let sum = self.high + number;
        self.low = self.low + (number - (sum - self.high));
        self.high = sum;
    }

    /// The sum without the one.
    #[inline(always)]
    fn minus_one(&self) -> [Lanes<S>; 2] {
        [self.high - self.high.of(1.0), self.low]
    }
}

/// A slope at a knot, from the number that sets it; zero sets one.
#[inline(always)]
fn slope_of<S: Simd>(raw: Lanes<S>) -> Lanes<S> {
    const ONE: f32 = 0.541_166_65; // ln(exp(1 - LEAST_SLOPE) - 1)
    (raw + raw.of(ONE)).softplus() + raw.of(LEAST_SLOPE as f32)
}

#[inline(always)]
fn both<S: Simd>(these: [Lanes<S>; 2], mask: S::m32s, others: [Lanes<S>; 2]) -> [Lanes<S>; 2] {
    [these[0].where_else(mask, others[0]), these[1].where_else(mask, others[1])]
}

/// A bin of a spline for each point of a vector.
#[derive(Clone, Copy)]
struct Bin<S: Simd> {
    /// How far the point is above the lower edge.
    above: Lanes<S>,
    /// The image of the lower edge, in two parts.
    edge: [Lanes<S>; 2],
    /// Width and height.
    size: [Lanes<S>; 2],
    /// Slopes at the ends.
    slopes: [Lanes<S>; 2],
}

impl<S: Simd> Bin<S> {
    /// This bin where `mask` holds, `other` elsewhere.
    #[inline(always)]
    fn where_else(self, mask: S::m32s, other: Self) -> Self {
        Bin {
            above: self.above.where_else(mask, other.above),
            edge: both(self.edge, mask, other.edge),
            size: both(self.size, mask, other.size),
            slopes: both(self.slopes, mask, other.slopes),
        }
    }

    /// Mean slope, and how much the slopes at the ends exceed it in sum.
    #[inline(always)]
    fn shape(&self) -> (Lanes<S>, Lanes<S>) {
        let mean = self.size[1].div(self.size[0]);
        (mean, (self.slopes[0] - mean) + (self.slopes[1] - mean))
    }

    /// How far the image is above its edge, and the point's share of the way through the bin; eq. (4) of
    /// durkan2019.
    #[inline(always)]
    fn forward(&self) -> (Lanes<S>, Lanes<S>) {
        let one = self.above.of(1.0);
        let (mean, bend) = self.shape();
        let share = self.above.div(self.size[0]).min(one);
        let cross = share * (one - share);
        let top = (mean * share).mul_add(share, self.slopes[0] * cross);
        (self.size[1] * top.div(bend.mul_add(cross, mean)), share)
    }

    /// The same for the inverse; eqs. (6) to (8) of durkan2019.
    #[inline(always)]
    fn inverse(&self) -> (Lanes<S>, Lanes<S>) {
        let (zero, one) = (self.above.of(0.0), self.above.of(1.0));
        let (mean, bend) = self.shape();
        let a = self.size[1].mul_add(mean - self.slopes[0], self.above * bend);
        let b = self.size[1].mul_add(self.slopes[0], zero - self.above * bend);
        let twice = mean * (self.above + self.above);
        let root = b.mul_add(b, a * (twice + twice)).max(zero).sqrt();
        // Two forms of the same root: the one that subtracts nothing from what is almost the same.
        let positive = b.at_least(zero);
        let top = twice.where_else(positive, root - b);
        let bottom = (b + root).where_else(positive, a + a);
        let share = top.div(bottom).min(one);
        (share * self.size[0], share)
    }

    /// Slope of the forward map at a share of the way through the bin, eq. (5) of durkan2019.
    #[inline(always)]
    fn slope(&self, share: Lanes<S>) -> Lanes<S> {
        let rest = share.of(1.0) - share;
        let (mean, bend) = self.shape();
        let cross = share * rest;
        let ends = (self.slopes[1] * share).mul_add(share, self.slopes[0] * rest * rest);
        let top = (mean + mean).mul_add(cross, ends);
        let ratio = mean.div(bend.mul_add(cross, mean));
        ratio * ratio * top
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Purpose, Stream};
    use pulp::Scalar;

    #[test]
    fn a_zero_sets_the_slope_one() {
        let slope = slope_of(Lanes::splat(Scalar, 0.0)).value();
        assert!((slope - 1.0).abs() <= f32::EPSILON, "{slope}");
    }

    /// Largest errors of images, as shifts of the points, and of the logarithms of slopes, the same where they
    /// change quickly, of splines with slopes up to `steepest`.
    fn worst(way: Way, manifold: Manifold, steepest: f64) -> [f64; 2] {
        const BINS: usize = 8;
        let mut stream = Stream::new(1, 0, Purpose::Test);
        let mut worst = [0.0_f64; 2];
        for _ in 0..2000 {
            let mut even = |low: f64, high: f64| low + (high - low) * stream.uniform();
            let number = |row: usize| if row < 2 * BINS { even(-2.0, 2.0) } else { even(-4.0, steepest) };
            let numbers = crate::spline::numbers(BINS, manifold);
            let raw: Vec<f64> = (0..numbers).map(number).map(|x| f64::from(x as f32)).collect();
            let spline = crate::Spline::from_raw(&raw, BINS, manifold);
            let mut rows: Vec<Row> = raw.iter().map(|&x| Row([x as f32; BLOCK])).collect();
            let mut coordinate = Coordinate::MIDDLE;
            let x: Vec<f64> = (0..BLOCK).map(|_| stream.uniform()).collect();
            x.iter().enumerate().for_each(|(lane, &x)| coordinate.put(lane, x));
            let mut density = [1.0; BLOCK];
            let (raw, coordinate_of) = (&mut rows[..], &mut coordinate);
            let map =
                Map { way, bins: BINS, manifold, raw, coordinate: coordinate_of, density: &mut density };
            pulp::Arch::new().dispatch(map);
            let plain = |x: f64| if way == Way::Forward { spline.forward(x) } else { spline.inverse(x) };
            for (lane, &x) in x.iter().enumerate() {
                let image = plain(x);
                let density = density[lane].powi(if way == Way::Forward { 1 } else { -1 });
                let step = 1e-6_f64.min(x).min(1.0 - x);
                let change = (plain(x + step).slope / plain(x - step).slope).ln().abs() / (2.0 * step);
                let miss = (coordinate.get(lane) - image.value).abs() / image.slope.max(1.0);
                worst[0] = worst[0].max(miss);
                worst[1] = worst[1].max((density / image.slope - 1.0).abs() / change.max(1.0));
            }
        }
        worst
    }

    #[test]
    fn splines_are_those_of_the_plain_evaluation_however_steep() {
        for manifold in [Manifold::Interval, Manifold::Circle] {
            for way in [Way::Forward, Way::Inverse] {
                for (steepest, stated) in [(4.0, [1.5e-7, 1e-6]), (100.0, [5e-7, 1e-5])] {
                    let worst = worst(way, manifold, steepest);
                    let fine = worst[0] < stated[0] && worst[1] < stated[1];
                    assert!(fine, "{way:?}, {manifold:?}, {steepest}: {worst:?}");
                }
            }
        }
    }
}
