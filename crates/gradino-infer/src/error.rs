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
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Core(error) => error.hint(),
        }
    }
}
