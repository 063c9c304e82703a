//! Agreement of a count with an expectation, bin by bin.

use crate::error::{Error, Result};

/// How a count n is compared with its expectation m.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistic {
    /// -2 ln of the Poisson likelihood ratio, 2 sum [m - n + n ln(n / m)] (baker1984).
    #[default]
    Poisson,
    /// chi^2 = sum (n - m)^2 / n: bins without data are refused.
    Neyman,
    /// chi^2 = sum (n - m)^2 / m.
    Pearson,
    /// chi^2 with the variance 3 / (1 / n + 2 / m), or m / 2 where n = 0 (ji2020): the biases of the two above
    /// cancel to first order.
    NeymanPearson,
}

/// What is done about the limited number of simulated events, whose variance in a bin is v = sum w^2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MonteCarlo {
    /// Nothing: the expectation is taken as exact.
    #[default]
    None,
    /// One factor b per bin on its expectation. In the likelihood its prior is normal around 1 with the
    /// relative variance s^2 = v / m^2 and its best value solves b^2 + (m s^2 - 1) b - n s^2 = 0, as in
    /// conway2011, after barlow1993. In chi^2, v is added to the variance. Where events
    /// are shared between bins, that neighbours err together is left out.
    Light,
}

/// A statistic of one bin with its derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Term {
    pub(super) value: f64,
    pub(super) by_mean: f64,
    pub(super) by_variance: f64,
}

impl Term {
    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.by_mean.is_finite() && self.by_variance.is_finite()
    }
}

impl Statistic {
    /// The term of bin number `bin` with `count` data, expecting `mean` with the Monte Carlo variance `variance`.
    pub(super) fn term(
        self,
        monte_carlo: MonteCarlo,
        bin: usize,
        count: f64,
        mean: f64,
        variance: f64,
    ) -> Result<Term> {
        if count < 0.0 {
            return Err(Error::NegativeCount { bin, count });
        }
        let unexpected = Error::NoExpectation { bin, count, mean };
        let variance = if monte_carlo == MonteCarlo::Light { variance } else { 0.0 };
        let mut term = match self {
            Statistic::Poisson if count == 0.0 && mean == 0.0 => Term { by_mean: 2.0, ..Term::default() },
            Statistic::Poisson if mean > 0.0 => poisson(count, mean, variance),
            Statistic::Neyman => chi_squared(count, mean, count + variance, 0.0),
            Statistic::Pearson if mean >= 0.0 => chi_squared(count, mean, mean + variance, 1.0),
            Statistic::NeymanPearson if mean >= 0.0 => {
                let (between, slope) = neyman_pearson(count, mean);
                chi_squared(count, mean, between + variance, slope)
            }
            _ => return Err(unexpected),
        };
        if monte_carlo == MonteCarlo::None {
            term.by_variance = 0.0;
        }
        match self {
            _ if term.is_finite() => Ok(term),
            Statistic::Neyman => Err(Error::NoVariance { bin, count, variance: count + variance }),
            _ => Err(unexpected),
        }
    }
}

impl Statistic {
    /// Variance of the difference of count and expectation.
    pub(super) fn variance(self, monte_carlo: MonteCarlo, count: f64, mean: f64, simulated: f64) -> f64 {
        let simulated = if monte_carlo == MonteCarlo::Light { simulated } else { 0.0 };
        let counted = match self {
            Statistic::Poisson | Statistic::Pearson => mean,
            Statistic::Neyman => count,
            Statistic::NeymanPearson => neyman_pearson(count, mean).0,
        };
        counted + simulated
    }
}

