//! The coefficients of the vector form factors.

use super::{Ratio, VectorModel};
use gradino_core::{Parameter, Params, Real};

/// Name of the magnetic moment of the proton [nuclear magnetons].
pub const MU_PROTON: &str = "vector.mu_p";
/// Name of the magnetic moment of the neutron [nuclear magnetons].
pub const MU_NEUTRON: &str = "vector.mu_n";
/// Name of the mass of the vector dipole [MeV].
pub const VECTOR_MASS: &str = "vector.mass";

/// A coefficient: last part of its name, value, standard deviation (0: none given).
type Coefficient = (&'static str, f64, f64);

const GALSTER: [Coefficient; 2] = [("galster_a", 1.0, 0.0), ("galster_b", 5.6, 0.0)]; // galster1971

const BBBA05: [Coefficient; 18] = [
    ("bbba05_ep_a1", -0.0578, 0.166),
    ("bbba05_ep_b1", 11.10, 0.217),
    ("bbba05_ep_b2", 13.60, 1.39),
    ("bbba05_ep_b3", 33.00, 8.95),
    ("bbba05_mp_a1", 0.150, 0.0312),
    ("bbba05_mp_b1", 11.10, 0.103),
    ("bbba05_mp_b2", 19.60, 0.281),
    ("bbba05_mp_b3", 7.54, 0.967),
    ("bbba05_en_a1", 1.25, 0.368),
    ("bbba05_en_a2", 1.30, 1.99),
    ("bbba05_en_b1", -9.86, 6.46),
    ("bbba05_en_b2", 305.0, 28.6),
    ("bbba05_en_b3", -758.0, 77.5),
    ("bbba05_en_b4", 802.0, 156.0),
    ("bbba05_mn_a1", 1.81, 0.402),
    ("bbba05_mn_b1", 14.10, 0.597),
    ("bbba05_mn_b2", 20.70, 2.55),
    ("bbba05_mn_b3", 68.7, 14.1),
]; // bradford2006, table 1

const KELLY: [Coefficient; 14] = [
    ("kelly_ep_a1", -0.24, 0.12),
    ("kelly_ep_b1", 10.98, 0.19),
    ("kelly_ep_b2", 12.82, 1.1),
    ("kelly_ep_b3", 21.97, 6.8),
    ("kelly_mp_a1", 0.12, 0.04),
    ("kelly_mp_b1", 10.97, 0.11),
    ("kelly_mp_b2", 18.86, 0.28),
    ("kelly_mp_b3", 6.55, 1.2),
    ("kelly_mn_a1", 2.33, 1.4),
    ("kelly_mn_b1", 14.72, 1.7),
    ("kelly_mn_b2", 24.20, 9.8),
    ("kelly_mn_b3", 84.1, 41.0),
    ("kelly_en_a", 1.70, 0.04),
    ("kelly_en_b", 3.30, 0.32),
]; // kelly2004, table I

impl VectorModel {
    fn coefficients(self) -> (&'static [Coefficient], &'static str) {
        match self {
            VectorModel::Dipole => (&GALSTER, "galster1971"),
            VectorModel::Bbba05 => (&BBBA05, "bradford2006"),
            VectorModel::Kelly => (&KELLY, "kelly2004"),
        }
    }
}

/// The parameters of `model`.
pub(super) fn vector(model: VectorModel) -> Vec<Parameter> {
    // workman2022: magnetic moments.
    let moment = |name: &str, value: f64, of: &str| {
        Parameter::new(name, value, "", "workman2022", &format!("magnetic moment of the {of} [mu_N]"))
    };
    let mass =
        Parameter::new(VECTOR_MASS, 0.71f64.sqrt() * 1e3, "MeV", "galster1971", "mass of the vector dipole");
    let mut list = vec![
        moment(MU_PROTON, 2.792_847_344_6, "proton"),
        moment(MU_NEUTRON, -1.913_042_7, "neutron"),
        mass.bounded(300.0, 3000.0),
    ];
    let (coefficients, source) = model.coefficients();
    list.extend(coefficients.iter().map(|&(name, value, sigma)| {
        let meaning = "coefficient of a vector form factor, in powers of tau";
        Parameter::new(&format!("vector.{name}"), value, "", source, meaning).with_sigma(sigma)
    }));
    list
}

/// G_E^p, G_M^p, G_E^n, G_M^n of `model`.
pub(super) fn sachs<D: Real>(model: VectorModel, theta: &Params<D>) -> [Ratio<D>; 4] {
    let (coefficients, _) = model.coefficients();
    let c = |i: usize| theta[format!("vector.{}", coefficients[i].0).as_str()];
    let (mu_p, mu_n, one, zero) = (theta[MU_PROTON], theta[MU_NEUTRON], D::one(), D::zero());
    let ratio = |scale, constant, numerator, denominator, dipole| Ratio {
        scale,
        constant,
        numerator,
        denominator,
        dipole,
    };
    let cubic = |scale, first: usize| {
        ratio(scale, 1.0, [c(first), zero], [c(first + 1), c(first + 2), c(first + 3), zero], false)
    };
    let dipole = |scale| ratio(scale, 1.0, [zero; 2], [zero; 4], true);
    match model {
        VectorModel::Dipole => {
            let electric = ratio(-mu_n, 0.0, [c(0), zero], [c(1), zero, zero, zero], true);
            [dipole(one), dipole(mu_p), electric, dipole(mu_n)]
        }
        VectorModel::Bbba05 => {
            let electric = ratio(one, 0.0, [c(8), c(9)], [c(10), c(11), c(12), c(13)], false);
            [cubic(one, 0), cubic(mu_p, 4), electric, cubic(mu_n, 14)]
        }
        VectorModel::Kelly => {
            let electric = ratio(one, 0.0, [c(12), zero], [c(13), zero, zero, zero], true);
            [cubic(one, 0), cubic(mu_p, 4), electric, cubic(mu_n, 8)]
        }
    }
}
