//! Samplers of a density that are no networks, and how good any sampler is.
//!
//! A [`Sampler`](gradino_core::Sampler) draws points under given conditions and says with which density q it did. Its
//! weights w = f / q against a [`Density`](gradino_core::Density) f tell how well it does: [`assess`] does so, and
//! [`Unweighted`] keeps points in proportion to them, so that what is left follows f whatever q is.

mod adapt;
pub mod assess;
mod climb;
mod draws;
mod grid;
mod law;
mod normalisation;
mod uniform;
mod unweight;

pub use adapt::{Counted, Fixed, FixedSampler};
pub use draws::{Draws, draw, evaluate, weighted};
pub use grid::{AdaptiveGrid, GridSettings};
pub use law::Law;
pub use normalisation::Normalisation;
pub use uniform::Uniform;
pub use unweight::{Excess, UnweightSettings, Unweighted};
