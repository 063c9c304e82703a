//! Monotone rational-quadratic splines of the unit interval and of the circle onto themselves (durkan2019,
//! rezende2020).

use gradino_core::{Manifold, Real};

/// Least width and height of a bin, as a share of the unit interval.
pub const LEAST_BIN: f64 = 1e-4;
/// Least slope at a knot.
pub const LEAST_SLOPE: f64 = 1e-4;

/// How many numbers set a spline: widths, heights, and a slope at each knot; the first and the last knot of a
/// circle are the same point.
pub fn numbers(bins: usize, manifold: Manifold) -> usize {
    match manifold {
        Manifold::Interval => 3 * bins + 1,
        Manifold::Circle => 3 * bins,
    }
}

/// An increasing map of [0, 1] onto itself, a ratio of two parabolas in each bin.
#[derive(Clone, Debug)]
pub struct Spline<D> {
    /// Where the bins begin and end, from 0 to 1.
    pub knots: Vec<D>,
    /// The values there, from 0 to 1.
    pub values: Vec<D>,
    /// The slopes there.
    pub slopes: Vec<D>,
}

/// Where a spline maps a point to, and its slope there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Image<D> {
    /// The image of the point.
    pub value: D,
    /// d(image)/d(point).
    pub slope: D,
}

impl<D: Real> Spline<D> {
    /// The spline that a network sets: `raw` holds the logarithms of `bins` widths and of `bins` heights, each
    /// up to a constant, then the slopes, as ln(exp(slope - [`LEAST_SLOPE`]) - 1) + constant, so that zeros are
    /// the identity (durkan2019, section 3.1).
    pub fn from_raw(raw: &[D], bins: usize, manifold: Manifold) -> Self {
        let mut slopes: Vec<D> = raw[2 * bins..].iter().map(|&r| slope(r)).collect();
        if manifold == Manifold::Circle {
            slopes.push(slopes[0]);
        }
        let (knots, values) = (edges(&raw[..bins]), edges(&raw[bins..2 * bins]));
        Spline { knots, values, slopes }
    }

    /// The image of `x` in [0, 1], and the slope there.
    pub fn forward(&self, x: D) -> Image<D> {
        self.bin(bin_of(&self.knots, x.re())).forward(x)
    }

    /// The point whose image is `y` in [0, 1], and its slope dx/dy there.
    pub fn inverse(&self, y: D) -> Image<D> {
        self.bin(bin_of(&self.values, y.re())).inverse(y)
    }

    fn bin(&self, bin: usize) -> Bin<D> {
        Bin {
            start: self.knots[bin],
            width: self.knots[bin + 1] - self.knots[bin],
            base: self.values[bin],
            rise: self.values[bin + 1] - self.values[bin],
            left: self.slopes[bin],
            right: self.slopes[bin + 1],
        }
    }
}

/// One bin of a spline.
#[derive(Clone, Copy, Debug)]
pub struct Bin<D> {
    /// Where it begins.
    pub start: D,
    /// Its width.
    pub width: D,
    /// The value where it begins.
    pub base: D,
    /// How much the value rises over it.
    pub rise: D,
    /// The slope where it begins.
    pub left: D,
    /// The slope where it ends.
    pub right: D,
}

impl<D: Real> Bin<D> {
    /// The image of `x`, and the slope there; eqs. (4) and (5) of durkan2019.
    pub fn forward(&self, x: D) -> Image<D> {
        let share = (x - self.start) / self.width;
        let (mean, bend) = self.shape();
        let cross = share * (D::one() - share);
        let value = self.base + self.rise * (mean * share.sq() + self.left * cross) / (mean + bend * cross);
        Image { value: value.min(D::one()), slope: self.slope_at(share, mean, bend) }
    }

    /// The point whose image is `y`, and its slope dx/dy there; eqs. (6) to (8) of durkan2019.
    pub fn inverse(&self, y: D) -> Image<D> {
        let (mean, bend) = self.shape();
        let above = y - self.base;
        let a = self.rise * (mean - self.left) + above * bend;
        let b = self.rise * self.left - above * bend;
        let c = -(mean * above);
        let root = (b.sq() - a * c * 4.0).max(D::zero()).sqrt();
        let share = -(c + c) / (b + root);
        let value = (self.start + share * self.width).min(D::one());
        Image { value, slope: self.slope_at(share, mean, bend).recip() }
    }

    /// Mean slope, and how much the slopes at the ends exceed it in sum.
    fn shape(&self) -> (D, D) {
        let mean = self.rise / self.width;
        (mean, self.left + self.right - mean - mean)
    }

    /// Slope at a share of the way, eq. (5) of durkan2019.
    fn slope_at(&self, share: D, mean: D, bend: D) -> D {
        let rest = D::one() - share;
        let cross = share * rest;
        let top = self.right * share.sq() + mean * cross * 2.0 + self.left * rest.sq();
        mean.sq() * top / (mean + bend * cross).sq()
    }
}

