//! Conditional normalizing flows on products of intervals and circles.
//!
//! [`FlowSpec`] says what a flow is, [`Weights`] are its numbers and their file, [`Flow`] evaluates it, slowly
//! and clearly: faster evaluations agree with it.

pub mod error;
mod features;
pub mod flow;
pub mod fused;
pub mod layout;
pub mod spec;
pub mod spline;
#[cfg(feature = "train")]
pub mod train;
pub mod weights;

pub use error::{Error, Result};
pub use flow::Flow;
pub use fused::{FusedFlow, Instructions};
pub use layout::{Layer, Network};
pub use spec::{Activation, Conditioner, Features, FlowSpec, Kind, Preset, TransformSpec};
pub use spline::Spline;
pub use weights::{Tensor, Weights};
