//! Distributions of the direction of the nucleon: Legendre series in cos(theta_N), Fourier series in phi_N, and their
//! exact inversion.

use super::lepton::Fourier;
use std::f64::consts::{PI, TAU};

/// Points at which the integral of a Legendre series is taken first.
const STATIONS: usize = 32;
/// Largest number of terms of a series.
pub(super) const MAX_TERMS: usize = 192;
/// Steps of Newton's method, at most; each is kept inside the bracket.
const MAX_STEPS: usize = 60;
/// Change of an angle at which Newton's method stops: what is left is of the order of its square.
const CONVERGED: f64 = 1e-7;

/// Legendre polynomials at fixed stations and the factors of their recurrence, shared by all series.
#[derive(Clone, Debug)]
pub struct LegendreStations {
    /// x of the stations, from -1 to 1.
    x: [f64; STATIONS],
    /// By [l][station]: integral of P_l from -1 to x.
    integrals: Vec<[f64; STATIONS]>,
    /// (2l+1)/(l+1) and l/(l+1).
    recurrence: Vec<[f64; 2]>,
}

impl LegendreStations {
    /// For series of up to `terms` terms.
    pub fn new(terms: usize) -> Self {
        // Stations at equal distances in theta, where the polynomials have about equal distances of their zeros.
        let x = std::array::from_fn(|i| -(PI * i as f64 / (STATIONS - 1) as f64).cos());
        let recurrence = (0..=terms)
            .map(|l| [(2 * l + 1) as f64 / (l + 1) as f64, l as f64 / (l + 1) as f64])
            .collect::<Vec<_>>();
        let columns = x.map(|x| integrals(&recurrence, terms, x));
        let integrals = (0..terms).map(|l| std::array::from_fn(|i| columns[i][l])).collect();
        LegendreStations { x, integrals, recurrence }
    }

    /// The integral from -1 to x, and the value, of sum a_l P_l at x.
    #[inline]
    fn evaluate(&self, a: &[f64], x: f64) -> (f64, f64) {
        // int P_l = (P_(l+1) - P_(l-1)) / (2l + 1).
        let (mut before, mut here, mut next) = (0.0, 1.0, x);
        let (mut integral, mut value) = (a[0], 0.0);
        for (l, (&a_l, [up, down])) in a.iter().zip(&self.recurrence[1..]).enumerate() {
            value += a_l * here;
            integral += a_l * (next - before) * INVERSE_ODD[l];
            (before, here, next) = (here, next, up * x * next - down * here);
        }
        (integral, value)
    }

    /// The x with integral(x) = u integral(1) of the series sum a_l P_l, which is not negative: the inverse of its CDF.
    pub fn invert(&self, a: &[f64], u: f64) -> f64 {
        let target = 2.0 * a[0] * u;
        let mut sums = [0.0; STATIONS];
        for (&a_l, row) in a.iter().zip(&self.integrals) {
            sums.iter_mut().zip(row).for_each(|(sum, p)| *sum += a_l * p);
        }
        let above = sums.iter().position(|&s| s > target).unwrap_or(STATIONS - 1).max(1);
        let (low, high) = (above - 1, above);
        let share = (target - sums[low]) / (sums[high] - sums[low]).max(f64::MIN_POSITIVE);
        let start = self.x[low] + share.clamp(0.0, 1.0) * (self.x[high] - self.x[low]);
        bracketed([self.x[low], self.x[high]], start, |x| {
            let (integral, value) = self.evaluate(a, x);
            (integral - target, value)
        })
    }
}

/// 1/(2l + 1).
const INVERSE_ODD: [f64; MAX_TERMS] = {
    let mut values = [0.0; MAX_TERMS];
    let mut l = 0;
    while l < MAX_TERMS {
        values[l] = 1.0 / (2 * l + 1) as f64;
        l += 1;
    }
    values
};

/// The integrals of P_l, l < `terms`, from -1 to `x`.
fn integrals(recurrence: &[[f64; 2]], terms: usize, x: f64) -> Vec<f64> {
    let (mut before, mut here, mut next) = (0.0, 1.0, x);
    let mut all = Vec::with_capacity(terms);
    for l in 0..terms {
        all.push((next - before) * INVERSE_ODD[l] + if l == 0 { 1.0 } else { 0.0 });
        let [up, down] = recurrence[l + 1];
        (before, here, next) = (here, next, up * x * next - down * here);
    }
    all
}

