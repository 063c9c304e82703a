//! Four-vectors over any [`Real`].

use crate::real::Real;
use std::ops::{Add, Sub};

/// Energy and momentum [MeV].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FourVector<D = f64> {
    /// Energy.
    pub e: D,
    /// Momentum along x.
    pub x: D,
    /// Momentum along y.
    pub y: D,
    /// Momentum along z (the neutrino direction by default).
    pub z: D,
}

impl<D: Real> FourVector<D> {
    /// From energy and momentum components.
    #[inline(always)]
    pub fn new(e: D, x: D, y: D, z: D) -> Self {
        FourVector { e, x, y, z }
    }
    /// The zero vector.
    pub fn zero() -> Self {
        FourVector::new(D::zero(), D::zero(), D::zero(), D::zero())
    }
    /// Squared three-momentum.
    #[inline(always)]
    pub fn momentum_sq(self) -> D {
        self.x.sq() + self.y.sq() + self.z.sq()
    }
    /// Squared invariant mass.
    #[inline(always)]
    pub fn mass_sq(self) -> D {
        self.e.sq() - self.momentum_sq()
    }
    /// The same vector without derivatives.
    #[inline(always)]
    pub fn value(self) -> FourVector<f64> {
        FourVector { e: self.e.re(), x: self.x.re(), y: self.y.re(), z: self.z.re() }
    }
    /// The vector as seen when its rest frame of mass `mass` moves with total momentum `frame`.
    ///
    /// `frame` is a four-momentum of invariant mass `mass`; `self` is given in that rest frame.
    #[inline(always)]
    pub fn boosted(self, frame: FourVector<D>, mass: D) -> Self {
        let inverse = mass.recip();
        let dot = self.x * frame.x + self.y * frame.y + self.z * frame.z;
        let e = (frame.e * self.e + dot) * inverse;
        let k = (dot / (frame.e + mass) + self.e) * inverse;
        FourVector::new(e, self.x + frame.x * k, self.y + frame.y * k, self.z + frame.z * k)
    }
}

impl<D: Real> Add for FourVector<D> {
    type Output = Self;
    #[inline(always)]
    fn add(self, b: Self) -> Self {
        FourVector::new(self.e + b.e, self.x + b.x, self.y + b.y, self.z + b.z)
    }
}
impl<D: Real> Sub for FourVector<D> {
    type Output = Self;
    #[inline(always)]
    fn sub(self, b: Self) -> Self {
        FourVector::new(self.e - b.e, self.x - b.x, self.y - b.y, self.z - b.z)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boost_keeps_the_mass_and_moves_the_rest_frame() {
        let mass = 3.0f64;
        let (x, y, z) = (1.0, -2.0, 0.5);
        let frame = FourVector::new((mass * mass + x * x + y * y + z * z).sqrt(), x, y, z);
        let at_rest = FourVector::new(mass, 0.0, 0.0, 0.0);
        let moved = at_rest.boosted(frame, mass);
        assert!((moved.e - frame.e).abs() < 1e-14 && (moved.y - frame.y).abs() < 1e-14);
        let other = FourVector::new(2.0, 0.3, 0.4, -0.6);
        assert!((other.boosted(frame, mass).mass_sq() - other.mass_sq()).abs() < 1e-13);
    }
}
