//! Neutrino reactions: allowed charged current, nu-e elastic, CEvNS, knockout of one nucleon.

pub mod allowed;
pub mod cevns;
pub mod coulomb_correction;
pub mod electron_elastic;
pub mod exclusive;
pub mod kinematics;
pub mod strengths;

pub use allowed::{AllowedReaction, PreparedAllowed};
pub use cevns::{Cevns, FormFactor, PreparedCevns};
pub use coulomb_correction::{CoulombCorrection, CoulombMode};
pub use electron_elastic::{ElectronElastic, PreparedElectronElastic};
pub use kinematics::{CentreOfMass, Masses, TwoBody};
pub use strengths::{Strength, StrengthSet, Transition};
