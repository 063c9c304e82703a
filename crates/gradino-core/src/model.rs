//! The traits through which rooms meet.

use crate::real::Real;

/// One random draw: a value, and a weight whose derivative is the score of the discrete choices.
#[derive(Clone, Copy, Debug)]
pub struct Draw<T, D> {
    /// What was drawn.
    pub value: T,
    /// Value 1 (or the importance weight); derivative: sum of d ln p / d theta over the choices.
    pub weight: D,
}

/// A process with a total cross section.
pub trait CrossSection {
    /// Total cross section [cm^2] per target atom at projectile energy `energy` [MeV].
    fn total<D: Real>(&self, energy: D) -> D;
    /// Lowest projectile energy [MeV] at which it is not zero.
    fn threshold(&self) -> f64;
}
