//! Whether two weighted samples have the same shape: chi2 of their histograms, with its p value.

use nalgebra::{DMatrix, DVector};

/// Events in a bin that count: bins with fewer effective events in either sample join the next one.
const LEAST_EVENTS: f64 = 10.0;

/// The weights of a sample in bins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// Sum of the weights in each bin.
    pub sums: Vec<f64>,
    /// Sum of the squared weights in each bin.
    pub squares: Vec<f64>,
}

/// chi2 of two samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Its value.
    pub value: f64,
    /// Degrees of freedom.
    pub freedom: usize,
    /// Probability that it is at least so large if both samples have the same shape.
    pub p: f64,
}

impl Weights {
    /// Empty bins.
    pub fn empty(bins: usize) -> Self {
        Weights { sums: vec![0.0; bins], squares: vec![0.0; bins] }
    }

    /// Adds a weight to a bin.
    pub fn add(&mut self, bin: usize, weight: f64) {
        self.sums[bin] += weight;
        self.squares[bin] += weight * weight;
    }

    /// Adds those of another part of the sample.
    pub fn merge(&mut self, other: &Weights) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += b);
        self.squares.iter_mut().zip(&other.squares).for_each(|(a, b)| *a += b);
    }

    /// Effective number of events, (sum w)^2 / sum w^2 (kish1965).
    fn effective(&self, bin: usize) -> f64 {
        if self.squares[bin] > 0.0 { self.sums[bin].powi(2) / self.squares[bin] } else { 0.0 }
    }

    /// The share of each bin.
    fn shares(&self) -> DVector<f64> {
        let all: f64 = self.sums.iter().sum();
        DVector::from_iterator(self.sums.len(), self.sums.iter().map(|s| s / all))
    }

    /// Covariance of the shares p_i = W_i / W: with V_i the sum of squares,
    /// (delta_ij V_i - p_i V_j - p_j V_i + p_i p_j V) / W^2.
    fn covariance(&self) -> DMatrix<f64> {
        let (p, v) = (self.shares(), &self.squares);
        let (all, square): (f64, f64) = (self.sums.iter().sum(), v.iter().sum());
        DMatrix::from_fn(v.len(), v.len(), |i, j| {
            let own = if i == j { v[i] } else { 0.0 };
            (own - p[i] * v[j] - p[j] * v[i] + p[i] * p[j] * square) / (all * all)
        })
    }

    fn joined(&self, groups: &[usize]) -> Weights {
        let mut joined = Weights::empty(groups.last().map_or(0, |g| g + 1));
        for (bin, &group) in groups.iter().enumerate() {
            joined.sums[group] += self.sums[bin];
            joined.squares[group] += self.squares[bin];
        }
        joined
    }
}

impl ChiSquare {
    /// Of the shapes of two independent samples in the same bins: the difference of their shares, with the errors
    /// and correlations of both. Bins with few events join their neighbours; of n bins n - 1 are free.
    pub fn of_shapes(a: &Weights, b: &Weights) -> Self {
        let groups = groups(a, b);
        let (a, b) = (a.joined(&groups), b.joined(&groups));
        let freedom = a.sums.len().saturating_sub(1);
        if freedom == 0 {
            return ChiSquare { value: 0.0, freedom, p: 1.0 };
        }
        let difference = (a.shares() - b.shares()).rows(0, freedom).into_owned();
        let covariance = (a.covariance() + b.covariance()).view((0, 0), (freedom, freedom)).into_owned();
        let value = match covariance.cholesky() {
            Some(root) => difference.dot(&root.solve(&difference)),
            None => f64::INFINITY,
        };
        ChiSquare { value, freedom, p: tail(value, freedom) }
    }
}

/// The group that each bin joins.
fn groups(a: &Weights, b: &Weights) -> Vec<usize> {
    let (mut group, mut groups, mut open) = (0usize, Vec::new(), [0.0; 2]);
    for bin in 0..a.sums.len() {
        groups.push(group);
        open = [open[0] + a.effective(bin), open[1] + b.effective(bin)];
        if open.iter().all(|n| *n >= LEAST_EVENTS) {
            (group, open) = (group + 1, [0.0; 2]);
        }
    }
    // What is left at the end joins the last group that is large enough.
    let last = group.saturating_sub(1);
    groups.iter_mut().for_each(|g| *g = (*g).min(last));
    groups
}

