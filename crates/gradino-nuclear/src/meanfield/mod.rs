//! The spherical Hartree-Fock mean field of a Skyrme force, from which nucleons are knocked out.

mod bound;
pub mod box_states;
pub mod choice;
pub mod continuum;
pub mod convention;
pub mod densities;
pub mod energy;
pub mod fermi_gas;
pub mod filling;
pub mod force;
pub mod form_factors;
pub mod functional;
pub mod hartree_fock;
pub mod matter;
pub mod mesh;
mod mixing;
pub mod multipoles;
pub mod radial_field;
pub mod response_grid;
pub mod responses;
pub mod shell;
mod start;

pub use box_states::{BoxState, box_states};
pub use choice::FieldChoice;
pub use continuum::{Continuum, ContinuumOptions, FinalState, PartialWave};
pub use convention::Convention;
pub use densities::Densities;
pub use energy::{EnergyParts, Radii};
pub use fermi_gas::FermiGas;
pub use force::{Skyrme, SkyrmeForce};
pub use form_factors::{AxialModel, Current, FormFactorModel, FormFactors, PreparedFormFactors, VectorModel};
pub use hartree_fock::{CoulombExchange, EmptiedField, MeanField, NucleonMasses, Options};
pub use matter::NuclearMatter;
pub use mesh::Mesh;
pub use multipoles::AxialCharge;
pub use radial_field::RadialField;
pub use response_grid::{GridModel, ResponseGrid, ShellResponses};
pub use responses::{
    HoleSums, LongitudinalCurrent, Monopole, Probe, ResponseModel, ResponseOptions, ResponseSums, Responses,
};
pub use shell::{Nucleon, Orbital, Shell};
