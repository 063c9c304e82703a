//! Knock-out of a nucleon by a muon neutrino as a plane wave: a quick analytic density of the same shape as the
//! exclusive cross section with distorted waves.

use gradino_core::constants::{HBAR_C, MUON_MASS};
use gradino_core::{Axis, Condition, Density, Domain, Result, Space};
use std::f64::consts::TAU;

/// Nucleon mass [MeV], the mean of proton and neutron of workman2022.
const NUCLEON_MASS: f64 = 938.919;
/// Mass of the dipole form factors [MeV], M_V^2 = 0.71 GeV^2, as the full model has.
const DIPOLE_MASS: f64 = 842.6;
/// Length of the harmonic oscillator of carbon [fm], from the slope of its elastic form factor (hofstadter1957).
const OSCILLATOR_FM: f64 = 1.64;
/// Separation energies [MeV] of the shells of [`PlaneWave`] in carbon, as in the Ghent tables (dolan2022).
const SEPARATION: [f64; 2] = [38.2, 21.5];
/// Share of the transverse current that turns with the plane of the leptons; a choice that keeps cos phi and
/// cos 2 phi as strong as in the full model.
const TURNING: f64 = 0.6;
/// Energy, width [MeV] and strength of the resonance of the outgoing nucleon; a choice.
const RESONANCE: [f64; 3] = [6.0, 3.0, 2.0];

/// nu_mu + 12C -> mu + p + 11C* by a plane wave: not a model to trust, but one to try samplers on.
///
/// The density is d4 sigma / (d share d cos theta_l d cos theta_N d phi_N) up to a constant, with omega = S +
/// share (E_nu - m_mu - S) and the direction of the nucleon seen from q, in the plane of the leptons at phi = 0:
/// k' p_N M |phi(|p_N - q|)|^2 G(Q^2)^2 (v_L + v_T (1 + a sin theta_l sin theta_N cos phi)^2) R(T_N), where
/// phi is the wave function of the oscillator in momentum space (1s: exp(-p^2 b^2 / 2), 1p: times p b).
pub struct PlaneWave {
    space: Space,
}

impl Default for PlaneWave {
    fn default() -> Self {
        let axes = vec![
            Axis::interval("omega_share", "", 0.0, 1.0),
            Axis::interval("cos_theta_l", "", -1.0, 1.0),
            Axis::interval("cos_theta_N", "", -1.0, 1.0),
            Axis::circle("phi_N", "rad", 0.0, TAU),
        ];
        let conditions = vec![
            Condition::range("E_nu", "MeV", 200.0, 1000.0),
            Condition::category("shell", &["1s1/2", "1p3/2"]),
        ];
        PlaneWave { space: Space { axes, conditions } }
    }
}

impl PlaneWave {
    /// The density at one point, under one energy [MeV] and shell.
    fn at(energy: f64, shell: usize, point: &[f64]) -> f64 {
        let (share, cos_l, cos_n, phi) = (point[0], point[1], point[2], point[3]);
        let range = energy - MUON_MASS - SEPARATION[shell];
        let omega = SEPARATION[shell] + share * range;
        let kinetic = omega - SEPARATION[shell];
        let muon = energy - omega;
        let momentum = (muon.powi(2) - MUON_MASS.powi(2)).max(0.0).sqrt();
        let nucleon = (kinetic * (kinetic + 2.0 * NUCLEON_MASS)).sqrt();
        let q2 = energy.powi(2) + momentum.powi(2) - 2.0 * energy * momentum * cos_l;
        let sin = |cos: f64| (1.0 - cos * cos).max(0.0).sqrt();
        let missing = nucleon.powi(2) + q2 - 2.0 * nucleon * q2.sqrt() * cos_n;
        let bp2 = missing * (OSCILLATOR_FM / HBAR_C).powi(2);
        let wave = if shell == 1 { bp2 } else { 1.0 } * (-bp2).exp();
        let dipole = (1.0 + (q2 - omega.powi(2)) / DIPOLE_MASS.powi(2)).powi(-4);
        let speed = momentum / muon;
        let longitudinal = 1.0 + speed * cos_l;
        let transverse = 1.0 - speed * cos_l + energy * momentum * speed * sin(cos_l).powi(2) / q2;
        let turning = 1.0 + TURNING * sin(cos_l) * sin(cos_n) * phi.cos();
        let [centre, width, strength] = RESONANCE;
        let resonance = 1.0 + strength / (1.0 + (2.0 * (kinetic - centre) / width).powi(2));
        let leptons = longitudinal + transverse * turning.powi(2);
        range * momentum * nucleon * wave * dipole * leptons * resonance / energy.powi(2)
    }
}

