//! The leptonic half: kinematics, couplings, and the tensor contracted with a hadron tensor.

use super::hadron::{HadronTensor, STRUCTURES};
use crate::error::{Error, Result};
use crate::meanfield::{Current, Nucleon};
use crate::reaction::coulomb_correction::FermiFunction;
use gradino_core::constants::{ALPHA, CM2_PER_INVERSE_MEV2, ELECTRON_MASS, GF, HBAR_C, MUON_MASS, VUD};
use gradino_core::particle::{lepton_charge, pdg};
use gradino_core::{Nuclide, Real};
use std::f64::consts::{PI, SQRT_2};

/// A lepton that scatters by one exchanged boson.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeptonVertex {
    /// The current.
    pub current: Current,
    /// PDG number of the incoming lepton.
    pub incoming: i32,
    /// PDG number of the outgoing lepton.
    pub outgoing: i32,
    /// Mass of the incoming lepton [MeV].
    pub incoming_mass: f64,
    /// Mass of the outgoing lepton [MeV].
    pub outgoing_mass: f64,
    /// Handedness: 1 for neutrinos (left-handed), -1 for antineutrinos, 0 for unpolarised charged leptons.
    pub handedness: f64,
    /// What the field of the residue adds to the energy of the outgoing lepton inside the nucleus [MeV].
    pub coulomb_shift: f64,
    /// The same for the incoming lepton [MeV].
    pub incoming_shift: f64,
    /// The Fermi function that multiplies the cross section, with the radius of the residue [1/MeV].
    pub fermi: Option<(FermiFunction, f64)>,
    /// The smallest Q^2 [MeV^2] that counts in electron scattering, whose cross section has no bound without it.
    pub min_q2: f64,
}

/// Mean depth of the Coulomb potential of a homogeneous sphere over that at its centre.
const MEAN_DEPTH: f64 = 0.8; // aste2005: what the effective momenta of electrons agree with, (6/5) / (3/2)
/// Speed of the outgoing lepton below which its Fermi function does not grow any more.
const SLOWEST: f64 = 0.05; // chosen: the last 0.13 MeV of a muon, 0.6 keV of an electron

impl LeptonVertex {
    /// The vertex of `incoming` (PDG number) and `current`: neutrinos of the electron and the muon for the charged
    /// and the neutral current, electrons and muons of either charge for the electromagnetic one.
    pub fn new(current: Current, incoming: i32) -> Result<Self> {
        let refuse =
            || Error::NoVertex { current: current.name(), lepton: gradino_core::particle::name(incoming) };
        let (flavour, sign) = (incoming.abs(), incoming.signum());
        let neutrino = matches!(flavour, pdg::NU_E | pdg::NU_MU | pdg::NU_TAU);
        match current {
            Current::Charged if matches!(flavour, pdg::NU_E | pdg::NU_MU) => {
                let outgoing = incoming - sign;
                Ok(Self::with(current, incoming, outgoing, f64::from(sign)))
            }
            Current::Neutral if neutrino => Ok(Self::with(current, incoming, incoming, f64::from(sign))),
            Current::Electromagnetic if matches!(flavour, pdg::ELECTRON | pdg::MUON) => {
                Ok(Self::with(current, incoming, incoming, 0.0))
            }
            _ => Err(refuse()),
        }
    }

    fn with(current: Current, incoming: i32, outgoing: i32, handedness: f64) -> Self {
        let mass = |lepton: i32| match lepton.abs() {
            pdg::ELECTRON => ELECTRON_MASS,
            pdg::MUON => MUON_MASS,
            _ => 0.0,
        };
        let (incoming_mass, outgoing_mass) = (mass(incoming), mass(outgoing));
        LeptonVertex {
            current,
            incoming,
            outgoing,
            incoming_mass,
            outgoing_mass,
            handedness,
            coulomb_shift: 0.0,
            incoming_shift: 0.0,
            fermi: None,
            min_q2: 0.0,
        }
    }

