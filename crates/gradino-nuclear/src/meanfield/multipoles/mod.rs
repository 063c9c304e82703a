//! Reduced matrix elements of the one-body currents between a bound orbital and a continuum wave.
//!
//! # Conventions
//!
//! - Momentum transfer q along z, Fourier factor exp(+i q z), current J = V - A with
//!   V = {G_E, G_E (p + p')/2M + i G_M sigma x q/2M},
//!   A = {G_A sigma.(p + p')/2M - omega G_P sigma.q/4M^2, G_A sigma - q G_P sigma.q/4M^2},
//!   p = -i grad to the right, p' to the left, all symmetrised: f p -> -(i/2) (f grad_right - grad_left f).
//! - Angular momenta coupled as |(l 1/2) j m> with the phases of Condon and Shortley, without i^l; the radial waves are
//!   u = r R, real: the orbital positive at the origin, the wave energy-normalised, u -> sqrt(1/(pi B k)) sin(...).
//! - Reduced elements of Edmonds: <j m|O_JM|j_h m_h> = (-1)^(j-m) 3j(j J j_h; -m M m_h) <j||O_J||j_h>.
//! - Multipoles of walecka1975: M_J = j_J Y_J rho, T^el_J = (1/q) curl(j_J Y_JJ1).j, T^mag_J = j_J Y_JJ1.j; the
//!   longitudinal one is the z component itself, Z_J = (-i/q) grad(j_J Y_J).j = -L_J, so that current conservation reads
//!   Z_J = (omega/q) M_J.
//!
//! With the phase chi = 1 for natural parity (l + l_h + J even) and chi = -i for unnatural parity all of them are real:
//! an element is chi times a number of [`ReducedElements`] times a form factor. The amplitude of the component lambda of
//! the current, J_0, J_z and J_(+-1) = epsilon_(+-1).J with epsilon_(+-1) = -+(x +- i y)/sqrt 2, is
//!
//! - A_0 = sum_J i^J sqrt(4 pi (2J+1)) chi C_J CG, A_z the same with Z_J for C_J,
//! - A_(+-1) = -sum_J i^J sqrt(2 pi (2J+1)) chi (T^el_J +- T^mag_J) CG,
//!
//! with CG the factor in front of the reduced element and, in the numbers of this module
//!
//! | | natural parity | unnatural parity |
//! | --- | --- | --- |
//! | C_J | G_E charge | -(G_A axial_charge - omega q G_P/(4M^2) axial_longitudinal) |
//! | Z_J | G_E longitudinal_convection, or (omega/q) G_E charge | -(G_A - q^2 G_P/(4M^2)) axial_longitudinal |
//! | T^el_J | G_E electric_convection + G_M electric_magnetisation | -G_A axial_electric |
//! | T^mag_J | -G_A axial_magnetic | G_E magnetic_convection + G_M magnetic_magnetisation |

pub mod bessel;
mod couplings;
mod elements;
mod wigner;

pub use bessel::BesselTable;
pub use couplings::{AxialCharge, Couplings};
pub use elements::{TransitionElements, transition_elements};

use gradino_core::Real;

#[cfg(test)]
mod tests;

/// Position of the numbers of natural parity, l + l_h + J even, in [`ReducedElements::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Natural {
    /// <j_J Y_J>, times G_E: the charge.
    Charge,
    /// <-(1/2Mq) grad(j_J Y_J).(grad_right - grad_left)>, times G_E.
    LongitudinalConvection,
    /// <(q/M) Delta'_J> of donnelly1979, times G_E.
    ElectricConvection,
    /// <(q/2M) Sigma_J> of donnelly1979, times G_M.
    ElectricMagnetisation,
    /// <Sigma_J> = <j_J Y_JJ1.sigma>, times G_A.
    AxialMagnetic,
}

/// Position of the numbers of unnatural parity, l + l_h + J odd, in [`ReducedElements::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnatural {
    /// <(q/M) Delta_J> of donnelly1979, times G_E.
    MagneticConvection,
    /// <-(q/2M) Sigma'_J>, times G_M.
    MagneticMagnetisation,
    /// <(q/M) (Omega_J + Sigma''_J/2)>, times G_A: sigma.(p + p')/2M.
    AxialCharge,
    /// <Sigma''_J> = <(1/q) grad(j_J Y_J).sigma>, times G_A - q^2 G_P/4M^2.
    AxialLongitudinal,
    /// <-Sigma'_J>, times G_A.
    AxialElectric,
}

/// The five real numbers of a transition from the orbital (l_h, j_h) to the wave (l, j) by rank J; which operators they
/// belong to follows from the parity: [`Natural`] or [`Unnatural`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReducedElements<D> {
    /// The numbers [MeV^(-1/2)], without form factors and without the phase chi.
    pub values: [D; 5],
}

impl<D: Real> ReducedElements<D> {
    /// The number of an operator of natural parity.
    pub fn natural(&self, operator: Natural) -> D {
        self.values[operator as usize]
    }

    /// The number of an operator of unnatural parity.
    pub fn unnatural(&self, operator: Unnatural) -> D {
        self.values[operator as usize]
    }
}

/// A partial wave reached by a multipole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Channel {
    /// Orbital angular momentum of the wave.
    pub l: u32,
    /// Twice its total angular momentum.
    pub two_j: u32,
    /// Rank J of the multipole.
    pub rank: u32,
}

impl Channel {
    /// Whether the transition from an orbital of `hole_l` has natural parity, l + l_h + J even.
    pub fn is_natural(&self, hole_l: u32) -> bool {
        (self.l + hole_l + self.rank).is_multiple_of(2)
    }
}