impl Density for PlaneWave {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let rows = conditions.chunks_exact(2).zip(points.chunks_exact(4));
        for (value, (condition, point)) in values.iter_mut().zip(rows) {
            *value = PlaneWave::at(condition[0], condition[1] as usize, point);
        }
        Ok(())
    }

    /// The energy transfer omega [MeV] in the place of its share.
    fn quantities(&self) -> Vec<Axis> {
        let Domain::Range { high, .. } = self.space.conditions[0].domain else {
            unreachable!("the first condition of this density is its energy");
        };
        let lowest = SEPARATION.into_iter().fold(f64::INFINITY, f64::min);
        let mut axes = self.space.axes.clone();
        axes[0] = Axis::interval("omega", "MeV", lowest, high - MUON_MASS);
        axes
    }

    fn to_quantities(
        &self,
        conditions: &[f64],
        points: &[f64],
        quantities: &mut [f64],
        volumes: &mut [f64],
    ) -> Result<()> {
        quantities.copy_from_slice(points);
        let rows = conditions.chunks_exact(2).zip(quantities.chunks_exact_mut(4)).zip(volumes);
        for ((condition, quantities), volume) in rows {
            let separation = SEPARATION[condition[1] as usize];
            *volume = condition[0] - MUON_MASS - separation;
            quantities[0] = separation + quantities[0] * *volume;
        }
        Ok(())
    }

    fn points_at(&self, conditions: &[f64], quantities: &[f64], points: &mut [f64]) -> Result<()> {
        points.copy_from_slice(quantities);
        for (condition, point) in conditions.chunks_exact(2).zip(points.chunks_exact_mut(4)) {
            let (low, high) = (SEPARATION[condition[1] as usize], condition[0] - MUON_MASS);
            Condition::range("omega", "MeV", low, high).check(point[0])?;
            point[0] = (point[0] - low) / (high - low);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(energy: f64, shell: f64, point: [f64; 4]) -> f64 {
        let mut value = [0.0];
        PlaneWave::default().evaluate_checked(&[energy, shell], &point, &mut value).unwrap();
        value[0]
    }

    #[test]
    fn the_density_is_a_number_up_to_the_ends_of_its_axes() {
        for energy in [200.0, 1000.0] {
            for shell in [0.0, 1.0] {
                for corner in 0..16 {
                    let end = |bit: usize, low, high| if corner >> bit & 1 == 0 { low } else { high };
                    let point = [end(0, 0.0, 1.0), end(1, -1.0, 1.0), end(2, -1.0, 1.0), end(3, 0.0, TAU)];
                    assert!(at(energy, shell, point) >= 0.0);
                }
            }
        }
    }

    #[test]
    fn the_nucleon_peaks_along_q_where_its_momentum_is_q() {
        // omega = S + q^2 / 2 M at 60 degrees and 700 MeV: share near 0.28.
        let along = at(700.0, 0.0, [0.28, 0.5, 0.999, 1.0]);
        let aside = at(700.0, 0.0, [0.28, 0.5, 0.8, 1.0]);
        assert!(along > 10.0 * aside, "{along} {aside}");
        let (centre, off) = (at(700.0, 1.0, [0.28, 0.5, 1.0, 0.0]), at(700.0, 1.0, [0.28, 0.5, 0.97, 0.0]));
        assert!(off > centre, "the p shell has a hole where nothing is missing: {off} {centre}");
    }

    #[test]
    fn the_energy_transfer_goes_back_to_its_share() {
        let density = PlaneWave::default();
        let (conditions, points) = ([300.0, 0.0, 900.0, 1.0], [0.2, 0.1, 0.3, 1.0, 0.9, -0.4, 0.0, 6.0]);
        let (mut quantities, mut volumes, mut back) = ([0.0; 8], [0.0; 2], [0.0; 8]);
        density.to_quantities(&conditions, &points, &mut quantities, &mut volumes).unwrap();
        assert!((quantities[0] - (38.2 + 0.2 * volumes[0])).abs() < 1e-12 && volumes[1] > volumes[0]);
        density.points_at(&conditions, &quantities, &mut back).unwrap();
        points.iter().zip(back).for_each(|(x, y)| assert!((x - y).abs() < 1e-14));
        quantities[0] = 200.0;
        assert!(density.points_at(&conditions, &quantities, &mut back).is_err(), "no muon is left");
    }

    #[test]
    fn the_density_turns_with_the_plane_of_the_leptons() {
        let point = |phi| at(500.0, 1.0, [0.3, 0.2, 0.7, phi]);
        assert!(point(0.0) > 1.2 * point(TAU / 2.0));
        assert!((point(1.0) - point(TAU - 1.0)).abs() < 1e-12 * point(1.0), "no odd part");
    }
}
