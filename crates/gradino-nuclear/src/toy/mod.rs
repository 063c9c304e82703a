//! A differentiable toy of the Hauser-Feshbach model: one nucleus, photons alone, two parameters.
//!
//! After barham2024 (arXiv:2404.00180). Excitation energies in the continuum are sampled by E' = g(u; E, theta),
//! g the inverse of the cumulative distribution, and move with the parameters by its implicit derivative;
//! below, the tree of discrete levels has exact probabilities. What the paper leaves open, the level density and
//! the strength, is chosen here; see [`ToyLaw`].

mod bank;
mod feature;
mod law;
mod nucleus;
mod record;
mod simulator;
mod table;

pub use bank::ToyBank;
pub use feature::ToyFeature;
pub use law::{Next, ToyLaw};
pub use nucleus::{StartEnergy, ToyNucleus};
pub use simulator::{DiscretePart, ToySimulator};
pub use table::InverseTable;

use gradino_core::Parameter;

/// Name of the level density parameter.
pub const ALPHA: &str = "toy.alpha";
/// Name of the exponent of the photon transmission.
pub const LAMBDA: &str = "toy.lambda";

/// The two parameters: `toy.alpha` [1/MeV] as of a nucleus of mass number 40, and `toy.lambda` of a constant
/// dipole strength.
pub fn parameters() -> Vec<Parameter> {
    vec![
        Parameter::new(ALPHA, 5.0, "1/MeV", "barham2024", "level density, rho = rho_0 exp(2 sqrt(alpha E))")
            .bounded(0.5, 15.0),
        Parameter::new(LAMBDA, 3.0, "", "barham2024", "photon transmission, T = E_gamma^lambda")
            .bounded(1.0, 6.0),
    ]
}
