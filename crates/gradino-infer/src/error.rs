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
            Error::BadSetting { allowed, .. } => return Some(format!("choose {allowed}")),
        };
        Some(text.into())
    }
}
