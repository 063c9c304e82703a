//! Gradients put to work: losses between samples, estimators, fits, propagation of uncertainties, moving of events.
//!
//! This room knows samples ([`gradino_core::Sample`]), simulators and banks of events
//! ([`gradino_core::Simulator`], [`gradino_core::Bank`]), and nothing of the physics behind them.

pub mod compare;
pub mod error;
pub mod estimate;
pub mod fit;
pub mod knowledge;
pub mod loss;
pub mod propagate;

pub use error::{Error, Result};
pub use knowledge::ParameterCovariance;