    /// Charged leptons in the Coulomb field of `residue`, by the modified effective momentum approximation
    /// (engel1998): the energy inside is E + V for negative and E - V for positive leptons,
    /// V = 3 Z alpha / 2R with R = `radius_fm` A^(1/3), and the momentum follows from it, in the tensor and in q. The
    /// density of states of the outgoing lepton is that of its energy inside; an incoming charged lepton is focused by
    /// (k_eff / k)^2. In electron scattering V is the mean over a homogeneous sphere, 6 Z alpha / 5R (aste2005).
    /// Neutral leptons are not changed.
    pub fn in_coulomb_field(mut self, residue: Nuclide, radius_fm: f64) -> Self {
        let centre = 1.5 * f64::from(residue.z) * ALPHA / radius(residue, radius_fm);
        let depth = if self.current == Current::Electromagnetic { MEAN_DEPTH * centre } else { centre };
        let shift = |lepton: i32| -depth * f64::from(lepton_charge(lepton));
        self.coulomb_shift = shift(self.outgoing);
        self.incoming_shift = shift(self.incoming);
        self
    }

    /// The outgoing lepton in the Coulomb field of `residue`, by its Fermi function at R = `radius_fm` A^(1/3)
    /// (fermi1934): right where the lepton is slow, too strong where its wavelength is shorter than the nucleus
    /// (engel1998). Neutral leptons are not changed.
    pub fn with_fermi_function(mut self, residue: Nuclide, radius_fm: f64) -> Self {
        let charge = lepton_charge(self.outgoing);
        self.fermi = (charge != 0).then(|| (FermiFunction::new(charge, residue), radius(residue, radius_fm)));
        self
    }

    /// The same without momentum transfers of Q^2 below `min_q2` [MeV^2], in electron scattering.
    pub fn above(mut self, min_q2: f64) -> Self {
        self.min_q2 = min_q2;
        self
    }

    /// The smallest momentum transfer q [MeV] that counts at the energy transfer `omega` [MeV].
    pub fn lowest_q(&self, omega: f64) -> f64 {
        match self.current {
            Current::Electromagnetic => (omega * omega + self.min_q2).sqrt(),
            Current::Charged | Current::Neutral => 0.0,
        }
    }

    /// The lowest energy [MeV] of the outgoing lepton far from the nucleus: its mass, and the Coulomb barrier where it
    /// is repelled.
    pub fn lowest_outgoing(&self) -> f64 {
        self.outgoing_mass - self.coulomb_shift.min(0.0)
    }

    /// What the Fermi function makes of the cross section at the energy `out` [MeV] of the outgoing lepton.
    fn fermi_factor<D: Real>(&self, out: D) -> D {
        let Some((fermi, radius)) = &self.fermi else { return D::one() };
        let slowest = self.outgoing_mass / (1.0 - SLOWEST * SLOWEST).sqrt();
        let energy = if out.re() > slowest { out } else { D::from(slowest) };
        let momentum = (energy.sq() - self.outgoing_mass * self.outgoing_mass).sqrt();
        fermi.at(momentum / energy, momentum * *radius)
    }

    /// What a hole of `struck` becomes, where this vertex can strike it: n -> p for neutrinos and p -> n for
    /// antineutrinos in the charged current; it stays what it is otherwise.
    pub fn knocked_out(&self, struck: Nucleon) -> Option<Nucleon> {
        match self.current {
            Current::Charged => {
                let wanted = if self.handedness > 0.0 { Nucleon::Neutron } else { Nucleon::Proton };
                (struck == wanted).then(|| struck.other())
            }
            Current::Neutral | Current::Electromagnetic => Some(struck),
        }
    }

    /// The coupling C [1/MeV^4] in d2 sigma / (d omega d Omega') = C k'/k L_mu_nu W^mu_nu, with
    /// L = k k' + k' k - g (k.k' - m m') +- i eps(k, k') and the energy-normalised W:
    /// G_F^2 V_ud^2 / (4 pi^2), G_F^2 / (4 pi^2), or 2 alpha^2 / Q^4 at Q^2 = `q2` [MeV^2] (walecka1975).
    pub fn coupling<D: Real>(&self, q2: D) -> D {
        match self.current {
            Current::Charged => D::from(GF * GF * VUD * VUD / (4.0 * PI * PI)),
            Current::Neutral => D::from(GF * GF / (4.0 * PI * PI)),
            Current::Electromagnetic => q2.powi(-2) * (2.0 * ALPHA * ALPHA),
        }
    }

