//! Lobes on the sphere, whose integral and means are known exactly.

use gradino_core::{Axis, Condition, Density, Result, Space};
use std::f64::consts::TAU;

/// A lobe: its amount, its concentration per unit of the condition "sharpness", and its direction (cos theta, phi).
type Lobe = (f64, f64, [f64; 2]);

/// The lobes of the kind "two" and of the kind "three"; a choice.
const LOBES: [&[Lobe]; 2] = [
    &[(0.7, 10.0, [0.5, 1.0]), (0.3, 40.0, [-0.4, 4.0])],
    &[(0.5, 5.0, [0.9, 3.0]), (0.3, 20.0, [0.0, 0.1]), (0.2, 60.0, [-0.8, 5.5])],
];

/// Normal distributions on the sphere (fisher1953): sum_i a_i s k_i exp(k_i s (n . n_i - 1)) / (2 pi (1 - exp(-2 k_i
/// s))), with amounts a_i that add up to 1 and the sharpness s. The integral is s.
pub struct Lobes {
    space: Space,
}

impl Default for Lobes {
    fn default() -> Self {
        let axes = vec![Axis::interval("cos_theta", "", -1.0, 1.0), Axis::circle("phi", "rad", 0.0, TAU)];
        let conditions = vec![
            Condition::range("sharpness", "", 1.0, 3.0),
            Condition::category("lobes", &["two", "three"]),
        ];
        Lobes { space: Space { axes, conditions } }
    }
}

impl Lobes {
    /// The integral under a condition.
    pub fn integral(sharpness: f64) -> f64 {
        sharpness
    }

    /// The mean of cos theta under a condition: sum_i a_i cos theta_i (coth(k_i s) - 1 / (k_i s)) (fisher1953).
    pub fn mean_cos_theta(sharpness: f64, kind: usize) -> f64 {
        let mean = |(amount, concentration, direction): &Lobe| {
            let k = concentration * sharpness;
            amount * direction[0] * (k.tanh().recip() - k.recip())
        };
        LOBES[kind].iter().map(mean).sum()
    }

    fn at(sharpness: f64, kind: usize, point: &[f64]) -> f64 {
        let lobe = |(amount, concentration, [cos, phi]): &Lobe| {
            let k = concentration * sharpness;
            let sines = ((1.0 - cos * cos) * (1.0 - point[0] * point[0])).max(0.0).sqrt();
            let cosine = cos * point[0] + sines * (phi - point[1]).cos();
            amount * k * (k * (cosine - 1.0)).exp() / (TAU * -(-2.0 * k).exp_m1())
        };
        sharpness * LOBES[kind].iter().map(lobe).sum::<f64>()
    }
}

impl Density for Lobes {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let rows = conditions.chunks_exact(2).zip(points.chunks_exact(2));
        values.iter_mut().zip(rows).for_each(|(f, (c, x))| *f = Lobes::at(c[0], c[1] as usize, x));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Integrals of f and of f cos theta by a product of midpoints in cos theta (with the ends resolved by their
    /// number) and in phi, where they converge as fast as the function is smooth.
    fn integrals(sharpness: f64, kind: usize) -> [f64; 2] {
        let (n, m) = (4000, 400);
        let mut sums = [0.0; 2];
        for i in 0..n {
            // cos theta = sin t makes the ends smooth.
            let t = std::f64::consts::PI * ((f64::from(i) + 0.5) / f64::from(n) - 0.5);
            for j in 0..m {
                let phi = TAU * (f64::from(j) + 0.5) / f64::from(m);
                let f = Lobes::at(sharpness, kind, &[t.sin(), phi]) * t.cos();
                sums = [sums[0] + f, sums[1] + f * t.sin()];
            }
        }
        sums.map(|s| s * std::f64::consts::PI * TAU / f64::from(n * m))
    }

    #[test]
    fn integral_and_mean_are_the_exact_ones() {
        for (sharpness, kind) in [(1.0, 0), (1.7, 1), (3.0, 0)] {
            let [integral, first] = integrals(sharpness, kind);
            assert!((integral - Lobes::integral(sharpness)).abs() < 1e-6, "{integral} {sharpness}");
            let exact = sharpness * Lobes::mean_cos_theta(sharpness, kind);
            assert!((first - exact).abs() < 1e-6, "{first} {exact}");
        }
    }
}
