//! The hall: configuration, chain, runs, files and reports.

pub mod config;
pub mod error;
pub mod run;

pub use config::Config;
pub use error::{Error, Result};
