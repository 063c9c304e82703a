//! The nucleus: structure, emission, decay and low-energy neutrino reactions.

pub mod error;
pub mod reaction;

pub use error::{Error, Result};
