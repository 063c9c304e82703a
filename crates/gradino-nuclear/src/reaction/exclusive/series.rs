//! Distributions of the direction of the nucleon: a cosine series in theta_N, a Fourier series in phi_N, and their exact
//! inversion.

use super::angular::SINES;
use super::coupling::LANES;
use super::hadron::{DIAGONAL, STRUCTURES};
use super::lepton::Fourier;
use std::f64::consts::{PI, TAU};
use wide::{f32x8, f64x4};

/// Half the number of intervals of theta at whose ends the integral is taken first.
const STATIONS: usize = 16;
/// Steps of Newton's method, at most; each is kept inside the bracket.
const MAX_STEPS: usize = 60;
/// Change of an angle at which Newton's method stops: what is left is of the order of its square.
const CONVERGED: f64 = 1e-7;
/// Structures with phi_N.
const OTHERS: usize = STRUCTURES - DIAGONAL;
/// Doubles in half a group of terms.
const HALF: usize = LANES / 2;

/// Cosines at fixed angles, shared by all series.
#[derive(Clone, Debug)]
pub struct Stations {
    /// By [k]: cos(k theta) at theta = 0, .. pi/2, without the last.
    cosines: Vec<[f32x8; STATIONS / LANES]>,
}

/// A distribution of theta: f(theta) sin(theta) with f = sum_k c_k cos(k theta).
#[derive(Clone, Debug)]
pub struct AngleSeries {
    /// Terms in use, a multiple of [`LANES`].
    terms: usize,
    /// c_k.
    density: Vec<f64>,
    /// Factors of cos(k theta) in the integral from theta to pi, up to a constant.
    integral: Vec<f64>,
    /// 1/(2k).
    half_inverse: Vec<f64>,
}

impl Stations {
    /// For series of up to `terms` terms.
    pub fn new(terms: usize) -> Self {
        let angle = |i: usize| 0.5 * PI * i as f64 / STATIONS as f64;
        let cosine = |k: usize, i: usize| (k as f64 * angle(i)).cos() as f32;
        let part = |k: usize, part: usize| f32x8::new(std::array::from_fn(|i| cosine(k, part * LANES + i)));
        let row = |k: usize| std::array::from_fn(|p| part(k, p));
        Stations { cosines: (0..terms.next_multiple_of(LANES)).map(row).collect() }
    }
}

impl AngleSeries {
    /// Room for up to `terms` terms.
    pub fn new(terms: usize) -> Self {
        let none = vec![0.0; terms.next_multiple_of(LANES)];
        let half_inverse = (0..none.len()).map(|k| 0.5 / k.max(1) as f64).collect();
        AngleSeries { terms: 0, density: none.clone(), integral: none, half_inverse }
    }

    /// Makes it the sum of the series without phi_N among `all`, with their `weights`.
    #[inline]
    pub fn combine(&mut self, all: &[f32x8], weights: &[f64; DIAGONAL]) {
        let groups = all[..all.len() / STRUCTURES * DIAGONAL].as_chunks::<DIAGONAL>().0;
        self.terms = groups.len() * LANES;
        let weights = weights.map(f64x4::splat);
        for (group, sum) in groups.iter().zip(self.density.as_chunks_mut::<LANES>().0) {
            let mut sums = [f64x4::ZERO; 2];
            for (one, &weight) in group.iter().zip(&weights) {
                let lanes = one.to_array();
                for half in 0..2 {
                    let part = f64x4::new(std::array::from_fn(|i| f64::from(lanes[half * HALF + i])));
                    sums[half] = weight.mul_add(part, sums[half]);
                }
            }
            sum[..HALF].copy_from_slice(sums[0].as_array());
            sum[HALF..].copy_from_slice(sums[1].as_array());
        }
        self.integrate();
    }

    /// int cos(k theta) sin(theta) = cos((k-1) theta) / 2(k-1) - cos((k+1) theta) / 2(k+1); the last term must be zero.
    fn integrate(&mut self) {
        let (c, out) = (&self.density[..self.terms], &mut self.integral[..self.terms]);
        let last = self.terms - 1;
        for ((three, inverse), out) in c.windows(3).zip(&self.half_inverse[1..]).zip(&mut out[1..]) {
            *out = (three[0] - three[2]) * inverse;
        }
        out[1] += 0.5 * c[0];
        out[last] = c[last - 1] * self.half_inverse[last];
    }

