//! A density whose integrals are known, and samplers that are wrong by known amounts.

use gradino_core::{Axis, Condition, Density, Purpose, Sampler, Space, Stream};
use std::f64::consts::TAU;

/// f = E x^a (1 + b cos phi) / (2 pi) for x in [0, 1] and an angle phi, with a power a that depends on the kind and on
/// E in [1, 2]: a = kind + E.
pub(crate) struct Known {
    space: Space,
    pub(crate) b: f64,
}

impl Known {
    pub(crate) fn new(b: f64) -> Self {
        let axes = vec![Axis::interval("x", "", 0.0, 1.0), Axis::circle("phi", "rad", 0.0, TAU)];
        let conditions =
            vec![Condition::range("E", "MeV", 1.0, 2.0), Condition::category("kind", &["low", "high"])];
        Known { space: Space { axes, conditions }, b }
    }

    fn power(condition: &[f64]) -> f64 {
        condition[0] + condition[1]
    }

    /// The integral, E / (a + 1).
    pub(crate) fn integral(condition: &[f64]) -> f64 {
        condition[0] / (1.0 + Known::power(condition))
    }

    /// RESS of uniform points, (integral f)^2 / (V integral f^2).
    pub(crate) fn uniform_ress(&self, condition: &[f64]) -> f64 {
        let a = Known::power(condition);
        (2.0 * a + 1.0) / (a + 1.0).powi(2) / (1.0 + 0.5 * self.b * self.b)
    }

    /// Probability of x below `x`.
    pub(crate) fn below(condition: &[f64], x: f64) -> f64 {
        x.powf(Known::power(condition) + 1.0)
    }

    /// Probability of phi below `phi`.
    pub(crate) fn angle_below(&self, phi: f64) -> f64 {
        (phi + self.b * phi.sin()) / TAU
    }
}

impl Density for Known {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        for ((f, x), c) in values.iter_mut().zip(points.chunks_exact(2)).zip(conditions.chunks_exact(2)) {
            *f = c[0] * x[0].powf(Known::power(c)) * (1.0 + self.b * x[1].cos()) / TAU;
        }
        Ok(())
    }
}

/// Draws [`Known`] exactly in x, and flat in phi where `b` should bend it; or with a power that is `off` by some.
pub(crate) struct Inverse<'a> {
    pub(crate) known: &'a Known,
    pub(crate) off: f64,
}

impl Sampler for Inverse<'_> {
    fn space(&self) -> &Space {
        self.known.space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        for (i, q) in densities.iter_mut().enumerate() {
            let mut stream = Stream::new(seed, numbers[i], Purpose::Point);
            let power = Known::power(&conditions[2 * i..2 * i + 2]) + self.off;
            let x = stream.uniform().powf(1.0 / (power + 1.0));
            points[2 * i] = x;
            points[2 * i + 1] = TAU * stream.uniform();
            *q = (power + 1.0) * x.powf(power) / TAU;
        }
        Ok(())
    }
}

/// chi2 of points in bins of equal probability, given the probability below each of them, and its number of bins.
pub(crate) fn chi_square(below: impl Iterator<Item = f64>) -> (f64, usize) {
    const BINS: usize = 40;
    let mut counts = [0.0f64; BINS];
    below.for_each(|p| counts[((BINS as f64 * p) as usize).min(BINS - 1)] += 1.0);
    let expected = counts.iter().sum::<f64>() / BINS as f64;
    (counts.iter().map(|n| (n - expected).powi(2) / expected).sum(), BINS)
}
