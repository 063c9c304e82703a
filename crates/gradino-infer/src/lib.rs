//! Gradients put to work: losses between samples, estimators, fits, propagation of uncertainties, moving of events.
//! And densities put to work: samplers of them, and how good a sampler is.
//!
//! This room knows samples ([`gradino_core::Sample`]), simulators and banks of events
//! ([`gradino_core::Simulator`], [`gradino_core::Bank`]), densities and samplers ([`gradino_core::Density`],
//! [`gradino_core::Sampler`]), and nothing of the physics behind them.

pub mod compare;
pub mod error;
pub mod estimate;
pub mod fit;
pub mod knowledge;
pub mod loss;
pub mod propagate;
pub mod sampling;

pub use error::{Error, Result};
pub use knowledge::ParameterCovariance;