    /// Momentum transfer q [MeV] at energy `energy` and energy transfer `omega` [MeV] for the angle theta of the
    /// outgoing lepton; none if omega leaves no lepton.
    pub fn momentum_transfer<D: Real>(&self, energy: D, omega: D, cos_theta: D) -> Option<D> {
        let (k, out) = self.momenta(energy, omega)?;
        Some(((k - out).sq() + k * out * (D::one() - cos_theta) * 2.0).sqrt())
    }

    /// d2 sigma / (d omega d q) [cm^2/MeV^2] from the responses CC, CL, LL, T and T' [1/MeV]:
    /// [`LeptonTensor::inclusive`] with d cos(theta) = q dq / (k k'). Smooth, and continued beyond the physical region,
    /// where it means nothing.
    #[inline]
    pub fn inclusive_in_q(&self, energy: f64, omega: f64, q: f64, responses: &[f64; 5]) -> f64 {
        self.bare_in_q(energy, omega, q, responses) * self.strength(energy - omega, q * q - omega * omega)
    }

    /// The same without [`LeptonVertex::strength`]: times k^2 q a polynomial of energy, omega and q.
    #[inline]
    pub(super) fn bare_in_q(&self, energy: f64, omega: f64, q: f64, responses: &[f64; 5]) -> f64 {
        let factors = self.bare_factors_in_q(energy, omega, q);
        factors.iter().zip(responses).map(|(f, r)| f * r).sum()
    }

    /// What multiplies CC, CL, LL, T and T' in [`LeptonVertex::inclusive_in_q`].
    #[inline]
    pub fn inclusive_factors_in_q(&self, energy: f64, omega: f64, q: f64) -> [f64; 5] {
        let strength = self.strength(energy - omega, q * q - omega * omega);
        self.bare_factors_in_q(energy, omega, q).map(|x| x * strength)
    }

    /// The coupling at `q2` [MeV^2] times the Fermi function of an outgoing lepton of energy `out` [MeV].
    #[inline]
    pub(super) fn strength(&self, out: f64, q2: f64) -> f64 {
        self.coupling(q2) * self.fermi_factor(out)
    }

    #[inline]
    fn bare_factors_in_q(&self, energy: f64, omega: f64, q: f64) -> [f64; 5] {
        let square = |e: f64| e * e - self.incoming_mass * self.incoming_mass;
        let outside = square(energy);
        let (e_out, energy) = (energy - omega + self.coulomb_shift, energy + self.incoming_shift);
        let k2 = square(energy);
        let out2 = e_out * e_out - self.outgoing_mass * self.outgoing_mass;
        let kz = (k2 - out2 + q * q) / (2.0 * q);
        let kz_out = kz - q;
        let transverse_sq = k2 - kz * kz;
        let product = energy * e_out - transverse_sq - kz * kz_out - self.contact();
        let scale = q / outside * (2.0 * PI * CM2_PER_INVERSE_MEV2);
        [
            2.0 * energy * e_out - product,
            -2.0 * (energy * kz_out + e_out * kz),
            2.0 * kz * kz_out + product,
            transverse_sq + product,
            self.handedness * (e_out * kz - energy * kz_out),
        ]
        .map(|x| x * scale)
    }

    /// m m' of the electromagnetic current, 0 of the weak ones.
    fn contact(&self) -> f64 {
        match self.current {
            Current::Electromagnetic => self.incoming_mass * self.outgoing_mass,
            Current::Charged | Current::Neutral => 0.0,
        }
    }

    /// The momenta of the incoming and the outgoing lepton inside the nucleus [MeV].
    pub fn momenta<D: Real>(&self, energy: D, omega: D) -> Option<(D, D)> {
        let left = energy - omega + self.coulomb_shift;
        let outside = left.re() - self.coulomb_shift;
        let inside = energy + self.incoming_shift;
        if left.re().min(outside) <= self.outgoing_mass || inside.re().min(energy.re()) <= self.incoming_mass
        {
            return None;
        }
        let momentum = |e: D, mass: f64| (e.sq() - mass * mass).sqrt();
        Some((momentum(inside, self.incoming_mass), momentum(left, self.outgoing_mass)))
    }
}

impl Current {
    /// The name in configurations and messages.
    pub fn name(self) -> &'static str {
        match self {
            Current::Charged => "charged",
            Current::Neutral => "neutral",
            Current::Electromagnetic => "electromagnetic",
        }
    }
}

