//! Charged-current nu_e absorption in the allowed approximation: Fermi and Gamow-Teller transitions.

use super::coulomb_correction::{self, CoulombCorrection, CoulombMode};
use super::kinematics::{CentreOfMass, Masses};
use super::strengths::{self, Strength, Transition};
use gradino_core::constants::{CM2_PER_INVERSE_MEV2, ELECTRON_MASS, GF, VUD};
use gradino_core::{CrossSection, Nuclide, Parameter, Params, Real};
use std::f64::consts::PI;

/// Absorption of nu_e on a nucleus: nu_e + target -> e- + residue.
#[derive(Clone, Debug)]
pub struct AllowedReaction {
    /// Target nuclide.
    pub target: Nuclide,
    /// The transitions, in order of energy.
    pub strengths: Vec<Strength>,
    /// Coulomb correction.
    pub coulomb: CoulombMode,
}

impl AllowedReaction {
    /// On 40Ar, with the given strengths and Coulomb correction.
    pub fn argon40(strengths: Vec<Strength>, coulomb: CoulombMode) -> Self {
        AllowedReaction { target: Nuclide::new(18, 40), strengths, coulomb }
    }

    /// The residue: one neutron of the target has become a proton.
    pub fn residue(&self) -> Nuclide {
        Nuclide::new(self.target.z + 1, self.target.a)
    }

    /// Parameters: one for each strength, in the same order, then the Coulomb radius.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut list = strengths::parameters(&self.strengths);
        list.extend(coulomb_correction::parameters());
        list
    }

    /// Prepares it for the parameters `theta` and the atomic masses [MeV] of target and residue.
    ///
    /// The residue leaves as an ion K+ of mass (atomic mass - m_e + excitation energy).
    pub fn prepare<D: Real>(
        &self,
        theta: &Params<D>,
        target_atomic_mass: f64,
        residue_atomic_mass: f64,
    ) -> PreparedAllowed<D> {
        let names = strengths::parameter_names(&self.strengths);
        let level = |(s, name): (&Strength, &String)| {
            let masses = Masses {
                target: D::from(target_atomic_mass),
                lepton: D::from(ELECTRON_MASS),
                residue: D::from(residue_atomic_mass - ELECTRON_MASS + s.energy),
            };
            PreparedLevel { masses, strength: theta[name], kind: s.kind, excitation: s.energy }
        };
        PreparedAllowed {
            levels: self.strengths.iter().zip(&names).map(level).collect(),
            coulomb: CoulombCorrection::new(self.coulomb, self.residue(), theta[coulomb_correction::RADIUS]),
        }
    }
}

/// One transition, ready for use.
#[derive(Clone, Copy, Debug)]
pub struct PreparedLevel<D> {
    /// Masses of the particles.
    pub masses: Masses<D>,
    /// B(F) or B(GT).
    pub strength: D,
    /// Fermi or Gamow-Teller.
    pub kind: Transition,
    /// Excitation energy of the residue [MeV].
    pub excitation: f64,
}

impl<D: Real> PreparedLevel<D> {
    /// Cross section divided by the strength [cm^2], zero below the threshold:
    /// (G_F^2 |V_ud|^2 / pi) (E_b E_d / s) E_c p_c F_C (gardiner2021), energies in the
    /// centre-of-momentum frame.
    pub fn per_strength(&self, energy: D, coulomb: &CoulombCorrection<D>) -> D {
        const COUPLING: f64 = GF * GF * VUD * VUD / PI * CM2_PER_INVERSE_MEV2;
        let Some(cm) = CentreOfMass::new(energy, &self.masses) else {
            return D::zero();
        };
        let recoil = cm.target * cm.residue / cm.total.sq();
        recoil * cm.lepton * cm.momentum * coulomb.factor(cm.relative_speed()) * COUPLING
    }

    /// Asymmetry a of the angular law (1 + a cos(theta)) / 2 in the centre-of-momentum frame: beta for
    /// Fermi, -beta / 3 for Gamow-Teller transitions (gardiner2021); zero below the threshold.
    pub fn asymmetry(&self, energy: D) -> D {
        let beta = CentreOfMass::new(energy, &self.masses).map_or(D::zero(), |cm| cm.lepton_speed());
        match self.kind {
            Transition::Fermi => beta,
            Transition::GamowTeller => beta / -3.0,
        }
    }

    /// Lowest neutrino energy [MeV].
    pub fn threshold(&self) -> f64 {
        self.masses.threshold().re()
    }
}

/// The reaction, ready for use.
#[derive(Clone, Debug)]
pub struct PreparedAllowed<D> {
    /// The transitions.
    pub levels: Vec<PreparedLevel<D>>,
    /// The Coulomb correction.
    pub coulomb: CoulombCorrection<D>,
}

impl<D: Real> PreparedAllowed<D> {
    /// Cross section [cm^2] of transition `level` at neutrino energy `energy` [MeV].
    pub fn level_total(&self, level: usize, energy: D) -> D {
        let level = &self.levels[level];
        level.strength * level.per_strength(energy, &self.coulomb)
    }

    /// Sum over all transitions [cm^2].
    pub fn total_at(&self, energy: D) -> D {
        (0..self.levels.len()).fold(D::zero(), |sum, i| sum + self.level_total(i, energy))
    }
}

impl CrossSection for PreparedAllowed<f64> {
    fn total<D: Real>(&self, energy: D) -> D {
        let coulomb = self.coulomb.lifted::<D>();
        let level = |l: &PreparedLevel<f64>| {
            let masses = Masses {
                target: D::from(l.masses.target),
                lepton: D::from(l.masses.lepton),
                residue: D::from(l.masses.residue),
            };
            PreparedLevel { masses, strength: D::from(l.strength), kind: l.kind, excitation: l.excitation }
        };
        self.levels
            .iter()
            .map(level)
            .fold(D::zero(), |sum, l| sum + l.strength * l.per_strength(energy, &coulomb))
    }

    fn threshold(&self) -> f64 {
        self.levels.iter().map(PreparedLevel::threshold).fold(f64::INFINITY, f64::min)
    }
}

/// Cosine drawn from (1 + a c) / 2 at the uniform number `u`: the root of
/// (c + 1) / 2 + a (c^2 - 1) / 4 = u, in the form that keeps its digits as `a` goes to zero. With a
/// dual asymmetry it moves as implicit differentiation says.
#[inline]
pub fn sample_cosine<D: Real>(asymmetry: D, u: f64) -> D {
    let root = ((D::one() - asymmetry).sq() + asymmetry * (4.0 * u)).sqrt();
    (asymmetry + (4.0 * u - 2.0)) / (root + 1.0)
}

#[cfg(test)]
#[path = "allowed_tests.rs"]
mod tests;