/// Probability that chi2 with `freedom` degrees of freedom is at least `value`: Q(n / 2, chi2 / 2), the regularised
/// incomplete gamma function, by the finite sums for whole and half-odd n / 2 (eqs. 8.4.10 and 8.8.2 of dlmf).
pub fn tail(value: f64, freedom: usize) -> f64 {
    if freedom == 0 || value <= 0.0 {
        return 1.0;
    }
    if !value.is_finite() {
        return 0.0;
    }
    let x = 0.5 * value;
    // Q(a + 1, x) = Q(a, x) + x^a e^-x / Gamma(a + 1), from Q(1, x) = e^-x or Q(1/2, x) = erfc(x^(1/2)).
    let (mut a, mut sum, mut term) = match freedom % 2 {
        0 => (1.0, (-x).exp(), (-x).exp()),
        _ => (0.5, erfc(x.sqrt()), (-x).exp() / (std::f64::consts::PI * x).sqrt()),
    };
    while a < 0.5 * freedom as f64 - 0.25 {
        term *= x / a;
        sum += term;
        a += 1.0;
    }
    sum.min(1.0)
}

/// The complementary error function for x >= 0: its series below 2, a continued fraction above (eqs. 7.6.2 and
/// 7.9.1 of dlmf).
fn erfc(x: f64) -> f64 {
    let factor = (-x * x).exp() / std::f64::consts::PI.sqrt();
    if x < 2.0 {
        // erf(x) = 2 e^(-x^2) / pi^(1/2) sum_n 2^n x^(2n+1) / (2n+1)!!
        let (mut term, mut sum, mut n) = (x, x, 1.0);
        while term > 1e-17 * sum {
            term *= 2.0 * x * x / (2.0 * n + 1.0);
            sum += term;
            n += 1.0;
        }
        return 1.0 - 2.0 * factor * sum;
    }
    const DEPTH: u32 = 60;
    factor / (1..=DEPTH).rev().fold(x, |fraction, k| x + 0.5 * f64::from(k) / fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Purpose, Stream};

    #[test]
    fn tails_are_the_integrals_of_the_density() {
        // Simpson's rule over the density, and two far tails: erfc(5) and 26 e^-25.
        for (value, freedom, exact) in [
            (1.0, 1, 0.317_310_507_9),
            (10.0, 1, 0.001_565_402_3),
            (3.0, 2, 0.223_130_160_1),
            (5.0, 3, 0.171_797_144_3),
            (10.0, 10, 0.440_493_285_1),
            (40.0, 21, 0.007_436_777_3),
            (50.0, 1, 1.537_459_794e-12),
            (50.0, 4, 3.610_865_405e-10),
        ] {
            let p = tail(value, freedom);
            assert!((p / exact - 1.0).abs() < 2e-5, "{value} {freedom}: {p:e} {exact:e}");
        }
        assert_eq!((tail(0.0, 3), tail(f64::INFINITY, 3), tail(5.0, 0)), (1.0, 0.0, 1.0));
    }

    /// A sample of bins of uneven size; every other event has the weight `weight`, its partner 2 - `weight`.
    fn sample(seed: u64, events: u64, weight: f64, bend: f64) -> Weights {
        let mut weights = Weights::empty(8);
        let mut stream = Stream::new(seed, 0, Purpose::Test);
        for i in 0..events {
            let x = stream.uniform().powf(1.5 + bend);
            weights.add((8.0 * x) as usize, if i % 2 == 0 { weight } else { 2.0 - weight });
        }
        weights
    }

    #[test]
    fn p_values_of_equal_shapes_are_uniform_and_those_of_others_small() {
        for weight in [1.0, 1.7] {
            let pairs = 400;
            let p: Vec<f64> = (0..pairs)
                .map(|i| {
                    let (a, b) = (sample(2 * i, 2000, weight, 0.0), sample(2 * i + 1, 1000, 1.0, 0.0));
                    ChiSquare::of_shapes(&a, &b).p
                })
                .collect();
            let mean = p.iter().sum::<f64>() / pairs as f64;
            let low = p.iter().filter(|p| **p < 0.1).count();
            println!("weight {weight}: mean p {mean:.3}, {low} of {pairs} below 0.1");
            assert!((mean - 0.5).abs() < 4.0 / (12.0 * pairs as f64).sqrt());
            assert!((low as f64 - 40.0).abs() < 4.0 * 36f64.sqrt());
        }
        let other = ChiSquare::of_shapes(&sample(1, 20_000, 1.2, 0.0), &sample(2, 20_000, 1.0, 0.3));
        assert!(other.p < 1e-6 && other.freedom == 7, "{other:?}");
    }

    #[test]
    fn bins_with_few_events_join_their_neighbours() {
        let few = |sums: &[f64]| Weights { sums: sums.to_vec(), squares: sums.to_vec() };
        let (a, b) = (few(&[3.0, 9.0, 50.0, 2.0]), few(&[5.0, 6.0, 40.0, 20.0]));
        assert_eq!(groups(&a, &b), [0, 0, 1, 1]);
        assert_eq!(ChiSquare::of_shapes(&a, &b).freedom, 1);
        let none = ChiSquare::of_shapes(&few(&[1.0, 2.0]), &few(&[1.0, 2.0]));
        assert_eq!((none.freedom, none.p), (0, 1.0));
        assert_eq!(ChiSquare::of_shapes(&a, &a).value, 0.0);
    }
}
