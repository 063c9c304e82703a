//! Means over pairs of rows, common to all losses with a kernel.

use super::LossValue;
use crate::error::{Error, Result};
use gradino_core::Sample;

/// What a weighted mean is divided by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Normalise {
    /// The sum of the weights: only the shape counts, and noise of the sum drops out of the derivatives.
    /// Unbiased for equal weights; for others there is a bias of the order of 1 / rows.
    #[default]
    Weights,
    /// The number of rows: unbiased, values and derivatives, where weights are 1 on average.
    Rows,
}

impl Normalise {
    /// The divisor `total` of means over rows, refused where it is not above zero.
    pub(super) fn total(self, sample: &Sample) -> Result<f64> {
        let sum: f64 = sample.weights.iter().sum();
        match self {
            Normalise::Rows => Ok(sample.len() as f64),
            Normalise::Weights if sum > 0.0 => Ok(sum),
            Normalise::Weights => Err(Error::NoWeight { sum }),
        }
    }

    /// The divisor of means over pairs of different rows: (sum w)^2 - sum w^2, or n (n - 1).
    fn pairs(self, sample: &Sample) -> Result<f64> {
        /// Below this part of (sum w)^2 rounding takes over.
        const LEAST: f64 = 1e-12;
        let total = self.total(sample)?;
        let pairs = match self {
            Normalise::Rows => total * (total - 1.0),
            Normalise::Weights => total * total - sample.weights.iter().map(|w| w * w).sum::<f64>(),
        };
        if pairs > LEAST * total * total {
            Ok(pairs)
        } else {
            Err(Error::NoPairs { rows: sample.len(), effective: sample.effective_size() })
        }
    }
}

/// Sums of a kernel over the rows of some sample, seen from each row i of the simulated one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Potential {
    /// sum_j w_j k(x_i, y_j), without j = i where the sample is the simulated one itself.
    pub(super) value: Vec<f64>,
    /// Its derivatives with respect to x_i alone, `[rows, dimension]`.
    pub(super) slope: Vec<f64>,
}

/// What the unbiased statistic needs of the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct DataTerm {
    /// Divisor of means over data.
    total: f64,
    /// Mean of the kernel over pairs of data.
    pairs: f64,
}

impl DataTerm {
    /// From the weighted sum of the kernel over pairs of different data.
    pub(super) fn new(data: &Sample, sum: f64, normalise: Normalise) -> Result<Self> {
        Ok(DataTerm { total: normalise.total(data)?, pairs: sum / normalise.pairs(data)? })
    }
}

/// The unbiased squared discrepancy, a U-statistic, eq. (3) of gretton2012 with weights:
///
/// sum_{i != j} w_i w_j k(x_i, x_j) / a - 2 sum_{i, j} w_i v_j k(x_i, y_j) / (b c) + the same of the data,
///
/// with a, b, c of [`Normalise`]: a = b^2 - sum w^2, b = sum w, c = sum v, or n (n - 1), n and m.
/// It can be below zero by chance.
pub(super) fn discrepancy(
    sample: &Sample,
    normalise: Normalise,
    data: DataTerm,
    own: &Potential,
    other: &Potential,
) -> Result<LossValue> {
    let (total, pairs) = (normalise.total(sample)?, normalise.pairs(sample)?);
    let cross = total * data.total;
    let sum = |p: &Potential| sample.weights.iter().zip(&p.value).map(|(w, p)| w * p).sum::<f64>();
    let (own_mean, other_mean) = (sum(own) / pairs, sum(other) / cross);
    let by_divisor = |w: f64| match normalise {
        Normalise::Rows => 0.0,
        Normalise::Weights => 2.0 * other_mean / total - 2.0 * own_mean * (total - w) / pairs,
    };
    let rows = own.value.iter().zip(&other.value).zip(&sample.weights);
    let by_weight = rows.map(|((p, q), &w)| 2.0 * (p / pairs - q / cross) + by_divisor(w)).collect();
    let dimension = sample.dimension();
    let slopes = own.slope.iter().zip(&other.slope).enumerate();
    let by_value =
        slopes.map(|(k, (p, q))| 2.0 * sample.weights[k / dimension] * (p / pairs - q / cross)).collect();
    Ok(LossValue { value: own_mean - 2.0 * other_mean + data.pairs, by_weight, by_value })
}
