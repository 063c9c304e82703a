//! Four-momenta of a knockout in the laboratory.
//!
//! Lepton and nucleon have the angles that were drawn; energy and momentum are those of the nuclear masses, to rounding.
//! The mean field, in which a nucleus takes up momentum without energy, fixes the directions alone: the nucleon's energy
//! follows from the mass that is left behind, m_N + M* against omega + M_A, with the recoil of the residue. Where omega is
//! less than that takes, an MeV or two above the threshold of a shell, the nucleon stays with the residue and the lepton pays
//! what is missing: so no draw is lost.

use super::sampler::KnockoutDraw;
use gradino_core::FourVector;

/// What leaves the primary vertex.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FinalState {
    /// Lepton.
    pub lepton: FourVector,
    /// Nucleon.
    pub nucleon: FourVector,
    /// Residue, on the mass that was given.
    pub residue: FourVector,
}

/// Masses [MeV] of the particles of a knockout; of the residue none, which depends on its energy.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReactionMasses {
    /// Incoming lepton.
    pub incoming: f64,
    /// Outgoing lepton.
    pub lepton: f64,
    /// Target.
    pub target: f64,
    /// Nucleon that leaves.
    pub nucleon: f64,
}

impl ReactionMasses {
    /// The momentum of the incoming lepton of `energy` [MeV].
    pub fn beam_momentum(&self, energy: f64) -> f64 {
        (energy * energy - self.incoming * self.incoming).max(0.0).sqrt()
    }
}

/// What the lepton gives to a nucleus at rest, and the direction in which a nucleon leaves.
#[derive(Clone, Copy, Debug)]
pub struct Transfer {
    lepton: FourVector,
    /// Energy of target and transfer together, omega + M_A [MeV].
    energy: f64,
    momentum: [f64; 3],
    q: f64,
    direction: [f64; 3],
    cos_nucleon: f64,
    nucleon_mass: f64,
    /// Momentum of the incoming lepton, and mass of the outgoing one [MeV].
    beam_momentum: f64,
    lepton_mass: f64,
    /// Direction of the outgoing lepton.
    lepton_direction: [f64; 3],
}

impl Transfer {
    /// Of a draw, the incoming lepton along z; `phi` is the azimuth of the outgoing lepton [rad].
    pub fn new(draw: &KnockoutDraw, phi: f64, masses: &ReactionMasses) -> Self {
        let e_out = draw.energy - draw.omega;
        let out = (e_out * e_out - masses.lepton * masses.lepton).max(0.0).sqrt();
        let sin_theta = (1.0 - draw.cos_theta * draw.cos_theta).max(0.0).sqrt();
        let (sin_phi, cos_phi) = phi.sin_cos();
        let (across, along) = (out * sin_theta, out * draw.cos_theta);
        let lepton = FourVector::new(e_out, across * cos_phi, across * sin_phi, along);
        let beam_momentum = masses.beam_momentum(draw.energy);
        let momentum = [-lepton.x, -lepton.y, beam_momentum - along];
        let q = norm(momentum);
        // z' along q; x' along the leptons' momentum across q, in their plane: (k_z of q) e_phi-plane, rotated.
        let z = momentum.map(|p| p / q);
        let (cos_q, sin_q) = (z[2], across / q);
        let x = [cos_phi * cos_q, sin_phi * cos_q, sin_q];
        let y = cross(z, x);
        let (sin_n, cos_n) = ((1.0 - draw.cos_nucleon * draw.cos_nucleon).max(0.0).sqrt(), draw.cos_nucleon);
        let (s, c) = draw.phi_nucleon.sin_cos();
        let direction = std::array::from_fn(|i| sin_n * (c * x[i] + s * y[i]) + cos_n * z[i]);
        let (energy, nucleon_mass) = (draw.omega + masses.target, masses.nucleon);
        let (lepton_mass, lepton_direction) =
            (masses.lepton, [sin_theta * cos_phi, sin_theta * sin_phi, draw.cos_theta]);
        Transfer {
            lepton,
            energy,
            momentum,
            q,
            direction,
            cos_nucleon: cos_n,
            nucleon_mass,
            beam_momentum,
            lepton_mass,
            lepton_direction,
        }
    }