    /// sum a_k cos(k theta) of integral and density at cos(theta) = `x`.
    #[inline]
    fn sums<'a>(&'a self, x: f64) -> [f64; 2] {
        let [mut before, mut here, factor] = cosines(x);
        let mut sums = [f64x4::ZERO; 4];
        let groups = |a: &'a [f64]| a[..self.terms].as_chunks::<HALF>().0.as_chunks::<2>().0;
        for (integral, density) in groups(&self.integral).iter().zip(groups(&self.density)) {
            for half in 0..2 {
                sums[half] = here[half].mul_add(f64x4::new(integral[half]), sums[half]);
                sums[2 + half] = here[half].mul_add(f64x4::new(density[half]), sums[2 + half]);
                let next = factor[half].mul_sub(here[half], before[half]);
                (before[half], here[half]) = (here[half], next);
            }
        }
        [(sums[0] + sums[1]).reduce_add(), (sums[2] + sums[3]).reduce_add()]
    }

    /// The theta in [0, pi] with integral(theta .. pi) = u integral(0 .. pi), for a distribution that is not negative: the
    /// inverse of the CDF of cos(theta).
    pub fn invert(&self, stations: &Stations, u: f64) -> f64 {
        let (mut even, mut odd) = (0.0, 0.0);
        for pair in self.integral[..self.terms].as_chunks::<2>().0 {
            even += pair[0];
            odd += pair[1];
        }
        let target = even + odd * (2.0 * u - 1.0);
        let start = self.start(stations, even - odd, target);
        bracketed([0.0, PI], start, |theta| {
            let (sine, cosine) = theta.sin_cos();
            let [integral, density] = self.sums(cosine);
            (target - integral, density * sine)
        })
    }

    /// About where the integral is `target`, which is `last` at pi.
    fn start(&self, stations: &Stations, last: f64, target: f64) -> f64 {
        let zero = [f32x8::ZERO; STATIONS / LANES];
        let (mut even, mut odd) = (zero, zero);
        let add = |sums: &mut [f32x8; STATIONS / LANES], a: f64, cosines: &[f32x8; STATIONS / LANES]| {
            let a = f32x8::splat(a as f32);
            sums.iter_mut().zip(cosines).for_each(|(sum, c)| *sum = a.mul_add(*c, *sum));
        };
        let rows = stations.cosines.as_chunks::<2>().0;
        for (a, row) in self.integral[..self.terms].as_chunks::<2>().0.iter().zip(rows) {
            add(&mut even, a[0], &row[0]);
            add(&mut odd, a[1], &row[1]);
        }
        let mut at = [last as f32; 2 * STATIONS + 1];
        for part in 0..STATIONS / LANES {
            let (up, down) = ((even[part] + odd[part]).to_array(), (even[part] - odd[part]).to_array());
            for i in 0..LANES {
                at[part * LANES + i] = up[i];
                at[2 * STATIONS - part * LANES - i] = down[i];
            }
        }
        // cos(k pi/2) of odd k is zero, of even k alternates.
        at[STATIONS] =
            self.integral[..self.terms].as_chunks::<4>().0.iter().map(|a| (a[0] - a[2]) as f32).sum();
        let target = target as f32;
        let below = at.iter().position(|&a| a < target).unwrap_or(2 * STATIONS).max(1);
        let share = (at[below - 1] - target) / (at[below - 1] - at[below]).max(f32::MIN_POSITIVE);
        (below as f64 - 1.0 + f64::from(share.clamp(0.0, 1.0))) * 0.5 * PI / STATIONS as f64
    }
}