/// R = `radius_fm` A^(1/3) [1/MeV].
fn radius(nuclide: Nuclide, radius_fm: f64) -> f64 {
    radius_fm * f64::from(nuclide.a).cbrt() / HBAR_C
}

/// The leptonic tensor L^mu^nu [MeV^2] at one point, times the phase space, in the frame with q along z.
///
/// L^mu^nu = k^mu k'^nu + k'^mu k^nu - g^mu^nu (k.k' - e) + i h eps^mu^nu^alpha^beta k_alpha k'_beta, e = m^2 for the
/// electromagnetic current and 0 for the weak ones, h the handedness (walecka1975).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeptonTensor<D> {
    /// Symmetric parts L^00, L^0z, L^zz, L^xx, L^yy, L^0x, L^xz.
    pub symmetric: [D; 7],
    /// Imaginary antisymmetric parts: L^xy, L^y0, L^yz over i.
    pub antisymmetric: [D; 3],
    /// C k'/k [1/MeV^4], see [`LeptonVertex::coupling`], with what the Coulomb field makes of it.
    pub flux: D,
    /// Cosine of the angle between the leptons.
    pub cos_theta: D,
}

impl<D: Real> LeptonTensor<D> {
    /// At the energy `energy` of the incoming lepton, energy transfer `omega` and momentum transfer `q` [MeV]; none
    /// where no angle of the lepton gives it.
    pub fn new(vertex: &LeptonVertex, energy: D, omega: D, q: D) -> Option<Self> {
        let (k, out) = vertex.momenta(energy, omega)?;
        if q.re() <= vertex.lowest_q(omega.re()) {
            return None;
        }
        let along = (k.sq() - out.sq() + q.sq()) / (q * 2.0);
        let transverse_sq = k.sq() - along.sq();
        if transverse_sq.re() < 0.0 {
            return None;
        }
        Some(Self::from_transverse(vertex, [energy, omega, q], [k, out, along], transverse_sq))
    }

    /// At the cosine of the angle of the outgoing lepton; none if omega leaves no lepton.
    pub fn at_angle(vertex: &LeptonVertex, energy: D, omega: D, cos_theta: D) -> Option<Self> {
        let (k, out) = vertex.momenta(energy, omega)?;
        let q = vertex.momentum_transfer(energy, omega, cos_theta)?;
        if q.re() <= vertex.lowest_q(omega.re()) {
            return None;
        }
        let along = (k.sq() - out.sq() + q.sq()) / (q * 2.0);
        // k_x = k k' sin(theta) / q, which keeps its digits at small angles.
        let transverse_sq = (k * out / q).sq() * (D::one() - cos_theta) * (cos_theta + 1.0);
        Some(Self::from_transverse(vertex, [energy, omega, q], [k, out, along], transverse_sq))
    }

    /// With k_z = `along` and k_x^2 = `transverse_sq`.
    fn from_transverse(
        vertex: &LeptonVertex,
        [energy, omega, q]: [D; 3],
        [k, out, along]: [D; 3],
        transverse_sq: D,
    ) -> Self {
        let (e, e_out) = (energy + vertex.incoming_shift, energy - omega + vertex.coulomb_shift);
        let (kz, kz_out) = (along, along - q);
        let kx = transverse_sq.sqrt();
        let cross = transverse_sq + kz * kz_out;
        let product = e * e_out - cross - vertex.contact();
        let symmetric = [
            e * e_out * 2.0 - product,
            e * kz_out + e_out * kz,
            kz * kz_out * 2.0 + product,
            transverse_sq * 2.0 + product,
            product,
            kx * (e + e_out),
            kx * (kz + kz_out),
        ];
        let antisymmetric =
            [e_out * kz - e * kz_out, -kx * q, kx * (e_out - e)].map(|x| x * vertex.handedness);
        let outside_sq = energy.sq() - vertex.incoming_mass * vertex.incoming_mass;
        let focus = k / outside_sq * vertex.fermi_factor(energy - omega);
        let flux = vertex.coupling(q.sq() - omega.sq()) * out * focus;
        LeptonTensor { symmetric, antisymmetric, flux, cos_theta: cross / (k * out) }
    }

