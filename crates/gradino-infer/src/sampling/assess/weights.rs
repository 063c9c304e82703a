//! What the weights f / q of a sampler say of it.

use crate::error::{Error, Result};

/// Quantiles of the weights that are shown.
pub const QUANTILES: [f64; 7] = [0.001, 0.01, 0.5, 0.99, 0.999, 0.9999, 0.99999];

/// A number with its statistical error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
}

impl Measured {
    /// The number in errors.
    pub fn pull(&self) -> f64 {
        self.value / self.error
    }
}

/// Figures of weights, each divided by its mean under the same conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightFigures {
    /// Number of weights.
    pub events: usize,
    /// Relative effective sample size, (sum w)^2 / (N sum w^2) (kish1965).
    pub ress: Measured,
    /// Unweighting efficiency with the cap, mean(w) / cap: the share of the points that a sampler of unit weights keeps.
    pub efficiency: Measured,
    /// The cap: a quantile of the weights, in units of their mean.
    pub cap: f64,
    /// Share of the integral that the cap cuts off.
    pub lost: f64,
    /// Weights at [`QUANTILES`].
    pub quantiles: [f64; 7],
    /// The largest weight.
    pub largest: f64,
}

impl WeightFigures {
    /// Of weights, with the cap at `quantile`. The weights come back in order.
    pub fn of(weights: &mut [f64], quantile: f64) -> Result<Self> {
        if !(quantile > 0.0 && quantile <= 1.0) {
            return Err(Error::BadShare { what: "the quantile of the cap", value: quantile });
        }
        let n = weights.len() as f64;
        let mean = weights.iter().sum::<f64>() / n;
        if weights.len() < 2 || mean.is_nan() || mean <= 0.0 {
            return Err(Error::NoWeight { sum: mean * n });
        }
        let ress = ress(weights, mean);
        weights.sort_unstable_by(f64::total_cmp);
        weights.iter_mut().for_each(|w| *w /= mean);
        let cap = at(weights, quantile * n);
        // The quantile is a ranked weight whose rank has the spread of a binomial count.
        let spread = (n * quantile * (1.0 - quantile)).sqrt();
        let [low, high] = [quantile * n - spread, quantile * n + spread].map(|rank| at(weights, rank));
        let over: f64 = weights.iter().map(|w| (w - cap).max(0.0)).sum();
        Ok(WeightFigures {
            events: weights.len(),
            ress,
            efficiency: Measured { value: 1.0 / cap, error: 0.5 * (1.0 / low - 1.0 / high) },
            cap,
            lost: over / n,
            quantiles: QUANTILES.map(|q| at(weights, q * n)),
            largest: weights[weights.len() - 1],
        })
    }
}

/// The weight of a rank, counted from 1, among weights in order.
fn at(weights: &[f64], rank: f64) -> f64 {
    weights[(rank.ceil().max(1.0) as usize).min(weights.len()) - 1]
}

/// R = m1^2 / m2 with the error of its linear expansion in the two moments:
/// var R = <(R (2 w / m1 - w^2 / m2 - 1))^2> / N.
fn ress(weights: &[f64], mean: f64) -> Measured {
    let n = weights.len() as f64;
    let square = weights.iter().map(|w| w * w).sum::<f64>() / n;
    let value = mean * mean / square;
    let influence = |w: &f64| value * (2.0 * w / mean - w * w / square - 1.0);
    let variance = weights.iter().map(|w| influence(w).powi(2)).sum::<f64>() / n;
    Measured { value, error: (variance / n).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::{Purpose, Stream};

    #[test]
    fn figures_of_a_power_law_are_the_exact_ones() {
        // w = u^(-1/5): E w = 5/4, E w^2 = 5/3, quantile q at (1 - q)^(-1/5); above the cap c the integral of
        // w - c over u < c^-5 is c^-4 / 4.
        let exact_ress = 15.0 / 16.0;
        let cap = 0.001f64.powf(-0.2) / 1.25;
        let lost = 0.001f64.powf(0.8) / 4.0 / 1.25;
        let draws = |seed| {
            let mut stream = Stream::new(seed, 0, Purpose::Test);
            (0..200_000).map(|_| stream.uniform().powf(-0.2)).collect::<Vec<_>>()
        };
        let (mut pulls, mut squares) = (0.0, 0.0);
        for seed in 0..20 {
            let figures = WeightFigures::of(&mut draws(seed), 0.999).unwrap();
            assert!((figures.ress.value - exact_ress).abs() < 5.0 * figures.ress.error, "{figures:?}");
            let pull = (figures.efficiency.value - 1.0 / cap) / figures.efficiency.error;
            assert!(pull.abs() < 5.0 && (figures.lost / lost - 1.0).abs() < 0.3, "{figures:?} {lost}");
            pulls += pull;
            squares += ((figures.ress.value - exact_ress) / figures.ress.error).powi(2);
        }
        assert!((pulls / 20.0f64.sqrt()).abs() < 4.0);
        assert!((5.0..40.0).contains(&squares), "chi2 of 20: {squares}");
    }

    #[test]
    fn equal_weights_are_perfect_and_none_are_refused() {
        let figures = WeightFigures::of(&mut [3.0; 100], 0.9999).unwrap();
        assert_eq!((figures.ress.value, figures.efficiency.value, figures.lost), (1.0, 1.0, 0.0));
        assert_eq!((figures.ress.error, figures.largest), (0.0, 1.0));
        assert!(WeightFigures::of(&mut [0.0; 9], 0.9).is_err() && WeightFigures::of(&mut [], 0.9).is_err());
        assert!(WeightFigures::of(&mut [1.0; 9], 1.1).is_err());
    }
}
