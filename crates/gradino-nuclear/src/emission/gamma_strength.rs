//! Gamma-ray strength functions f_XL and transmission coefficients `T_XL = 2 pi f_XL E^(2L+1)`.
//!
//! E1 follows the chosen model. M1, E2 and the higher multipoles are standard Lorentzians in all of
//! them, each multipole beyond M1 and E2 weaker by a constant factor (belgya2006; gardiner2021).
//! M1 is scaled to the E1 of the chosen model, at zero temperature, at 7 MeV.
//!
//! Nothing is singular in the transmission coefficients: they go like E^4 or E^3 and vanish for E <= 0.
//! The strength itself goes like E^(3-2L) for L >= 2 and is held at its value at [`SMALL_ENERGY`] below.

mod dipole;
mod parameters;
#[cfg(test)]
mod tests;

pub use parameters::parameters;

use crate::error::Error;
use dipole::Dipole;
use gradino_core::constants::HBAR_C;
use gradino_core::{Nuclide, Params, Real};
use std::f64::consts::PI;
use std::str::FromStr;

/// Photon energy [MeV] below which the strengths of L >= 2 are held: our choice, they diverge at zero.
pub const SMALL_ENERGY: f64 = 1e-3;
/// fm^2 in a millibarn.
const FM2_PER_MB: f64 = 0.1;
/// Photon energy [MeV] where M1 is scaled to E1 (belgya2006, "around 7 MeV").
const M1_ENERGY: f64 = 7.0;

/// Electric or magnetic radiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Radiation {
    /// EL, of parity (-1)^L.
    Electric,
    /// ML, of parity (-1)^(L+1).
    Magnetic,
}

/// How the E1 strength depends on the photon energy and the temperature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum GammaStrengthModel {
    /// Lorentzian of brink1955 and axel1962, without temperature.
    #[default]
    StandardLorentzian,
    /// Generalised Lorentzian of kopecky1990: the width grows with energy and temperature.
    GeneralisedLorentzian,
    /// Simplified modified Lorentzian of plujko2018 and goriely2019.
    Smlo,
}

impl GammaStrengthModel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::StandardLorentzian, Self::GeneralisedLorentzian, Self::Smlo];

    /// Its name in a configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::StandardLorentzian => "slo",
            Self::GeneralisedLorentzian => "glo",
            Self::Smlo => "smlo",
        }
    }
    /// Citation keys of the model.
    pub const fn sources(self) -> &'static [&'static str] {
        match self {
            Self::StandardLorentzian => &["brink1955", "axel1962", "belgya2006"],
            Self::GeneralisedLorentzian => &["kopecky1990", "belgya2006"],
            Self::Smlo => &["plujko2018", "goriely2019", "belgya2006"],
        }
    }
}

impl FromStr for GammaStrengthModel {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|m| m.name() == name).ok_or_else(|| Error::UnknownModel {
            kind: "gamma strength model",
            name: name.to_string(),
            known: Self::ALL.map(Self::name).to_vec(),
        })
    }
}

/// A giant resonance.
#[derive(Clone, Copy, Debug)]
struct Resonance<D> {
    /// Centroid [MeV].
    energy: D,
    /// Width [MeV].
    width: D,
    /// Peak cross section [mb].
    peak: D,
}

impl<D: Real> Resonance<D> {
    /// `sigma Gamma^2 / [(E^2 - E_r^2)^2 + E^2 Gamma^2]` [mb/MeV^2].
    fn shape(&self, e: D) -> D {
        self.peak * self.width.sq() / lorentz_denominator(e, self.energy, self.width)
    }
}

/// `(E^2 - E_r^2)^2 + E^2 Gamma^2` [MeV^4].
fn lorentz_denominator<D: Real>(e: D, centroid: D, width: D) -> D {
    (e.sq() - centroid.sq()).sq() + (e * width).sq()
}

/// `1 / ((2L + 1) pi^2 (hbar c)^2)` [1/(mb MeV^2)].
fn per_millibarn(l: u16) -> f64 {
    FM2_PER_MB / ((2.0 * f64::from(l) + 1.0) * PI * PI * HBAR_C * HBAR_C)
}

/// The gamma strengths of one nuclide, prepared once and evaluated often.
#[derive(Clone, Debug)]
pub struct GammaStrength<D> {
    e1: Dipole<D>,
    m1: Resonance<D>,
    e2: Resonance<D>,
    higher_l: D,
}

