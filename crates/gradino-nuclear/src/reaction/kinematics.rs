//! Two-body scattering of a neutrino off a target at rest, exact and relativistic.

use gradino_core::{FourVector, Real};

/// Masses of nu + target -> lepton + residue [MeV].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Masses<D> {
    /// Target, at rest in the laboratory.
    pub target: D,
    /// Outgoing lepton.
    pub lepton: D,
    /// Residue, with its excitation energy.
    pub residue: D,
}

impl<D: Real> Masses<D> {
    /// Lowest neutrino energy [MeV]: ((m_c + m_d)^2 - m_b^2) / (2 m_b) (gardiner2021).
    ///
    /// Negative if the reaction releases energy.
    pub fn threshold(&self) -> D {
        let out = self.lepton + self.residue;
        (out - self.target) * (out + self.target) / (self.target * 2.0)
    }
}

/// Energies in the centre-of-momentum frame of nu + target -> lepton + residue [MeV].
#[derive(Clone, Copy, Debug)]
pub struct CentreOfMass<D> {
    /// Total energy, sqrt(s).
    pub total: D,
    /// Energy of the target.
    pub target: D,
    /// Energy of the lepton.
    pub lepton: D,
    /// Energy of the residue.
    pub residue: D,
    /// Momentum of either outgoing particle.
    pub momentum: D,
}

impl<D: Real> CentreOfMass<D> {
    /// At neutrino energy `energy` [MeV]; none at or below the threshold.
    ///
    /// p^2 = (s - (m_c + m_d)^2) (s - (m_c - m_d)^2) / (4 s); the first factor is written as
    /// 2 m_b (E - E_threshold), which keeps its digits near the threshold.
    #[inline]
    pub fn new(energy: D, masses: &Masses<D>) -> Option<Self> {
        let above = energy - masses.threshold();
        if above.re() <= 0.0 || energy.re() <= 0.0 {
            return None;
        }
        let s = masses.target * (masses.target + energy * 2.0);
        let total = s.sqrt();
        let difference = (masses.residue - masses.lepton).sq();
        let momentum_sq = masses.target * above * (s - difference) / (s * 2.0);
        Some(CentreOfMass {
            total,
            target: masses.target * (masses.target + energy) / total,
            lepton: (momentum_sq + masses.lepton.sq()).sqrt(),
            residue: (momentum_sq + masses.residue.sq()).sqrt(),
            momentum: momentum_sq.sqrt(),
        })
    }

    /// Speed of the lepton in this frame, in units of c.
    pub fn lepton_speed(&self) -> D {
        self.momentum / self.lepton
    }

    /// Relative speed of lepton and residue, in units of c: sqrt((p_c.p_d)^2 - m_c^2 m_d^2) /
    /// (p_c.p_d) = p sqrt(s) / (E_c E_d + p^2) (gardiner2021).
    pub fn relative_speed(&self) -> D {
        self.momentum * self.total / (self.lepton * self.residue + self.momentum.sq())
    }
}

/// The outgoing particles in the laboratory, the neutrino coming along z.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoBody<D = f64> {
    /// The lepton (for elastic scattering off an electron: the neutrino).
    pub lepton: FourVector<D>,
    /// The residue (for elastic scattering off an electron: the electron).
    pub residue: FourVector<D>,
}

/// nu + target -> lepton + residue at neutrino energy `energy` [MeV], with the cosine of the lepton's
/// polar angle in the centre-of-momentum frame and its azimuth `phi` [rad]; none below threshold.
#[inline]
pub fn scatter<D: Real>(energy: D, masses: &Masses<D>, cos_theta_cm: D, phi: f64) -> Option<TwoBody<D>> {
    let cm = CentreOfMass::new(energy, masses)?;
    let transverse = transverse_part(cos_theta_cm) * cm.momentum;
    let (sin_phi, cos_phi) = phi.sin_cos();
    let along = cm.momentum * cos_theta_cm;
    let gamma = (masses.target + energy) / cm.total;
    let gamma_beta = energy / cm.total;
    let (x, y) = (transverse * cos_phi, transverse * sin_phi);
    let lepton =
        FourVector::new(gamma * cm.lepton + gamma_beta * along, x, y, gamma * along + gamma_beta * cm.lepton);
    let residue = FourVector::new(
        gamma * cm.residue - gamma_beta * along,
        -x,
        -y,
        gamma_beta * cm.residue - gamma * along,
    );
    Some(TwoBody { lepton, residue })
}

