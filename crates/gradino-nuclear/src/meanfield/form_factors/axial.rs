//! The axial form factor: a dipole, or an expansion in the conformal variable z.

use crate::error::{Error, Result};
use gradino_core::constants::PION_MASS;
use gradino_core::{Parameter, Params, Real};
use std::fmt;
use std::ops::Mul;
use std::str::FromStr;

/// Name of the axial charge g_A = G_A(0).
pub const AXIAL_CHARGE: &str = "axial.g_a";
/// Name of the mass of the dipole [MeV].
pub const AXIAL_MASS: &str = "axial.mass";
/// Name of the strange axial charge Delta_s.
pub const STRANGE: &str = "axial.delta_s";
/// Name of G_P over that of the pion pole alone.
pub const POLE: &str = "axial.pole";
/// Names of the free coefficients of the z expansion of F_A = -G_A.
const Z_NAMES: [&str; 4] = ["axial.z_a1", "axial.z_a2", "axial.z_a3", "axial.z_a4"];
/// Their values and standard deviations, fit to deuterium data (meyer2016, eq. (24)).
const Z_VALUES: [(f64, f64); 4] = [(2.30, 0.13), (-0.6, 1.0), (-3.8, 2.5), (2.3, 2.7)];

/// g_A of the tables: a fit to those with plane waves gives 1.2621 +- 0.0001.
const TABLE_CHARGE: f64 = 1.262; // inferred from dolan2022; martinez2006
/// Mass of the dipole of the tables [MeV]; the fit gives 1031.8 +- 0.1.
const TABLE_MASS: f64 = 1032.0; // inferred from dolan2022; martinez2006
/// G_P of the tables over that of the pion pole: R_LL below 60 MeV, where the pole nearly cancels, agrees with it.
const TABLE_POLE: f64 = 0.9992; // inferred from dolan2022

const T_CUT: f64 = 9.0 * PION_MASS * PION_MASS; // meyer2016: three-pion threshold [MeV^2]
const T_ZERO: f64 = -0.28e6; // meyer2016: t_0 = -0.28 GeV^2
/// Number of coefficients, k = 0..=8, of which a_0 and a_5 .. a_8 follow from g_A and four sum rules.
const TERMS: usize = 9; // meyer2016, k_max = 8
/// The orders that are not free.
const BOUND: [usize; 5] = [0, 5, 6, 7, 8];

/// Model of the axial form factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AxialModel {
    /// G_A = g_A (1 + Q^2/M_A^2)^-2.
    #[default]
    Dipole,
    /// -G_A = sum_k a_k z^k, z = (sqrt(t_c + Q^2) - sqrt(t_c - t_0)) / (sqrt(t_c + Q^2) + sqrt(t_c - t_0)), with
    /// G_A(0) = g_A and G_A falling as Q^-4, that is sum_k k!/(k-n)! a_k = 0 for n = 0..=3 (meyer2016).
    ZExpansion,
    /// The dipole with the numbers that the response tables of dolan2022 have, as far as comparison with them tells.
    TableDipole,
}

impl AxialModel {
    /// All models.
    pub const ALL: [AxialModel; 3] = [AxialModel::Dipole, AxialModel::ZExpansion, AxialModel::TableDipole];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            AxialModel::Dipole => "dipole",
            AxialModel::ZExpansion => "z-expansion",
            AxialModel::TableDipole => "dipole-dolan2022",
        }
    }
}

impl fmt::Display for AxialModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for AxialModel {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        AxialModel::ALL.into_iter().find(|m| m.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "axial form factor",
            name: text.to_string(),
            known: AxialModel::ALL.map(AxialModel::name).to_vec(),
        })
    }
}

/// The parameters of `model`.
pub(super) fn parameters(model: AxialModel) -> Vec<Parameter> {
    let number = |name: &str, [usual, table]: [f64; 2], unit: &str, source: &str, meaning: &str| match model {
        AxialModel::TableDipole => Parameter::new(name, table, unit, "dolan2022", meaning),
        _ => Parameter::new(name, usual, unit, source, meaning),
    };
    let charge = [1.2723, TABLE_CHARGE]; // meyer2016
    let charge = number(AXIAL_CHARGE, charge, "", "meyer2016", "axial charge of the nucleon");
    let strange = Parameter::new(STRANGE, 0.08, "", "aguilar2010", "strange axial charge of the proton");
    let pole = number(POLE, [1.0, TABLE_POLE], "", "goldberger1958", "G_P over that of the pion pole alone");
    let charge = charge.bounded(0.1, 3.0).with_sigma(0.0023);
    let mut list = vec![charge, strange.with_sigma(0.26), pole.bounded(0.0, 2.0)];
    match model {
        AxialModel::Dipole | AxialModel::TableDipole => {
            let mass = [1026.0, TABLE_MASS]; // bernard2002
            let mass = number(AXIAL_MASS, mass, "MeV", "bernard2002", "mass of the axial dipole");
            list.push(mass.bounded(300.0, 3000.0).with_sigma(21.0));
        }
        AxialModel::ZExpansion => {
            let coefficient = |(name, (value, sigma)): (&&str, &(f64, f64))| {
                Parameter::new(name, *value, "", "meyer2016", "coefficient of the z expansion of -G_A")
                    .with_sigma(*sigma)
            };
            list.extend(Z_NAMES.iter().zip(&Z_VALUES).map(coefficient));
        }
    }
    list
}