    /// The largest mass that can be left behind [MeV] when the nucleon goes in its direction; none if nothing can.
    ///
    /// For a nucleon that goes forward the square root of [`Transfer::leave`] must be real; one that goes backward is at
    /// rest in the laboratory at the largest mass.
    pub fn largest_residue(&self) -> Option<f64> {
        let (w, m, q) = (self.energy, self.nucleon_mass, self.q);
        let square = if self.cos_nucleon > 0.0 {
            let across = q * q * (1.0 - self.cos_nucleon * self.cos_nucleon);
            let invariant = w * w - q * q;
            // (sqrt(W^2 - q^2 cos^2) - m)^2 - q^2 sin^2.
            ((invariant + across).sqrt() - m).powi(2) - across
        } else {
            (w - m).powi(2) - q * q
        };
        (square > 0.0).then(|| square.sqrt())
    }

    /// The final state with a residue of mass `residue` [MeV]; none above [`Transfer::largest_residue`].
    pub fn leave(&self, residue: f64) -> Option<FinalState> {
        let p = escape([self.energy, self.q], self.cos_nucleon, [self.nucleon_mass, residue])?;
        let [x, y, z] = self.direction.map(|d| p * d);
        let nucleon = FourVector::new(p.hypot(self.nucleon_mass), x, y, z);
        let [qx, qy, qz] = self.momentum;
        let all = FourVector::new(self.energy, qx, qy, qz);
        Some(FinalState { lepton: self.lepton, nucleon, residue: all - nucleon })
    }

    /// The final state with a residue of mass `residue` [MeV] at rest relative to the nucleon, for which the lepton, in its
    /// direction, has other energy than was drawn; none where it has not enough.
    pub fn at_threshold(&self, residue: f64) -> Option<FinalState> {
        let (whole, both) = (self.lepton.e + self.energy, self.nucleon_mass + residue);
        let p = escape([whole, self.beam_momentum], self.lepton_direction[2], [self.lepton_mass, both])?;
        let [x, y, z] = self.lepton_direction.map(|d| p * d);
        let lepton = FourVector::new(p.hypot(self.lepton_mass), x, y, z);
        let left = FourVector::new(whole, 0.0, 0.0, self.beam_momentum) - lepton;
        let share = self.nucleon_mass / both;
        let nucleon = FourVector::new(left.e * share, left.x * share, left.y * share, left.z * share);
        Some(FinalState { lepton, nucleon, residue: left - nucleon })
    }
}

/// The momentum [MeV] of a particle that leaves at the cosine `cos` to the momentum q of what has energy W and momentum
/// q, [W, q]; `masses` are its own and that of what stays; none if it cannot.
///
/// Energy and momentum give p = (a q cos + W sqrt(a^2 - m^2 b)) / b with b = W^2 - q^2 cos^2 and
/// 2a = W^2 - q^2 + m^2 - M*^2; the larger of two solutions is the particle's.
fn escape([w, q]: [f64; 2], cos: f64, [m, residue]: [f64; 2]) -> Option<f64> {
    let along = q * cos;
    let a = 0.5 * (w * w - q * q + m * m - residue * residue);
    let b = w * w - along * along;
    let root = a * a - m * m * b;
    if a <= 0.0 || root < 0.0 {
        return None;
    }
    Some((a * along + w * root.sqrt()) / b).filter(|p| *p >= 0.0)
}

