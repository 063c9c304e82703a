//! Errors of this room.

use thiserror::Error;

/// Result of this room.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An error of a sample or a simulator.
    #[error(transparent)]
    Core(#[from] gradino_core::Error),
    /// A name that no loss has.
    #[error("unknown loss \"{name}\"")]
    UnknownLoss {
        /// The name that was given.
        name: String,
    },
    /// A loss of bins without bins.
    #[error("the loss \"{name}\" needs bins")]
    NoBinning {
        /// Name of the loss.
        name: &'static str,
    },
    /// Weights that leave nothing to average over.
    #[error("the weights of the sample sum to {sum}, which is not above zero")]
    NoWeight {
        /// Their sum.
        sum: f64,
    },
    /// A sample without pairs of rows.
    #[error("{rows} rows with an effective size of {effective} leave no pairs to average over")]
    NoPairs {
        /// Number of rows.
        rows: usize,
        /// Effective size, (sum w)^2 / sum w^2.
        effective: f64,
    },
    /// A negative weight where a loss needs a distribution.
    #[error("the weight of row {row} is {weight}, but this loss needs weights of zero or more")]
    NegativeWeight {
        /// The row, from 0.
        row: usize,
        /// Its weight.
        weight: f64,
    },
    /// A width of a kernel that is not a positive number.
    #[error("a kernel cannot have the width {width}")]
    BadBandwidth {
        /// The width.
        width: f64,
    },
    /// Nothing of something that is needed at least once.
    #[error("at least {least} {what} are needed, not {found}")]
    TooFew {
        /// What there is too little of.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many are needed.
        least: usize,
    },
    /// Edges of bins that do not increase.
    #[error("edge {position} of feature {feature} is {edge}, after {before}")]
    BadEdges {
        /// The feature, from 0.
        feature: usize,
        /// The position of the edge, from 0.
        position: usize,
        /// The edge before it.
        before: f64,
        /// The edge.
        edge: f64,
    },
    /// Bins of a feature that the sample does not have.
    #[error("there are bins for feature {feature}, but the sample has {dimension} features")]
    NoSuchFeature {
        /// The feature, from 0.
        feature: usize,
        /// Number of features.
        dimension: usize,
    },
    /// Features that move in bins that do not see it.
    #[error(
        "feature {feature} of row {row} moves with the parameters, which whole events in bins do not see"
    )]
    MovingFeatures {
        /// The row, from 0.
        row: usize,
        /// The feature, from 0.
        feature: usize,
    },
    /// A factor between simulated events and expected counts that is not a positive number.
    #[error("simulated events cannot count {scale} times")]
    BadScale {
        /// The factor.
        scale: f64,
    },
    /// A negative count where a loss needs a Poisson count.
    #[error("bin {bin} has a count of {count}")]
    NegativeCount {
        /// The bin.
        bin: usize,
        /// The count.
        count: f64,
    },
    /// A bin in which a count was seen that the simulation rules out.
    #[error("bin {bin} has a count of {count}, but the simulation expects {mean}")]
    NoExpectation {
        /// The bin.
        bin: usize,
        /// The count.
        count: f64,
        /// The expected count.
        mean: f64,
    },
    /// A bin whose difference has no variance to divide by.
    #[error("the variance of bin {bin} is {variance} at a count of {count}")]
    NoVariance {
        /// The bin.
        bin: usize,
        /// The count.
        count: f64,
        /// The variance.
        variance: f64,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Error::Core(error) => return error.hint(),
            Error::UnknownLoss { name } => {
                let names: Vec<&str> = crate::loss::MODELS.iter().map(|model| model.name).collect();
                let closest = gradino_core::text::closest(name, names.iter().copied());
                return Some(closest.map_or_else(
                    || format!("choose one of {}", names.join(", ")),
                    |closest| format!("did you mean \"{closest}\"?"),
                ));
            }
            Error::NoBinning { .. } => "give the edges of the bins of at least one feature",
            Error::NoWeight { .. } => {
                "too many rows have negative weights or the weight 0; draw new events here"
            }
            Error::NoPairs { .. } => "draw more events, or draw new ones where the weights are even",
            Error::NegativeWeight { .. } => {
                "choose \"energy\", \"mmd\" or a loss of bins, or leave such rows out"
            }
            Error::BadBandwidth { .. } => {
                "choose a width above zero in the unit of the features; the median needs data that differ"
            }
            Error::TooFew { .. } => "raise the number",
            Error::BadEdges { .. } => "edges must be finite and increase",
            Error::NoSuchFeature { .. } => "features are counted from 0",
            Error::MovingFeatures { .. } => {
                "share events between neighbouring bins (linear), or ask for whole events though features move"
            }
            Error::BadScale { .. } => {
                "give a number above zero; the default is the number of data by the number of simulated events"
            }
            Error::NoExpectation { .. } => "draw more events, or make the bins wider",
            Error::NegativeCount { .. } => "give data without negative weights",
            Error::NoVariance { .. } => "choose \"poisson\" or \"pearson\", or make the bins wider",
        };
        Some(text.into())
    }
}