/// Elastic scattering nu + target -> nu + target at recoil energy `recoil` [MeV] of the target, whose
/// azimuth is `phi` [rad]: cos(theta) = (E + m) / E sqrt(T / (T + 2 m)) (bahcall1987).
#[inline]
pub fn recoil_scatter<D: Real>(energy: D, target: D, recoil: D, phi: f64) -> TwoBody<D> {
    let momentum = (recoil * (recoil + target * 2.0)).sqrt();
    let along = (energy + target) * recoil / energy;
    let ratio = if momentum.re() > 0.0 { along / momentum } else { D::zero() };
    let transverse = transverse_part(ratio) * momentum;
    let (sin_phi, cos_phi) = phi.sin_cos();
    let residue = FourVector::new(recoil + target, transverse * cos_phi, transverse * sin_phi, along);
    let lepton = FourVector::new(energy - recoil, -residue.x, -residue.y, energy - along);
    TwoBody { lepton, residue }
}

/// Largest recoil energy [MeV] of a target of mass `target`: 2 E^2 / (m + 2 E).
#[inline]
pub fn maximum_recoil<D: Real>(energy: D, target: D) -> D {
    energy.sq() * 2.0 / (target + energy * 2.0)
}

/// sqrt(1 - c^2), zero at and beyond the ends.
#[inline]
fn transverse_part<D: Real>(cosine: D) -> D {
    let square = D::one() - cosine.sq();
    if square.re() > 0.0 { square.sqrt() } else { D::zero() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;
    use gradino_core::constants::ELECTRON_MASS;
    use proptest::prelude::*;

    const ARGON: f64 = 37_224.724;
    const POTASSIUM: f64 = 37_225.718;

    fn masses(excitation: f64) -> Masses<f64> {
        Masses { target: ARGON, lepton: ELECTRON_MASS, residue: POTASSIUM + excitation }
    }

    proptest! {
        #[test]
        fn energy_and_momentum_are_conserved(
            above in 1e-3..100.0f64, ex in 0.0..40.0f64, cos in -1.0..1.0f64, phi in 0.0..6.0f64
        ) {
            let m = masses(ex);
            let energy = m.threshold() + above;
            let out = scatter(energy, &m, cos, phi).expect("above threshold");
            let sum = out.lepton + out.residue;
            let whole = energy + ARGON;
            prop_assert!((sum.e - whole).abs() < 1e-12 * whole);
            prop_assert!((sum.z - energy).abs() < 1e-12 * whole);
            prop_assert!(sum.x.abs() < 1e-12 && sum.y.abs() < 1e-12);
            prop_assert!((out.residue.mass_sq().sqrt() - m.residue).abs() < 1e-12 * whole);
            let scale = out.lepton.e.powi(2);
            prop_assert!((out.lepton.mass_sq() - ELECTRON_MASS.powi(2)).abs() < 1e-11 * scale);
        }

        #[test]
        fn elastic_recoil_conserves_energy_and_keeps_the_neutrino_massless(
            energy in 0.1..100.0f64, fraction in 0.0..1.0f64, phi in 0.0..6.0f64, heavy in any::<bool>()
        ) {
            let m = if heavy { ARGON } else { ELECTRON_MASS };
            let recoil = fraction * maximum_recoil(energy, m);
            let out = recoil_scatter(energy, m, recoil, phi);
            let sum = out.lepton + out.residue;
            prop_assert!((sum.e - energy - m).abs() < 1e-12 * (energy + m));
            prop_assert!((sum.z - energy).abs() < 1e-12 * energy);
            prop_assert!((out.residue.mass_sq() - m * m).abs() < 1e-11 * out.residue.e.powi(2));
            prop_assert!(out.lepton.mass_sq().abs() < 1e-9 * energy * energy);
        }
    }

    #[test]
    fn nothing_scatters_below_threshold_and_little_moves_just_above() {
        let m = masses(2.29);
        assert!(scatter(m.threshold(), &m, 0.3, 1.0).is_none());
        let cm = CentreOfMass::new(m.threshold() + 1e-9, &m).expect("just above");
        assert!((cm.momentum - (2.0 * ELECTRON_MASS * 1e-9f64).sqrt()).abs() < 1e-3 * cm.momentum);
    }

    #[test]
    fn lepton_energy_moves_with_neutrino_energy_as_finite_differences_say() {
        let m = masses(4.0);
        let lab = |e: f64| scatter(e, &m, 0.2, 0.5).expect("open").lepton.e;
        let lift = Masses { target: ARGON.into(), lepton: ELECTRON_MASS.into(), residue: m.residue.into() };
        let dual = scatter(Dual::<f64, 1>::variable(20.0, 0), &lift, Dual::from(0.2), 0.5).expect("open");
        let difference = (lab(20.01) - lab(19.99)) / 0.02;
        assert!((dual.lepton.e.eps[0] - difference).abs() < 1e-7, "{difference}");
    }
}
