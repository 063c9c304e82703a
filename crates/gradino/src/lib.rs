//! The hall: configuration, chain, runs, files and reports.

pub mod chain;
pub mod error;
pub mod flux;
pub mod io;

pub use error::{Error, Result};