impl<D: Real> GammaStrength<D> {
    /// The strengths of `nuclide` with parameters `theta` (see [`parameters`]).
    pub fn prepare(model: GammaStrengthModel, nuclide: Nuclide, theta: &Params<D>) -> Self {
        let e1 = Dipole::prepare(model, nuclide, theta);
        GammaStrength {
            e1,
            m1: magnetic_dipole(&e1, nuclide, theta),
            e2: electric_quadrupole(nuclide, theta),
            higher_l: theta["gamma_strength.higher_l"],
        }
    }

    /// Strength function f_XL [MeV^-(2L+1)] at photon energy `e_gamma` [MeV] and `temperature` [MeV] of the
    /// final state (see [`crate::structure::level_density::LevelDensity::temperature`]). Only E1 of the
    /// models `glo` and `smlo` looks at the temperature. There is no radiation with `l` = 0: zero.
    ///
    /// Lorentzians: `f = sigma Gamma^2 E^(3-2L) / ((2L+1) pi^2 (hbar c)^2 [(E^2 - E_r^2)^2 + E^2 Gamma^2])`.
    pub fn strength(&self, kind: Radiation, l: u16, e_gamma: D, temperature: D) -> D {
        let e = e_gamma.max(D::zero());
        match (kind, l) {
            (_, 0) => D::zero(),
            (Radiation::Electric, 1) => self.e1.strength(e, temperature),
            (Radiation::Magnetic, 1) => self.lorentzian(kind, l, e) * e,
            _ => {
                let e = e.max(D::from(SMALL_ENERGY));
                self.lorentzian(kind, l, e) * e.powi(3 - 2 * i32::from(l))
            }
        }
    }

    /// Transmission coefficient `T_XL = 2 pi f_XL E^(2L+1)`, a pure number, of the same arguments.
    pub fn transmission(&self, kind: Radiation, l: u16, e_gamma: D, temperature: D) -> D {
        let e = e_gamma.max(D::zero());
        match (kind, l) {
            (_, 0) => D::zero(),
            (Radiation::Electric, 1) => self.e1.strength(e, temperature) * e.powi(3) * (2.0 * PI),
            _ => self.lorentzian(kind, l, e) * e.powi(4) * (2.0 * PI),
        }
    }

    /// `f_XL E^(2L-3)` [MeV^-4] of M1, E2 and all higher multipoles.
    fn lorentzian(&self, kind: Radiation, l: u16, e: D) -> D {
        let (resonance, first) = match kind {
            Radiation::Magnetic => (&self.m1, 1),
            Radiation::Electric => (&self.e2, 2),
        };
        resonance.shape(e) * self.higher_l.powi(i32::from(l) - first) * per_millibarn(l)
    }
}

/// M1: `E = 41 A^(-1/3)`, Gamma = 4 MeV, `f_M1 = f_E1 / (0.0588 A^0.878)` at 7 MeV (belgya2006).
fn magnetic_dipole<D: Real>(e1: &Dipole<D>, nuclide: Nuclide, theta: &Params<D>) -> Resonance<D> {
    let a = f64::from(nuclide.a);
    let unit = Resonance {
        energy: theta["gamma_strength.m1_energy"] / a.cbrt(),
        width: theta["gamma_strength.m1_width"],
        peak: D::one(),
    };
    let e = D::from(M1_ENERGY);
    let ratio = theta["gamma_strength.m1_strength"] * D::from(a).pow(theta["gamma_strength.m1_exponent"]);
    let wanted = e1.strength(e, D::zero()) / ratio;
    Resonance { peak: wanted / (unit.shape(e) * e * per_millibarn(1)), ..unit }
}

/// E2: `E = 63 A^(-1/3)`, `Gamma = 6.11 - 0.012 A`, `sigma = 0.00014 Z^2 E / (A^(1/3) Gamma)` (belgya2006).
fn electric_quadrupole<D: Real>(nuclide: Nuclide, theta: &Params<D>) -> Resonance<D> {
    let (a, z) = (f64::from(nuclide.a), f64::from(nuclide.z));
    let energy = theta["gamma_strength.e2_energy"] / a.cbrt();
    let width = theta["gamma_strength.e2_width_0"] + theta["gamma_strength.e2_width_a"] * a;
    let peak = theta["gamma_strength.e2_strength"] * energy * (z * z / a.cbrt()) / width;
    Resonance { energy, width, peak }
}
