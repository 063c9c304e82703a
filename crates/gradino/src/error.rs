//! Errors of the hall.

use thiserror::Error;

/// Result of the hall.
pub type Result<T> = std::result::Result<T, Error>;

/// What can go wrong in the hall.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A mistake in names, units or parameters.
    #[error(transparent)]
    Core(#[from] gradino_core::Error),
    /// An error of the nuclear room.
    #[error(transparent)]
    Nuclear(#[from] gradino_nuclear::Error),
    /// A file that cannot be read or written.
    #[error(transparent)]
    Files(#[from] crate::io::Error),
    /// A source that does not come in this flavour.
    #[error("{source_name} has no {neutrino}")]
    WrongNeutrino {
        /// The source.
        source_name: &'static str,
        /// The neutrino asked for.
        neutrino: String,
    },
    /// A run in which nothing can happen.
    #[error("no process can happen: {reason}")]
    NoProcess {
        /// Why.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Core(e) => e.hint(),
            Error::Nuclear(e) => e.hint(),
            Error::Files(e) => e.hint(),
            Error::WrongNeutrino { .. } => Some("choose another flavour, or another source".into()),
            Error::NoProcess { .. } => Some("add a process that this neutrino can start".into()),
        }
    }
}