/// The root in `bracket` of a function that does not decrease, given with its derivative: Newton's method, halving the
/// bracket where it would leave it.
#[inline]
fn bracketed([mut low, mut high]: [f64; 2], start: f64, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut x = start;
    for _ in 0..MAX_STEPS {
        let (value, slope) = f(x);
        if value > 0.0 {
            high = x
        } else {
            low = x
        }
        let step = value / slope;
        let next = x - step;
        let inside = next >= low && next <= high;
        let moved = if inside { next } else { 0.5 * (low + high) };
        let done = (moved - x).abs() < CONVERGED;
        x = moved;
        if done {
            break;
        }
    }
    x
}

impl Fourier<f64> {
    /// The integral from 0 to `phi`.
    pub fn integral(&self, phi: f64) -> f64 {
        let (s, c) = phi.sin_cos();
        self.constant * phi + self.cos * s + self.sin * (1.0 - c) + self.cos2 * s * c + self.sin2 * s * s
    }

    /// The phi in [0, 2 pi] with integral(phi) = u integral(2 pi), for a series that is not negative.
    pub fn invert(&self, u: f64) -> f64 {
        let target = TAU * self.constant * u;
        bracketed([0.0, TAU], TAU * u, |phi| (self.integral(phi) - target, self.at(phi)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A positive series: the square of a sum of polynomials, up to l = 40.
    fn series() -> Vec<f64> {
        let square = |x: f64| (1.0 + 0.8 * x + 0.5 * (9.0 * x).cos()).powi(2) + 0.01;
        // Coefficients by the trapezoidal rule in theta, enough for this smooth function.
        let stations = LegendreStations::new(60);
        let n = 4000;
        let polynomials = |x: f64| {
            let (mut before, mut here) = (0.0, 1.0);
            (0..60).map(move |l| {
                let now = here;
                let [up, down] = stations_step(l);
                (before, here) = (here, up * x * here - down * before);
                now
            })
        };
        let mut a = vec![0.0; 60];
        for i in 0..n {
            let x = -1.0 + (i as f64 + 0.5) * 2.0 / f64::from(n);
            for (l, p) in polynomials(x).enumerate() {
                a[l] += square(x) * p * (2.0 * l as f64 + 1.0) / f64::from(n);
            }
        }
        assert!((stations.evaluate(&a, 0.3).1 - square(0.3)).abs() < 1e-3);
        a
    }

    fn stations_step(l: usize) -> [f64; 2] {
        [(2 * l + 1) as f64 / (l + 1) as f64, l as f64 / (l + 1) as f64]
    }

    #[test]
    fn the_inverse_of_a_legendre_series_undoes_its_integral() {
        let (a, stations) = (series(), LegendreStations::new(60));
        for i in 0..200 {
            let u = (f64::from(i) + 0.5) / 200.0;
            let x = stations.invert(&a, u);
            assert!((stations.evaluate(&a, x).0 / (2.0 * a[0]) - u).abs() < 1e-12, "{u} {x}");
        }
        assert!(stations.invert(&a, 1e-15) < -1.0 + 1e-6 && stations.invert(&a, 1.0 - 1e-15) > 1.0 - 1e-6);
    }

    #[test]
    fn the_integral_of_a_series_is_that_of_its_values() {
        let (a, stations) = (series(), LegendreStations::new(60));
        let h = 1e-5;
        for x in [-0.9, -0.2, 0.4, 0.95] {
            let slope = (stations.evaluate(&a, x + h).0 - stations.evaluate(&a, x - h).0) / (2.0 * h);
            assert!((slope - stations.evaluate(&a, x).1).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn the_inverse_of_a_fourier_series_undoes_its_integral() {
        let f = Fourier { constant: 1.0, cos: 0.9, sin: -0.3, cos2: 0.4, sin2: 0.05 };
        for i in 0..100 {
            let u = (f64::from(i) + 0.5) / 100.0;
            let phi = f.invert(u);
            assert!((f.integral(phi) / TAU - u).abs() < 1e-12, "{u}");
        }
        assert!((f.integral(TAU) - TAU).abs() < 1e-14);
    }
}