/// Edges of bins, from 0 to 1, from the logarithms of their sizes: softmax, with the least size.
fn edges<D: Real>(raw: &[D]) -> Vec<D> {
    let most = raw.iter().fold(f64::NEG_INFINITY, |most, r| most.max(r.re()));
    let sizes: Vec<D> = raw.iter().map(|&r| (r - most).exp()).collect();
    let total = sizes.iter().fold(D::zero(), |total, &size| total + size);
    let free = 1.0 - LEAST_BIN * raw.len() as f64;
    let mut edges = vec![D::zero()];
    let mut edge = D::zero();
    for size in &sizes[..raw.len() - 1] {
        edge += *size / total * free + LEAST_BIN;
        edges.push(edge);
    }
    edges.push(D::one());
    edges
}

/// A slope at a knot: softplus, moved so that 0 gives the slope 1.
pub(crate) fn slope<D: Real>(raw: D) -> D {
    let x = raw + (1.0 - LEAST_SLOPE).exp_m1().ln();
    let softplus = if x.re() > 0.0 { x + ((-x).exp() + 1.0).ln() } else { (x.exp() + 1.0).ln() };
    softplus + LEAST_SLOPE
}

/// The bin that holds `x`: its lower edge belongs to it.
fn bin_of<D: Real>(edges: &[D], x: f64) -> usize {
    let inner = &edges[1..edges.len() - 1];
    inner.partition_point(|edge| edge.re() <= x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;
    use proptest::prelude::*;

    const BINS: usize = 8;

    fn raw(manifold: Manifold) -> impl Strategy<Value = Vec<f64>> {
        prop::collection::vec(-4.0..4.0f64, numbers(BINS, manifold))
    }

    proptest! {
        #[test]
        fn a_spline_undoes_its_inverse(raw in raw(Manifold::Interval), x in 0.0..=1.0f64) {
            let spline = Spline::from_raw(&raw, BINS, Manifold::Interval);
            let there = spline.forward(x);
            let back = spline.inverse(there.value);
            // What rounds in y moves x by 1 / slope times as much.
            let rounding = 1e-12 * (1.0 + back.slope);
            prop_assert!((back.value - x).abs() < rounding, "{} {x}", back.value);
            prop_assert!((back.slope * there.slope - 1.0).abs() < 1e-6);
        }

        #[test]
        fn the_slope_of_a_spline_is_its_derivative(raw in raw(Manifold::Circle), x in 0.0..1.0f64) {
            let dual = |x: Dual<f64, 1>| {
                let raw: Vec<Dual<f64, 1>> = raw.iter().map(|&r| r.into()).collect();
                Spline::from_raw(&raw, BINS, Manifold::Circle).forward(x)
            };
            let image = dual(Dual::variable(x, 0));
            prop_assert!((image.value.eps[0] / image.slope.re - 1.0).abs() < 1e-9);
            let spline = Spline::from_raw(&raw, BINS, Manifold::Circle);
            let step = 1e-7;
            let difference = (spline.forward(x + step).value - spline.forward(x).value) / step;
            let knot = spline.knots.iter().any(|&k| (k - x).abs() < 2.0 * step);
            // Second derivatives are up to slope^2 over the width of a bin, 1e-4 at least.
            prop_assert!(knot || (difference - image.slope.re).abs() < 2e-3 * (1.0 + image.slope.re.powi(2)));
        }

        #[test]
        fn a_spline_is_onto_and_rises(raw in raw(Manifold::Interval)) {
            let spline = Spline::from_raw(&raw, BINS, Manifold::Interval);
            prop_assert_eq!(spline.forward(0.0).value, 0.0);
            prop_assert!((spline.forward(1.0).value - 1.0).abs() < 1e-15);
            let values: Vec<f64> = (0..=1000).map(|i| spline.forward(f64::from(i) / 1000.0).value).collect();
            prop_assert!(values.is_sorted());
        }

        #[test]
        fn a_circular_spline_has_one_slope_where_the_circle_closes(raw in raw(Manifold::Circle)) {
            let spline = Spline::from_raw(&raw, BINS, Manifold::Circle);
            prop_assert_eq!(spline.slopes[0].to_bits(), spline.slopes[BINS].to_bits());
            let (start, end) = (spline.forward(0.0).slope, spline.forward(1.0).slope);
            prop_assert!((start / end - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_spline_of_zeros_is_the_identity() {
        for manifold in [Manifold::Interval, Manifold::Circle] {
            let spline = Spline::from_raw(&vec![0.0; numbers(BINS, manifold)], BINS, manifold);
            for x in [0.0, 0.1, 0.125, 0.7, 1.0] {
                let image = spline.forward(x);
                assert!((image.value - x).abs() < 1e-15 && (image.slope - 1.0).abs() < 1e-14);
            }
        }
    }
}