/// cos(k theta) for k = -8 .. -1 and k = 0 .. 7, and 2 cos(8 theta), for cos(theta) = `x` (dlmf, 18.9.1).
#[inline]
fn cosines(x: f64) -> [[f64x4; 2]; 3] {
    let twice = 2.0 * x;
    let c2 = twice.mul_add(x, -1.0);
    let c3 = twice.mul_add(c2, -x);
    let c4 = (2.0 * c2).mul_add(c2, -1.0);
    let c5 = (2.0 * c2).mul_add(c3, -x);
    let c6 = (2.0 * c3).mul_add(c3, -1.0);
    let c7 = (2.0 * c3).mul_add(c4, -x);
    let c8 = (2.0 * c4).mul_add(c4, -1.0);
    [
        [f64x4::new([c8, c7, c6, c5]), f64x4::new([c4, c3, c2, x])],
        [f64x4::new([1.0, x, c2, c3]), f64x4::new([c4, c5, c6, c7])],
        [f64x4::splat(2.0 * c8); 2],
    ]
}

/// cos(k theta) and sin(k theta) for k = 0, 1, .. in groups, by the same recurrence.
#[inline]
fn waves(x: f64) -> impl Iterator<Item = [f32x8; 2]> {
    let [mut before, mut here, factor] = cosines(x);
    let sine = (1.0 - x * x).max(0.0).sqrt();
    let twice = 2.0 * x;
    let mut s = [0.0, sine, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    for k in 2..=LANES {
        s[k] = twice.mul_add(s[k - 1], -s[k - 2]);
    }
    let mut odd = [f64x4::new([s[0], s[1], s[2], s[3]]), f64x4::new([s[4], s[5], s[6], s[7]])];
    let mut odd_before = [f64x4::new([-s[8], -s[7], -s[6], -s[5]]), f64x4::new([-s[4], -s[3], -s[2], -s[1]])];
    std::iter::repeat_with(move || {
        let both = [single(here), single(odd)];
        for half in 0..2 {
            let next = factor[half].mul_sub(here[half], before[half]);
            (before[half], here[half]) = (here[half], next);
            let next = factor[half].mul_sub(odd[half], odd_before[half]);
            (odd_before[half], odd[half]) = (odd[half], next);
        }
        both
    })
}

/// In single precision.
#[inline]
fn single(x: [f64x4; 2]) -> f32x8 {
    let [low, high] = x.map(|x| x.to_array());
    f32x8::new(std::array::from_fn(|i| if i < HALF { low[i] as f32 } else { high[i - HALF] as f32 }))
}

/// The structures of which `series` are the series at cos(theta) = `x`.
#[inline]
pub fn structures_at(series: &[f32x8], x: f64) -> [f64; STRUCTURES] {
    let (even, others) = series.split_at(series.len() / STRUCTURES * DIAGONAL);
    let groups = even.as_chunks::<DIAGONAL>().0.iter().zip(others.as_chunks::<OTHERS>().0);
    let mut sums = [f32x8::ZERO; STRUCTURES];
    for ((even, others), [cosines, sines]) in groups.zip(waves(x)) {
        let mut add =
            |structure: usize, c: f32x8, wave: f32x8| sums[structure] = c.mul_add(wave, sums[structure]);
        for i in 0..DIAGONAL {
            add(i, even[i], cosines);
        }
        for i in SINES {
            add(i, others[i - DIAGONAL], sines);
        }
        for i in SINES.end..STRUCTURES {
            add(i, others[i - DIAGONAL], cosines);
        }
    }
    sums.map(|sum| f64::from(sum.reduce_add()))
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

    const TERMS: usize = 64;

    /// A positive series, the square of a sum of cosines up to k = 20, which is one of five to be combined.
    fn series() -> AngleSeries {
        let mut all = vec![f32x8::ZERO; STRUCTURES * TERMS / LANES];
        let n = 400;
        let mut c = [0.0; TERMS];
        for i in 0..n {
            let theta = (f64::from(i) + 0.5) * PI / f64::from(n);
            let value = positive(theta);
            for (k, c) in c.iter_mut().enumerate().take(TERMS - 1) {
                let norm = if k == 0 { 1.0 } else { 2.0 };
                *c += norm / f64::from(n) * value * (k as f64 * theta).cos();
            }
        }
        for (k, c) in c.iter().enumerate() {
            let place = &mut all[k / LANES * DIAGONAL + 2];
            let mut lanes = place.to_array();
            lanes[k % LANES] = (2.0 * c) as f32;
            *place = f32x8::new(lanes);
        }
        let mut combined = AngleSeries::new(TERMS);
        combined.combine(&all, &[3.0, -1.0, 0.5, 2.0, 0.1]);
        combined
    }

    fn positive(theta: f64) -> f64 {
        (1.0 + 0.8 * theta.cos() + 0.5 * (9.0 * theta).cos() + 0.3 * (20.0 * theta).cos()).powi(2) + 0.01
    }

    /// The share of the integral that lies beyond theta, by the midpoint rule.
    fn beyond(theta: f64) -> f64 {
        let n = 200_000;
        let integral = |low: f64| {
            let step = (PI - low) / f64::from(n);
            (0..n)
                .map(|i| low + (f64::from(i) + 0.5) * step)
                .map(|t| positive(t) * t.sin() * step)
                .sum::<f64>()
        };
        integral(theta) / integral(0.0)
    }

    #[test]
    fn a_series_has_its_values_and_the_integral_of_them() {
        let a = series();
        let last = a.sums(-1.0)[0];
        for theta in [0.0, 0.05, 0.4, 1.3, 2.2, 3.1f64] {
            let [integral, density] = a.sums(theta.cos());
            assert!((density - positive(theta)).abs() < 1e-6, "{theta}");
            let whole = a.sums(1.0)[0] - last;
            assert!(((integral - last) / whole - beyond(theta)).abs() < 1e-6, "{theta}");
        }
    }

    #[test]
    fn the_inverse_of_a_series_undoes_its_integral() {
        let (a, stations) = (series(), Stations::new(TERMS));
        let (first, last) = (a.sums(1.0)[0], a.sums(-1.0)[0]);
        let mut before = PI;
        for i in 0..2000 {
            let u = (f64::from(i) + 0.5) / 2000.0;
            let theta = a.invert(&stations, u);
            let share = (a.sums(theta.cos())[0] - last) / (first - last);
            assert!((share - u).abs() < 1e-12, "{u} {theta}");
            assert!(theta < before, "cos(theta) grows with u");
            before = theta;
        }
        let ends = [1e-15, 1.0 - 1e-15].map(|u| a.invert(&stations, u).cos());
        assert!(ends[0] < -1.0 + 1e-6 && ends[1] > 1.0 - 1e-6);
    }

    #[test]
    fn starts_are_close_to_where_they_should_lead() {
        let (a, stations) = (series(), Stations::new(TERMS));
        let last = a.sums(-1.0)[0];
        for i in 1..30 {
            let theta = PI * f64::from(i) / 30.0;
            let start = a.start(&stations, last, a.sums(theta.cos())[0]);
            assert!((start - theta).abs() < 0.05, "{theta} {start}");
        }
    }

    #[test]
    fn structures_are_sums_of_cosines_and_of_sines() {
        let coefficient = |structure: usize, k: usize| (1.0 + structure as f64) / (1.0 + (k * k) as f64);
        let mut all = vec![f32x8::ZERO; STRUCTURES * TERMS / LANES];
        for (i, lanes) in all.iter_mut().enumerate() {
            let (structure, group) = match i.checked_sub(DIAGONAL * TERMS / LANES) {
                None => (i % DIAGONAL, i / DIAGONAL),
                Some(i) => (DIAGONAL + i % OTHERS, i / OTHERS),
            };
            *lanes = f32x8::new(std::array::from_fn(|k| coefficient(structure, group * LANES + k) as f32));
        }
        for theta in [0.0, 0.02, 0.7, 1.6, 3.0f64] {
            let found = structures_at(&all, theta.cos());
            for (structure, found) in found.into_iter().enumerate() {
                let wave = |k: usize| {
                    let angle = k as f64 * theta;
                    if SINES.contains(&structure) { angle.sin() } else { angle.cos() }
                };
                let expected: f64 = (0..TERMS).map(|k| coefficient(structure, k) * wave(k)).sum();
                assert!((found - expected).abs() < 1e-6 * coefficient(structure, 0), "{structure} {theta}");
            }
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