/// Twice the negative logarithm of the likelihood ratio with the best factor b on the mean, which is 1 without
/// variance. With r = m (b - 1) / v the penalty is r^2 v, and no difference of large numbers is left.
fn poisson(count: f64, mean: f64, variance: f64) -> Term {
    let spread = variance / mean;
    let excess = count / mean - 1.0;
    let root = ((1.0 - spread).powi(2) + 4.0 * count / mean * spread).sqrt();
    let pull = 2.0 * excess / (1.0 + spread + root);
    let factor = 1.0 + pull * spread;
    let best = factor * mean;
    let likelihood = if count > 0.0 { best - count - count * (best / count).ln() } else { best.max(0.0) };
    Term {
        value: 2.0 * likelihood + pull * pull * variance,
        by_mean: 2.0 * (factor - count / mean + pull * pull * spread),
        by_variance: -pull * pull,
    }
}

/// (n - m)^2 / d with the derivative `slope` of d by m; zero where both n - m and d are.
fn chi_squared(count: f64, mean: f64, variance: f64, slope: f64) -> Term {
    let difference = count - mean;
    if difference == 0.0 && variance == 0.0 {
        return Term::default();
    }
    let ratio = difference / variance;
    Term {
        value: difference * ratio,
        by_mean: -2.0 * ratio - ratio * ratio * slope,
        by_variance: -ratio * ratio,
    }
}

