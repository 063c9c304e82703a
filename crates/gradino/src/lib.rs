//! The hall: configuration, chain, runs, files and reports.

pub mod error;
pub mod io;

pub use error::{Error, Result};
