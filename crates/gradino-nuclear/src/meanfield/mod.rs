//! The spherical Hartree-Fock mean field of a Skyrme force, from which nucleons are knocked out.

pub mod form_factors;
pub mod hartree_fock;
pub mod mesh;
pub mod radial_field;
pub mod shell;

pub use form_factors::{AxialModel, Current, FormFactorModel, FormFactors, PreparedFormFactors, VectorModel};
pub use hartree_fock::{Densities, EnergyParts, MeanField, Radii};
pub use mesh::Mesh;
pub use radial_field::RadialField;
pub use shell::{Nucleon, Orbital, Shell};
