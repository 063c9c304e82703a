//! The spherical Hartree-Fock mean field of a Skyrme force, from which nucleons are knocked out.

mod bound;
pub mod choice;
pub mod densities;
pub mod energy;
pub mod filling;
pub mod force;
pub mod functional;
pub mod hartree_fock;
pub mod matter;
pub mod mesh;
mod mixing;
pub mod radial_field;
pub mod shell;
mod start;

pub use choice::FieldChoice;
pub use densities::Densities;
pub use energy::{EnergyParts, Radii};
pub use force::{Skyrme, SkyrmeForce};
pub use hartree_fock::{CoulombExchange, EmptiedField, MeanField, Options};
pub use matter::NuclearMatter;
pub use mesh::Mesh;
pub use radial_field::RadialField;
pub use shell::{Nucleon, Orbital, Shell};