/// The variance of ji2020 and its derivative with respect to the mean.
fn neyman_pearson(count: f64, mean: f64) -> (f64, f64) {
    if count == 0.0 {
        return (0.5 * mean, 0.5);
    }
    let sum = mean + 2.0 * count;
    (3.0 * count * mean / sum, 6.0 * (count / sum).powi(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Statistic; 4] =
        [Statistic::Poisson, Statistic::Neyman, Statistic::Pearson, Statistic::NeymanPearson];

    fn value(statistic: Statistic, monte_carlo: MonteCarlo, n: f64, m: f64, v: f64) -> f64 {
        statistic.term(monte_carlo, 0, n, m, v).expect("a good bin").value
    }

    #[test]
    fn statistics_have_the_values_computed_by_hand() {
        let near = |statistic, monte_carlo, n, m, v, exact: f64| {
            let found = value(statistic, monte_carlo, n, m, v);
            assert!((found - exact).abs() < 1e-12, "{statistic:?} {found} {exact}");
        };
        let none = MonteCarlo::None;
        near(Statistic::Poisson, none, 3.0, 2.0, 9.0, 2.0 * (2.0 - 3.0 + 3.0 * 1.5f64.ln()));
        near(Statistic::Poisson, none, 0.0, 2.5, 9.0, 5.0);
        near(Statistic::Poisson, none, 4.0, 4.0, 9.0, 0.0);
        near(Statistic::Neyman, none, 4.0, 6.0, 9.0, 1.0);
        near(Statistic::Pearson, none, 4.0, 8.0, 9.0, 2.0);
        near(Statistic::NeymanPearson, none, 4.0, 8.0, 9.0, 16.0 / 6.0);
        near(Statistic::NeymanPearson, none, 0.0, 8.0, 9.0, 16.0);
        near(Statistic::Neyman, MonteCarlo::Light, 4.0, 6.0, 4.0, 0.5);
        near(Statistic::Pearson, MonteCarlo::Light, 4.0, 8.0, 8.0, 1.0);
        // n = 2, m = 1, v = 1: b^2 = 2.
        let b = 2.0f64.sqrt();
        let exact = 2.0 * (b - 2.0 + 2.0 * (2.0 / b).ln()) + (b - 1.0) * (b - 1.0);
        near(Statistic::Poisson, MonteCarlo::Light, 2.0, 1.0, 1.0, exact);
    }

    #[test]
    fn the_light_factor_is_the_best_one() {
        for (n, m, v) in
            [(3.0, 2.0, 0.7), (0.0, 2.0, 0.7), (0.0, 1.0, 4.0), (120.0, 80.0, 30.0), (5.0, 5.0, 2.0)]
        {
            let penalised = |b: f64| {
                let fit = if n > 0.0 { b * m - n - n * (b * m / n).ln() } else { b * m };
                2.0 * fit + (b - 1.0).powi(2) * m * m / v
            };
            // Golden section search between 0 and 10.
            let (mut low, mut high) = (0.0_f64, 10.0_f64);
            let golden = 0.5 * (5.0f64.sqrt() - 1.0);
            for _ in 0..100 {
                let (a, b) = (high - golden * (high - low), low + golden * (high - low));
                if penalised(a) < penalised(b) { high = b } else { low = a }
            }
            let (found, best) = (value(Statistic::Poisson, MonteCarlo::Light, n, m, v), penalised(low));
            assert!((found - best).abs() < 1e-9 * (1.0 + best), "{n} {m} {v}: {found} {best}");
        }
    }

    #[test]
    fn without_variance_the_light_factor_changes_nothing() {
        for (n, m) in [(3.0, 2.0), (0.0, 2.0), (100.0, 140.0)] {
            let plain = Statistic::Poisson.term(MonteCarlo::None, 0, n, m, 5.0).expect("a good bin");
            let light = Statistic::Poisson.term(MonteCarlo::Light, 0, n, m, 0.0).expect("a good bin");
            assert_eq!((plain.value, plain.by_mean), (light.value, light.by_mean));
            let near = value(Statistic::Poisson, MonteCarlo::Light, n, m, 1e-9);
            assert!((near - plain.value).abs() < 1e-6, "{near} {}", plain.value);
        }
    }

    #[test]
    fn derivatives_of_terms_are_finite_differences() {
        const STEP: f64 = 1e-5;
        for statistic in ALL {
            for monte_carlo in [MonteCarlo::None, MonteCarlo::Light] {
                for (n, m, v) in [(3.0, 2.0, 0.7), (30.0, 42.0, 10.0), (0.0, 2.0, 0.5), (0.0, 2.0, 5.0)] {
                    let Ok(term) = statistic.term(monte_carlo, 0, n, m, v) else {
                        assert!(statistic == Statistic::Neyman && n == 0.0);
                        continue;
                    };
                    let at = |m, v| value(statistic, monte_carlo, n, m, v);
                    let by_mean = (at(m + STEP, v) - at(m - STEP, v)) / (2.0 * STEP);
                    let by_variance = (at(m, v + STEP) - at(m, v - STEP)) / (2.0 * STEP);
                    assert!((term.by_mean - by_mean).abs() < 1e-7, "{statistic:?} {term:?} {by_mean}");
                    assert!((term.by_variance - by_variance).abs() < 1e-7, "{term:?} {by_variance}");
                }
            }
        }
    }

    #[test]
    fn impossible_bins_are_named() {
        let term = |statistic: Statistic, n, m| statistic.term(MonteCarlo::None, 7, n, m, 0.0);
        assert!(matches!(term(Statistic::Poisson, 2.0, 0.0), Err(Error::NoExpectation { bin: 7, .. })));
        assert!(matches!(term(Statistic::Pearson, 2.0, 0.0), Err(Error::NoExpectation { bin: 7, .. })));
        assert!(matches!(term(Statistic::NeymanPearson, 2.0, -9.0), Err(Error::NoExpectation { .. })));
        assert!(matches!(term(Statistic::Neyman, 0.0, 2.0), Err(Error::NoVariance { bin: 7, .. })));
        assert!(matches!(term(Statistic::Poisson, -1.0, 2.0), Err(Error::NegativeCount { bin: 7, .. })));
        assert_eq!(term(Statistic::Poisson, 0.0, 0.0).map(|t| t.value), Ok(0.0));
        assert_eq!(term(Statistic::Pearson, 0.0, 0.0).map(|t| t.value), Ok(0.0));
    }

    proptest! {
        #[test]
        fn terms_are_finite_or_refused(
            n in prop_oneof![Just(0.0), 0.0..1e6], m in -1.0..1e6, v in prop_oneof![Just(0.0), 0.0..1e6],
        ) {
            for statistic in ALL {
                for monte_carlo in [MonteCarlo::None, MonteCarlo::Light] {
                    if let Ok(term) = statistic.term(monte_carlo, 0, n, m, v) {
                        prop_assert!(term.is_finite() && term.value >= -1e-9, "{:?}", term);
                    }
                }
            }
        }
    }
}
