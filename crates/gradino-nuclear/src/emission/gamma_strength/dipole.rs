//! The three models of E1.

use super::{GammaStrengthModel, Resonance, lorentz_denominator, per_millibarn};
use gradino_core::{Nuclide, Params, Real};
use std::f64::consts::PI;

/// Thomas-Reiche-Kuhn sum rule, `60 N Z / A` [mb MeV] (plujko2018).
const TRK: f64 = 60.0;
/// Sum rule in the standard Lorentzian, `120 N Z / (A pi Gamma)` [mb] (belgya2006).
const SLO_SUM_RULE: f64 = 120.0;

/// The E1 strength of one nuclide.
#[derive(Clone, Copy, Debug)]
pub(super) enum Dipole<D> {
    /// Standard Lorentzian.
    Standard(Resonance<D>),
    /// Generalised Lorentzian, with the weight of its limit at E = 0.
    Generalised(Resonance<D>, D),
    /// SMLO; the peak is that of the Lorentzian.
    Smlo(Resonance<D>),
}

impl<D: Real> Dipole<D> {
    /// The E1 strength of `nuclide` in `model`.
    pub(super) fn prepare(model: GammaStrengthModel, nuclide: Nuclide, theta: &Params<D>) -> Self {
        match model {
            GammaStrengthModel::StandardLorentzian => Dipole::Standard(giant_dipole(nuclide, theta)),
            GammaStrengthModel::GeneralisedLorentzian => {
                Dipole::Generalised(giant_dipole(nuclide, theta), theta["gamma_strength.glo_limit"])
            }
            GammaStrengthModel::Smlo => Dipole::Smlo(smlo_dipole(nuclide, theta)),
        }
    }

    /// f_E1 [MeV^-3] at photon energy `e` >= 0 [MeV] and `temperature` [MeV].
    pub(super) fn strength(&self, e: D, temperature: D) -> D {
        let shape = match self {
            Dipole::Standard(r) => r.shape(e) * e,
            Dipole::Generalised(r, limit) => generalised(r, *limit, e, temperature),
            Dipole::Smlo(r) => smlo(r, e, temperature),
        };
        shape * per_millibarn(1)
    }
}

/// `sigma G [E G(E,T) / ((E^2 - E_r^2)^2 + E^2 G(E,T)^2) + 0.7 G(0,T) / E_r^3]` [mb/MeV] with
/// `G(E,T) = G (E^2 + 4 pi^2 T^2) / E_r^2` (kopecky1990).
fn generalised<D: Real>(r: &Resonance<D>, limit: D, e: D, temperature: D) -> D {
    let scale = r.width / r.energy.sq();
    let thermal = scale * temperature.sq() * (4.0 * PI * PI);
    let width = scale * e.sq() + thermal;
    let main = e * width / lorentz_denominator(e, r.energy, width);
    r.peak * r.width * (main + limit * thermal / r.energy.powi(3))
}

/// `sigma G / (1 - exp(-E/T)) E G(E,T) / ((E^2 - E_r^2)^2 + E^2 G(E,T)^2)` [mb/MeV] with
/// `G(E,T) = G (E + 4 pi^2 T^2 / E_r) / E_r` (plujko2018, goriely2019).
fn smlo<D: Real>(r: &Resonance<D>, e: D, temperature: D) -> D {
    let width = r.width / r.energy * (e + temperature.sq() * (4.0 * PI * PI) / r.energy);
    r.peak * r.width * thermal_energy(e, temperature) * width / lorentz_denominator(e, r.energy, width)
}

/// `E / (1 - exp(-E/T))` [MeV]: T for E = 0, E for T = 0, smooth between.
fn thermal_energy<D: Real>(e: D, temperature: D) -> D {
    // exp(-40) is below the last digit of 1.
    if temperature.re() <= 0.0 || e.re() > 40.0 * temperature.re() {
        return e;
    }
    let x = e / temperature;
    if x.re() < 0.05 {
        // Bernoulli series: the difference would lose digits. The first term left out is below 1e-13.
        let y = x.sq();
        let even = y / 12.0 * (D::one() - y / 60.0 * (D::one() - y / 42.0));
        return temperature * (x / 2.0 + even + 1.0);
    }
    e / (D::one() - (-x).exp())
}

/// Giant dipole resonance: `E = 31.2 A^(-1/3) + 20.6 A^(-1/6)`, `Gamma = 0.026 E^1.91`,
/// `sigma = 1.2 * 120 N Z / (A pi Gamma)` mb (belgya2006).
fn giant_dipole<D: Real>(nuclide: Nuclide, theta: &Params<D>) -> Resonance<D> {
    let a = f64::from(nuclide.a);
    let energy = theta["gamma_strength.e1_energy_a13"] / a.cbrt()
        + theta["gamma_strength.e1_energy_a16"] / a.powf(1.0 / 6.0);
    let width = theta["gamma_strength.e1_width"] * energy.pow(theta["gamma_strength.e1_width_exponent"]);
    let sum_rule = SLO_SUM_RULE * f64::from(nuclide.n()) * f64::from(nuclide.z) / (a * PI);
    Resonance { energy, width, peak: theta["gamma_strength.e1_sigma"] * sum_rule / width }
}

/// Giant dipole resonance of SMLO: `E = e1 sqrt(4 N Z / A^2) A^(-1/3) / sqrt(1 + e2 A^(-1/3))`,
/// `Gamma = c E^d`, `sigma = s (2 / pi) TRK / Gamma` mb (plujko2018; spherical nuclei).
fn smlo_dipole<D: Real>(nuclide: Nuclide, theta: &Params<D>) -> Resonance<D> {
    let (a, nz) = (f64::from(nuclide.a), f64::from(nuclide.n()) * f64::from(nuclide.z));
    // Matter of one kind of nucleon has no dipole strength: its energy only has to be finite.
    let asymmetry = if nz > 0.0 { 4.0 * nz / (a * a) } else { 1.0 };
    let surface = (theta["gamma_strength.smlo_energy_surface"] / a.cbrt() + 1.0).sqrt();
    let energy = theta["gamma_strength.smlo_energy"] * (asymmetry.sqrt() / a.cbrt()) / surface;
    let width = theta["gamma_strength.smlo_width"] * energy.pow(theta["gamma_strength.smlo_width_exponent"]);
    let peak = theta["gamma_strength.smlo_sum_rule"] * (2.0 / PI * TRK * nz / a) / width;
    Resonance { energy, width, peak }
}
