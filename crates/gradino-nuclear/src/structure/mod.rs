//! Structure of nuclei: masses, levels and their sources, level densities.

mod assignment;
pub mod builtin;
pub mod level_density;
pub mod levels;
mod library;
pub mod marley_levels;
pub mod masses;
pub mod ripl;

pub use levels::{ContinuumStart, Level, LevelScheme, Transition};
pub use library::StructureLibrary;
