//! The hall: configuration, chain, runs, files and reports.

pub mod assess;
pub mod chain;
pub mod config;
pub mod density;
pub mod error;
pub mod estimate;
pub mod figures;
pub mod fit;
pub mod flow;
pub mod flux;
pub mod io;
pub mod literature;
pub mod meanfield;
pub mod moving;
pub mod observable;
pub mod propagate;
pub mod report;
pub mod responses;
pub mod run;

pub use config::Config;
pub use error::{Error, Result};
pub use observable::Observable;
