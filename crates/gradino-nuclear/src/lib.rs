//! The nucleus: structure, emission, decay and low-energy neutrino reactions.

pub mod error;
pub mod structure;

pub use error::{Error, Result};
