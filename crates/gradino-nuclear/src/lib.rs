//! The nucleus: structure, mean field, emission, decay and neutrino reactions.

pub mod decay;
pub mod emission;
pub mod error;
pub mod meanfield;
pub mod quadrature;
pub mod reaction;
mod rows;
pub mod structure;
pub mod toy;

pub use error::{Error, Result};
