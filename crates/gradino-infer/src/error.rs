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
    /// A prior that is no Gaussian.
    #[error("the prior of {name} has mean {mean} and standard deviation {sigma}")]
    BadPrior {
        /// The parameter.
        name: String,
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sigma: f64,
    },
    /// A parameter with two choices.
    #[error("{name} is chosen twice")]
    ChosenTwice {
        /// The parameter.
        name: String,
    },
    /// A fit without free parameters.
    #[error("no parameter of the fit is free")]
    NothingFree,
    /// Priors with a loss that has no scale of its own.
    #[error("the prior of {name} cannot be weighed against this loss, which is no likelihood")]
    PriorWithoutLikelihood {
        /// The parameter.
        name: String,
    },
    /// A loss that is not a number.
    #[error("the loss is {value} at {point}")]
    NotALoss {
        /// The loss.
        value: f64,
        /// Parameters with their values.
        point: String,
    },
    /// A stored fit of other parameters.
    #[error("the stored fit has {found} free parameters, this one {wanted}")]
    OtherFit {
        /// Free parameters that are stored.
        found: usize,
        /// Free parameters of the fit that should go on.
        wanted: usize,
    },
    /// A covariance matrix that is not square or does not fit its parameters.
    #[error("{parameters} parameters have a covariance of {numbers} numbers")]
    CovarianceShape {
        /// Number of parameters.
        parameters: usize,
        /// Numbers in the matrix.
        numbers: usize,
    },
    /// An element of a covariance matrix that is not finite, or not that of its mirror image.
    #[error("the covariance of {first} and {second} is {value}, its mirror image {mirrored}")]
    CovarianceElement {
        /// One parameter.
        first: String,
        /// The other.
        second: String,
        /// The element.
        value: f64,
        /// Its mirror image.
        mirrored: f64,
    },
    /// A covariance matrix with a negative eigenvalue.
    #[error(
        "the covariance is not positive definite: its correlations have the eigenvalue {eigenvalue:.3} along {direction}"
    )]
    NotPositive {
        /// The lowest eigenvalue of the correlation matrix.
        eigenvalue: f64,
        /// The largest components of its eigenvector.
        direction: String,
    },
    /// A parameter at its bound, where no central difference can be taken.
    #[error("{name} is {value}, at the bound of what is allowed")]
    AtBound {
        /// The parameter.
        name: String,
        /// Its value.
        value: f64,
    },
    /// Settings that make no sense.
    #[error("{what} of the fit is {value}")]
    BadSetting {
        /// The setting.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A name that no loss has.
    #[error("unknown loss \"{name}\"")]
    UnknownLoss {
        /// The name that was given.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<&'static str>,
    },
    /// A name that no estimator has.
    #[error("unknown estimator \"{name}\"")]
    UnknownEstimator {
        /// The name that was given.
        name: String,
        /// The closest known one.
        suggestion: Option<String>,
        /// All names.
        known: Vec<&'static str>,
    },
    /// Strata whose probabilities make no distribution.
    #[error("the probabilities of the strata add up to {sum}, or one of them is negative")]
    BadStrata {
        /// Their sum.
        sum: f64,
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
    /// A sampler of other points or conditions than those of the density.
    #[error("the sampler has {found}, the density {wanted}")]
    OtherSpace {
        /// Axes and conditions of the sampler.
        found: String,
        /// Axes and conditions of the density.
        wanted: String,
    },
    /// A sampler whose own density is no positive number at a point that it has drawn.
    #[error("the sampler says that it has drawn {point} with the density {value}")]
    BadProposal {
        /// The density.
        value: f64,
        /// Coordinates.
        point: String,
    },
    /// Conditions under which the density is zero everywhere, as far as can be seen.
    #[error("the density is zero at all {points} points drawn at {condition}")]
    NothingThere {
        /// Points drawn.
        points: u64,
        /// The conditions, or which part of them.
        condition: String,
    },
    /// A law of a condition that cannot be.
    #[error("the law of {name}: {problem}")]
    BadLaw {
        /// The condition.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// A share that is none.
    #[error("{what} is {value}")]
    BadShare {
        /// What it is.
        what: &'static str,
        /// Its value.
        value: f64,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Error::Core(error) => return error.hint(),
            Error::BadPrior { .. } => "give a finite mean and a standard deviation above zero",
            Error::ChosenTwice { .. } => "leave one of the two out",
            Error::NothingFree => "name at least one parameter that is neither fixed nor shared",
            Error::PriorWithoutLikelihood { .. } => {
                "use a likelihood (binned Poisson or chi2), or give bounds instead"
            }
            Error::NotALoss { .. } => "begin elsewhere, or give bounds that keep away from that point",
            Error::OtherFit { .. } => "go on with the same choices, or begin anew without the stored fit",
            Error::CovarianceShape { .. } => "give a row and a column for each parameter",
            Error::CovarianceElement { .. } => "give a symmetric matrix of finite numbers",
            Error::NotPositive { .. } => {
                "lower the correlations along that direction, or raise the variances of its parameters"
            }
            Error::AtBound { .. } => {
                "leave it out, move its value away from the bound, or draw the parameters"
            }
            Error::BadSetting { allowed, .. } => return Some(format!("choose {allowed}")),
            Error::UnknownLoss { suggestion: Some(s), .. }
            | Error::UnknownEstimator { suggestion: Some(s), .. } => {
                return Some(format!("did you mean \"{s}\"?"));
            }
            Error::UnknownLoss { known, .. } | Error::UnknownEstimator { known, .. } => {
                return Some(format!("choose one of {}", known.join(", ")));
            }
            Error::BadStrata { .. } => "give each stratum its probability; together they are 1",
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
            Error::NoExpectation { .. } => {
                "draw more events, make the bins wider, or add a fraction of an event to each (floor)"
            }
            Error::NegativeCount { .. } => "give data without negative weights",
            Error::OtherSpace { .. } => "assess a sampler against the density that it was made for",
            Error::BadProposal { .. } => {
                "a sampler must know the density above zero of each point that it draws"
            }
            Error::NothingThere { .. } => {
                "leave these conditions out, or draw more points if the density is a narrow peak"
            }
            Error::BadLaw { .. } => {
                "give a condition of the density, and a law inside its range that is positive somewhere"
            }
            Error::BadShare { .. } => "choose a number above 0 and up to 1",
            Error::NoVariance { .. } => "choose \"poisson\" or \"pearson\", or make the bins wider",
        };
        Some(text.into())
    }
}
