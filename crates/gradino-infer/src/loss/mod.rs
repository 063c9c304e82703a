//! Losses between a simulated sample and data.

use crate::error::Result;
use gradino_core::Sample;

/// A number that is small where a simulated sample looks like data.
pub trait Loss: Send + Sync {
    /// The loss of `sample` against `data`, with its derivatives.
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue>;

    /// Whether it is minus twice the logarithm of a likelihood (or a chi squared): then it can be added to
    /// priors, and its curvature gives a covariance.
    fn is_likelihood(&self) -> bool {
        false
    }

    /// The Gauss-Newton (Fisher) approximation of the second derivatives with respect to the parameters of
    /// the sample, `[parameters, parameters]`, for losses that have one.
    fn curvature(&self, _sample: &Sample, _data: &Sample) -> Result<Option<Vec<f64>>> {
        Ok(None)
    }
}

/// A loss with its derivatives with respect to the sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LossValue {
    /// The loss.
    pub value: f64,
    /// Derivatives with respect to the weights of the sample, `[rows]`.
    pub by_weight: Vec<f64>,
    /// Derivatives with respect to the features of the sample, `[rows, dimension]`.
    pub by_value: Vec<f64>,
}

impl LossValue {
    /// Derivatives with respect to the parameters of the sample.
    pub fn gradient(&self, sample: &Sample) -> Vec<f64> {
        sample.pull_back(&self.by_weight, &self.by_value)
    }
}
