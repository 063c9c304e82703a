//! The continuum variable s in [0, 1] and the trapezoid rule in it.
//!
//! E' = E_cut + R u(s) with u = s - sin(2 pi s) / (2 pi) and R the open range: du/ds and its slope
//! vanish at both ends, so the trapezoid rule converges as the fourth power of the step, and the
//! density that is sampled is the piecewise linear function whose integral is that rule, to the bit.

use gradino_core::{Along, Real, root_along};
use std::f64::consts::TAU;

/// Number of intervals for a range [MeV].
pub(crate) fn intervals(range: f64) -> usize {
    (16 + (2.5 * range).ceil() as usize).min(60)
}

/// u(s) and du/ds.
#[inline]
pub(crate) fn stretch(s: f64) -> (f64, f64) {
    let (sin, cos) = (TAU * s).sin_cos();
    (s - sin / TAU, 1.0 - cos)
}

/// The s at which u(s) = `u`, by Newton steps kept within a bracket.
pub(crate) fn unstretch(u: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    let mut s = 0.5;
    for _ in 0..80 {
        let (value, slope) = stretch(s);
        if value < u {
            low = s;
        } else {
            high = s;
        }
        let newton = s - (value - u) / slope;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - s).abs() <= f64::EPSILON {
            return next;
        }
        s = next;
    }
    s
}

/// A piecewise linear density on equal intervals of s, with its running integral.
#[derive(Clone, Debug, Default)]
pub(crate) struct PiecewiseLinear<D = f64> {
    density: Vec<D>,
    running: Vec<D>,
}

impl<D: Real> PiecewiseLinear<D> {
    /// From densities at the nodes m / n, m = 0..=n.
    pub(crate) fn new(density: Vec<D>) -> Self {
        let step = 1.0 / (density.len() - 1) as f64;
        let mut running = Vec::with_capacity(density.len());
        let mut sum = D::zero();
        running.push(sum);
        for pair in density.windows(2) {
            sum += (pair[0] + pair[1]) * (0.5 * step);
            running.push(sum);
        }
        PiecewiseLinear { density, running }
    }

    /// Number of intervals.
    pub(crate) fn intervals(&self) -> usize {
        self.density.len() - 1
    }

    /// Density at the node `m`.
    pub(crate) fn node(&self, m: usize) -> D {
        self.density[m]
    }

    /// The whole integral.
    pub(crate) fn total(&self) -> D {
        self.running[self.intervals()]
    }

    /// Density at s.
    pub(crate) fn at(&self, s: f64) -> D {
        let (m, t) = self.locate(s);
        self.density[m] + (self.density[m + 1] - self.density[m]) * t
    }

    /// Integral from 0 to s.
    pub(crate) fn integral(&self, s: f64) -> D {
        let (m, t) = self.locate(s);
        let (w0, w1) = self.partial_weights(t);
        self.running[m] + self.density[m] * w0 + self.density[m + 1] * w1
    }

    /// Interval and fraction in it.
    #[inline]
    pub(crate) fn locate(&self, s: f64) -> (usize, f64) {
        let n = self.intervals();
        let x = s * n as f64;
        let m = (x as usize).min(n - 1);
        (m, x - m as f64)
    }

    /// Weights of the two end densities of an interval in the integral over its first part `t`.
    #[inline]
    pub(crate) fn partial_weights(&self, t: f64) -> (f64, f64) {
        let step = 1.0 / self.intervals() as f64;
        (step * (t - 0.5 * t * t), step * 0.5 * t * t)
    }
}

impl<D: Along> PiecewiseLinear<D> {
    /// The s(t) with the same share of the integral below it for all t, from its value at t = 0: the density of the
    /// interval of `s` is continued beyond its ends.
    pub(crate) fn quantile_along(&self, s: f64) -> D {
        let n = self.intervals() as f64;
        let (m, fraction) = self.locate(s);
        let share = self.integral(s).re() / self.total().re();
        let (a, rise) = (self.density[m], self.density[m + 1] - self.density[m]);
        let x = root_along(fraction, |x: D| {
            let below = self.running[m] + (a + rise * x * 0.5) * x / n;
            (below - self.total() * share, (a + rise * x) / n)
        });
        (x + m as f64) / n
    }
}

impl PiecewiseLinear {
    /// The s at which the integral is `target` (0 <= target <= total).
    pub(crate) fn invert(&self, target: f64) -> f64 {
        let n = self.intervals();
        let m = self.running.partition_point(|&r| r <= target).clamp(1, n) - 1;
        let step = 1.0 / n as f64;
        let (a, b) = (self.density[m], self.density[m + 1]);
        let rest = (target - self.running[m]).max(0.0) / step;
        // a t + (b - a) t^2 / 2 = rest, in the form without cancellation.
        let root = (a * a + 2.0 * (b - a) * rest).max(0.0).sqrt();
        let t = if a + root > 0.0 { (2.0 * rest / (a + root)).min(1.0) } else { 0.5 };
        (m as f64 + t) * step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_trapezoid_rule_in_s_is_accurate_for_evaporation_spectra() {
        // int_0^1 u exp(-8 u) du with a square-root onset at the upper end.
        let f = |u: f64| u.sqrt() * (-8.0 * u).exp() * (1.0 - u).sqrt();
        let rule = |n: usize| {
            let nodes = (0..=n).map(|m| {
                let (u, du) = stretch(m as f64 / n as f64);
                f(u) * du
            });
            PiecewiseLinear::new(nodes.collect()).total()
        };
        let exact = rule(20_000);
        assert!((rule(24) / exact - 1.0).abs() < 2e-4);
    }

    proptest! {
        #[test]
        fn unstretching_undoes_stretching(s in 0.0..1.0f64) {
            // u goes with the cube of s at both ends, and so does the loss of digits.
            let back = unstretch(stretch(s).0);
            prop_assert!((back - s).abs() < 1e-12 / (s * (1.0 - s)).powi(2).max(1e-8), "{back} {s}");
        }

        #[test]
        fn inversion_undoes_integration(s in 0.0..1.0f64, seed in 0.1..3.0f64) {
            let density = (0..=17).map(|m| (seed * f64::from(m)).sin().abs() + 0.01).collect();
            let p = PiecewiseLinear::new(density);
            prop_assert!((p.invert(p.integral(s)) - s).abs() < 1e-10);
        }
    }
}