    /// The Fourier series in phi_N of L_mu_nu W^mu_nu [MeV^2 times the unit of W].
    pub fn fourier(&self, w: &HadronTensor<D>) -> Fourier<D> {
        self.series(&w.structures())
    }

    /// The same from [`HadronTensor::structures`].
    pub fn series(&self, structures: &[D; STRUCTURES]) -> Fourier<D> {
        let [cc, cl, ll, t, t_prime, c0, c1, c2, c3, s0, s1, s2, s3, cos2, sin2] = *structures;
        let factors = self.first_factors();
        let first = |four: [D; 4]| factors.iter().zip(four).fold(D::zero(), |sum, (&f, w)| sum + f * w);
        Fourier {
            constant: self.inclusive(&[cc, cl, ll, t, t_prime]),
            cos: first([c0, c1, c2, c3]),
            sin: first([s0, s1, s2, s3]),
            cos2: self.second_factor() * cos2,
            sin2: self.second_factor() * sin2,
        }
    }

    /// The factors of TL, TC, TL' and TC', see [`HadronTensor::structures`].
    pub fn first_factors(&self) -> [D; 4] {
        let [_, _, _, _, _, x0, xz] = self.symmetric;
        let [_, y0, yz] = self.antisymmetric;
        [xz, -x0, -yz, y0].map(|x| x * SQRT_2)
    }

    /// The factor of TT, see [`HadronTensor::structures`].
    pub fn second_factor(&self) -> D {
        self.symmetric[4] - self.symmetric[3]
    }

    /// The factors of CC, CL, LL, T and T' in [`LeptonTensor::inclusive`].
    pub fn inclusive_factors(&self) -> [D; 5] {
        let [l00, l0z, zz, xx, yy, _, _] = self.symmetric;
        [l00, l0z * -2.0, zz, (xx + yy) * 0.5, self.antisymmetric[0]]
    }

    /// The part of L_mu_nu W^mu_nu that does not depend on phi_N, from CC, CL, LL, T and T':
    /// L_00 CC - 2 L_0z CL + L_zz LL + (L_xx + L_yy)/2 T + l_xy T'.
    pub fn inclusive(&self, responses: &[D; 5]) -> D {
        let factors = self.inclusive_factors();
        factors.iter().zip(responses).fold(D::zero(), |sum, (&f, &r)| sum + f * r)
    }

    /// d4 sigma / (d omega d cos(theta) d Omega_N) [cm^2/(MeV sr)] at the azimuth `phi`, integrated over the azimuth
    /// of the lepton, for `w` in 1/(MeV sr).
    pub fn cross_section(&self, w: &HadronTensor<D>, phi: f64) -> D {
        self.fourier(w).at(phi) * self.scale()
    }

    /// 2 pi C k'/k in cm^2/MeV^2, what multiplies L_mu_nu W^mu_nu in the cross section.
    pub fn scale(&self) -> D {
        self.flux * (2.0 * PI * CM2_PER_INVERSE_MEV2)
    }
}

impl LeptonTensor<f64> {
    /// The same, ready for a hadron tensor with derivatives.
    pub fn lifted<D: Real>(&self) -> LeptonTensor<D> {
        LeptonTensor {
            symmetric: self.symmetric.map(D::from),
            antisymmetric: self.antisymmetric.map(D::from),
            flux: D::from(self.flux),
            cos_theta: D::from(self.cos_theta),
        }
    }
}

/// a + b cos(phi) + c sin(phi) + d cos(2 phi) + e sin(2 phi).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fourier<D> {
    /// The constant.
    pub constant: D,
    /// Factor of cos(phi).
    pub cos: D,
    /// Factor of sin(phi): zero without distortion of the waves.
    pub sin: D,
    /// Factor of cos(2 phi).
    pub cos2: D,
    /// Factor of sin(2 phi): zero without distortion of the waves.
    pub sin2: D,
}

impl<D: Real> Fourier<D> {
    /// The sum at `phi` [rad].
    pub fn at(&self, phi: f64) -> D {
        let (s, c) = phi.sin_cos();
        self.constant
            + self.cos * c
            + self.sin * s
            + self.cos2 * (2.0 * c * c - 1.0)
            + self.sin2 * (2.0 * s * c)
    }
}

#[cfg(test)]
#[path = "lepton_tests.rs"]
mod tests;
