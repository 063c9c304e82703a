//! The nucleus: structure, emission, decay and low-energy neutrino reactions.

pub mod emission;
pub mod error;

pub use error::{Error, Result};