fn norm(v: [f64; 3]) -> f64 {
    v.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::constants::MUON_MASS;
    use proptest::prelude::*;

    const TARGET: f64 = 14_895.0; // about 16O [MeV]
    const NUCLEON: f64 = 938.3;
    const MASSES: ReactionMasses =
        ReactionMasses { incoming: 0.0, lepton: MUON_MASS, target: TARGET, nucleon: NUCLEON };
    const LEFT: f64 = 13_972.0; // about 15O: 15.7 MeV to take a neutron away

    fn draw(energy: f64, omega: f64, cos_theta: f64, cos_nucleon: f64, phi_nucleon: f64) -> KnockoutDraw {
        let (hole, node, q, kinetic, weight) = (0, (0, 0), 0.0, 0.0, 1.0);
        KnockoutDraw { hole, node, energy, omega, q, kinetic, cos_theta, cos_nucleon, phi_nucleon, weight }
    }

    fn angle(a: &FourVector, b: [f64; 3]) -> f64 {
        (a.x * b[0] + a.y * b[1] + a.z * b[2]) / (a.momentum_sq().sqrt() * norm(b))
    }

    /// Energy, momentum, the masses and the direction of the lepton are those that were asked for.
    fn check_kept(out: &FinalState, energy: f64, mass: f64, cos_theta: f64) -> Result<(), TestCaseError> {
        let all = out.lepton + out.nucleon + out.residue;
        prop_assert!((all.e - energy - TARGET).abs() < 1e-8 && (all.z - energy).abs() < 1e-8);
        prop_assert!(all.x.abs() < 1e-8 && all.y.abs() < 1e-8);
        prop_assert!((out.residue.mass_sq().sqrt() - mass).abs() < 1e-6);
        prop_assert!((out.lepton.mass_sq() - MUON_MASS * MUON_MASS).abs() < 1e-6);
        prop_assert!((angle(&out.lepton, [0.0, 0.0, 1.0]) - cos_theta).abs() < 1e-9);
        Ok(())
    }

    proptest! {
        #[test]
        fn energy_momentum_masses_and_angles_are_kept(
            energy in 250.0..1200.0f64, share in 0.0..1.0f64, cos_theta in -1.0..1.0f64, phi in 0.0..6.2f64,
            cos_nucleon in -1.0..1.0f64, phi_nucleon in 0.0..6.2f64, excited in 0.0..1.0f64,
        ) {
            let omega = 25.0 + share * (energy - 26.0 - MUON_MASS);
            let drawn = draw(energy, omega, cos_theta, cos_nucleon, phi_nucleon);
            let transfer = Transfer::new(&drawn, phi, &MASSES);
            if let Some(most) = transfer.largest_residue().filter(|most| *most > LEFT) {
                let mass = LEFT + excited * (most - LEFT) * (1.0 - 1e-12);
                let out = transfer.leave(mass).expect("below the largest mass");
                check_kept(&out, energy, mass, cos_theta)?;
                if out.nucleon.e - NUCLEON > 1e-6 {
                    prop_assert!((angle(&out.nucleon, transfer.momentum) - cos_nucleon).abs() < 1e-7);
                }
                prop_assert!(transfer.leave(most * (1.0 + 1e-9)).is_none());
            }
        }

        #[test]
        fn at_the_threshold_energy_momentum_and_masses_are_kept(
            energy in 250.0..1200.0f64, short in 0.0..3.0f64, cos_theta in -1.0..1.0f64, phi in 0.0..6.2f64,
            cos_nucleon in -1.0..1.0f64,
        ) {
            let transfer = Transfer::new(&draw(energy, 17.0, cos_theta, cos_nucleon, 1.0), phi, &MASSES);
            let most = transfer.largest_residue().expect("room for a nucleon");
            let mass = most + short;
            prop_assert!(transfer.leave(mass * (1.0 + 1e-9)).is_none());
            let out = transfer.at_threshold(mass).expect("energy of the lepton");
            check_kept(&out, energy, mass, cos_theta)?;
            prop_assert!((out.nucleon.mass_sq() - NUCLEON * NUCLEON).abs() < 1e-6);
            // The lepton pays what is missing, less the recoil of a nucleon that takes its direction.
            let (paid, recoil) = (transfer.lepton.e - out.lepton.e, NUCLEON * (transfer.q / LEFT).powi(2) / 2.0);
            prop_assert!(paid < 1.3 * short + 1e-6 && paid > 0.7 * short - 1.3 * recoil - 1e-6, "{} of {}", paid, short);
        }
    }

    #[test]
    fn the_azimuth_of_the_nucleon_counts_from_the_plane_of_the_leptons() {
        // phi_N = 0: in the plane, on the side of the leptons' momentum across q; pi/2: along q x (k x ..).
        let at = |phi_nucleon| {
            let transfer = Transfer::new(&draw(700.0, 150.0, 0.5, 0.0, phi_nucleon), 0.3, &MASSES);
            (transfer.direction, transfer.lepton, transfer.momentum)
        };
        let (x, lepton, q) = at(0.0);
        let across = |v: [f64; 3]| v.iter().zip(x).map(|(a, b)| a * b).sum::<f64>();
        let (k, out) = ([0.0, 0.0, 700.0], [lepton.x, lepton.y, lepton.z]);
        assert!(across(k) > 0.0 && (across(k) - across(out)).abs() < 1e-9 && across(q).abs() < 1e-9);
        let (y, ..) = at(std::f64::consts::FRAC_PI_2);
        let wanted = cross(q, x).map(|v| v / norm(q));
        assert!(y.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12));
        // Out of the plane: across both leptons.
        assert!((y[0] * k[0] + y[1] * k[1] + y[2] * k[2]).abs() < 1e-9);
    }
}
