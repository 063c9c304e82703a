//! The figures of docs/validation.md: each function measures a table, and the binary prints them.

pub mod agreement;
pub mod chain_fits;
pub mod cpu;
pub mod decay;
pub mod estimators;
pub mod flows;
pub mod gpu;
pub mod jobs;
pub mod knockout;
pub mod limits;
pub mod mean_field;
pub mod peer;
pub mod propagation;
pub mod reference;
pub mod responses;
pub mod samplers;
pub mod side_by_side;
pub mod toy_fits;
pub mod transmission;

/// What a measurement may fail with.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
