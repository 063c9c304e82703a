//! The traits through which rooms meet.

use crate::real::Real;

/// A process with a total cross section.
pub trait CrossSection {
    /// Total cross section [cm^2] per target atom at projectile energy `energy` [MeV].
    fn total<D: Real>(&self, energy: D) -> D;
    /// Lowest projectile energy [MeV] at which it is not zero.
    fn threshold(&self) -> f64;
}
