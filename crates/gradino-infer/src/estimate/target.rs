//! What is estimated: a mean, or the shares of events in bins.

use crate::error::Result;
use crate::loss::{Axis, Sharing};

/// A share of an event in an output: output, contribution, its derivative with respect to the value.
pub type Share = Option<(usize, f64, f64)>;

/// What is estimated of the observed values, with its derivatives.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Target {
    /// The mean value; events without one count as 0.
    #[default]
    Mean,
    /// The share of events in each bin; events without a value are in none.
    Bins {
        /// The bins.
        axis: Axis,
        /// How events are counted; [`Sharing::Linear`] for values that move.
        sharing: Sharing,
    },
}

impl Target {
    /// Bins between `edges`.
    pub fn bins(edges: Vec<f64>, sharing: Sharing) -> Result<Self> {
        Ok(Target::Bins { axis: Axis::new(0, edges)?, sharing })
    }

    /// Number of outputs.
    pub fn outputs(&self) -> usize {
        match self {
            Target::Mean => 1,
            Target::Bins { axis, .. } => axis.bins(),
        }
    }

    /// The outputs to which a value contributes.
    #[inline]
    pub fn shares(&self, value: Option<f64>) -> [Share; 2] {
        match (self, value) {
            (_, None) => [None, None],
            (Target::Mean, Some(x)) => [Some((0, x, 1.0)), None],
            (Target::Bins { axis, sharing }, Some(x)) => {
                axis.shares(x, matches!(sharing, Sharing::Linear | Sharing::Automatic))
            }
        }
    }
}