/// The axial form factor, ready for use.
#[derive(Clone, Copy, Debug)]
pub(super) struct PreparedAxial<D> {
    shape: Shape<D>,
    strange_ratio: D,
    pole: D,
}

#[derive(Clone, Copy, Debug)]
enum Shape<D> {
    Dipole { charge: D, mass_sq: D },
    Series([D; TERMS]),
}

impl<D: Real> PreparedAxial<D> {
    /// None without an axial charge in `theta`; without a strange one that is zero, and the pole alone is
    /// G_P where nothing is said.
    pub(super) fn new(model: AxialModel, theta: &Params<D>) -> Option<Self> {
        let charge = theta.get(AXIAL_CHARGE)?;
        let shape = match model {
            AxialModel::Dipole | AxialModel::TableDipole => {
                Shape::Dipole { charge, mass_sq: theta[AXIAL_MASS].sq() }
            }
            AxialModel::ZExpansion => Shape::Series(series(charge, Z_NAMES.map(|name| theta[name]))),
        };
        let strange = theta.get(STRANGE).unwrap_or(D::zero());
        let pole = theta.get(POLE).unwrap_or(D::one());
        Some(PreparedAxial { shape, strange_ratio: strange / charge, pole })
    }

    /// Delta_s / g_A.
    pub(super) fn strange_ratio(&self) -> D {
        self.strange_ratio
    }

    /// G_P over that of the pion pole alone.
    pub(super) fn pole(&self) -> D {
        self.pole
    }

    /// G_A at Q^2 = `q2` [MeV^2].
    pub(super) fn at<Q: Real>(&self, q2: Q) -> D
    where
        D: Mul<Q, Output = D>,
    {
        match &self.shape {
            Shape::Dipole { charge, mass_sq } => *charge * (mass_sq.recip() * q2 + 1.0).powi(-2),
            Shape::Series(a) => {
                let z = conformal(q2);
                -a.iter().rev().fold(D::zero(), |sum, &a_k| sum * z + a_k)
            }
        }
    }
}

/// The conformal variable z at Q^2 = `q2` [MeV^2].
fn conformal<Q: Real>(q2: Q) -> Q {
    let (here, zero) = ((q2 + T_CUT).sqrt(), (T_CUT - T_ZERO).sqrt());
    (here - zero) / (here + zero)
}

/// a_0 .. a_8 from g_A and a_1 .. a_4: five linear conditions for a_0 and a_5 .. a_8.
fn series<D: Real>(charge: D, free: [D; 4]) -> [D; TERMS] {
    let z = conformal(0.0);
    let condition = |n: usize, k: usize| match n {
        0 => z.powi(k as i32),
        // k (k-1) .. (k-n+2), the derivative of order n - 1 at z = 1.
        _ => (0..n - 1).map(|i| k as f64 - i as f64).product(),
    };
    let mut rows = [[0.0; 5]; 5];
    let mut right = [D::zero(); 5];
    for n in 0..5 {
        rows[n] = BOUND.map(|k| condition(n, k));
        let given = free.iter().enumerate().fold(D::zero(), |sum, (i, &a)| sum + a * condition(n, i + 1));
        right[n] = if n == 0 { -charge - given } else { -given };
    }
    let bound = solve(rows, right);
    let mut all = [D::zero(); TERMS];
    all[1..5].copy_from_slice(&free);
    BOUND.iter().zip(bound).for_each(|(&k, a)| all[k] = a);
    all
}

/// The solution of a regular linear system by elimination with pivots.
fn solve<D: Real, const N: usize>(mut rows: [[f64; N]; N], mut right: [D; N]) -> [D; N] {
    for column in 0..N {
        let best = (column..N).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()));
        let pivot = best.expect("the range is not empty");
        rows.swap(column, pivot);
        right.swap(column, pivot);
        for row in 0..N {
            if row != column {
                let factor = rows[row][column] / rows[column][column];
                for k in column..N {
                    rows[row][k] -= factor * rows[column][k];
                }
                right[row] -= right[column] * factor;
            }
        }
    }
    std::array::from_fn(|i| right[i] / rows[i][i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradino_core::Dual;

    #[test]
    fn sum_rules_of_meyer2016_give_the_published_dependent_coefficients() {
        const ROUNDING: [f64; 4] = [0.005, 0.05, 0.05, 0.05];
        let free = std::array::from_fn(|i| Dual::<f64, 4>::variable(Z_VALUES[i].0, i));
        let a = series(Dual::from(1.2723), free);
        // meyer2016, footnote 13; the published coefficients are rounded.
        for (k, published, digit) in
            [(0, -0.759, 5e-4), (5, 2.16, 5e-3), (6, -0.896, 5e-4), (7, -1.58, 5e-3), (8, 0.823, 5e-4)]
        {
            let rounding: f64 = a[k].eps.iter().zip(ROUNDING).map(|(d, r)| d.abs() * r).sum();
            assert!((a[k].re - published).abs() < rounding + digit, "a_{k} = {} +- {rounding}", a[k].re);
        }
    }

    #[test]
    fn the_series_falls_as_the_inverse_square_of_q2() {
        let shape = Shape::Series(series(1.2723, Z_VALUES.map(|(value, _)| value)));
        let axial = PreparedAxial { shape, strange_ratio: 0.0, pole: 1.0 };
        let ratio = axial.at(4e12) / axial.at(1e12);
        assert!((ratio * 16.0 - 1.0).abs() < 0.02, "{ratio}");
    }
}
