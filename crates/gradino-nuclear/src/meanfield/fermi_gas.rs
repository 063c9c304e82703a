//! The local Fermi gas of a mean field: what its responses become when the nucleus is large (Thomas and Fermi).

use crate::error::{Error, Result};
use crate::meanfield::form_factors::NUCLEON_MASS;
use crate::meanfield::radial_field::RadialField;
use crate::meanfield::responses::ResponseSums;
use gradino_core::Real;
use gradino_core::constants::HBAR_C;
use gradino_core::real::implicit_root;
use std::f64::consts::PI;

/// Halvings of the interval around the highest energy.
const HALVINGS: usize = 60;

/// Nucleons of one kind that fill, at each radius, all momenta with e = B p^2 + U up to one energy (brack1985):
/// k_F(r)^2 = (e_F - U)/B, two spins each, without spin-orbit force.
#[derive(Clone, Debug)]
pub struct FermiGas<'a, D> {
    field: &'a RadialField<D>,
    /// The highest filled energy e_F [MeV].
    pub highest: D,
}

impl<'a, D: Real> FermiGas<'a, D> {
    /// The gas of `count` nucleons.
    ///
    /// # Errors
    /// More nucleons than the field binds.
    pub fn holding(field: &'a RadialField<D>, count: f64) -> Result<Self> {
        let values = field.values();
        let number = |e: f64| moment(&values, e, 3) * 4.0 / (3.0 * PI);
        let (lower, upper) = (0.0, number(0.0));
        if !(count > lower && count < upper) {
            let what = "the number of nucleons that the field binds";
            return Err(Error::OutOfRange { what, value: count, lower, upper });
        }
        let (mut low, mut high) = (values.u.iter().copied().fold(0.0, f64::min), 0.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if number(middle) < count { low = middle } else { high = middle }
        }
        let at = FermiGas { field, highest: D::from(low) };
        let density = values.b.iter().map(|b| b.recip()).collect::<Vec<_>>();
        let slope = moment_with(&values, low, 1, &density) * 2.0 / PI;
        Ok(FermiGas { field, highest: implicit_root(low, at.number() - count, slope) })
    }

    /// The number of nucleons, 2 int k_F^3/(6 pi^2) d3r.
    pub fn number(&self) -> D {
        moment(self.field, self.highest, 3) * (4.0 / (3.0 * PI))
    }

    /// k_F^2 at a point of the mesh [1/fm^2]; 0 outside.
    fn fermi_sq(&self, i: usize) -> D {
        fermi_sq(self.field, self.highest, i)
    }

    /// The sums over all unbound and unfilled final states at (`omega`, `q`) [MeV] of all nucleons [1/MeV], by
    /// fetter1971, section 15, at each radius.
    ///
    /// Energy conservation, omega = B (q^2 + 2 q p_z), fixes p_z, and 2 int d3r d3p/(2 pi)^3 delta(...) becomes
    /// int r^2 dr dt/(2 pi B q) over t = p_perp^2 between max(0, (max(e_F, 0) - U)/B - (p_z + q)^2) and k_F^2 - p_z^2.
    /// With P = (0, 0, 2 p_z + q) + 2 p_perp in the currents the integrands are polynomials in t.
    pub fn sums(&self, omega: f64, q: f64) -> ResponseSums<D> {
        let (q, field) = (q / HBAR_C, self.field);
        let mass = 2.0 * NUCLEON_MASS / HBAR_C;
        let mut sums = ResponseSums::zero();
        for (i, r) in field.mesh.radii_fm().enumerate() {
            let along = field.b[i].recip() * (omega / q);
            let before = (along - q) * 0.5;
            let most = self.fermi_sq(i) - before.sq();
            let open = (self.highest.max(D::zero()) - field.u[i]) / field.b[i] - (before + q).sq();
            let least = open.max(D::zero());
            if most.re() <= least.re() {
                continue;
            }
            let states = (most - least) / field.b[i] * (r * r * field.mesh.step_fm / (2.0 * PI * q));
            let sideways = (most + least) * 2.0 / (mass * mass);
            let (along, spin) = (along / mass, q / mass);
            sums.charge += states;
            sums.charge_convection += states * along;
            sums.convection += states * along.sq();
            sums.axial_charge += states * (along.sq() + sideways);
            sums.axial_charge_longitudinal += states * along;
            sums.axial_longitudinal += states;
            sums.transverse_convection += states * sideways;
            sums.magnetisation += states * (2.0 * spin * spin);
            sums.axial_transverse += states * 2.0;
            sums.magnetisation_axial += states * (2.0 * spin);
        }
        sums
    }
}

/// k_F^2 = (e - U)/B at a point of the mesh; 0 where U is above e.
fn fermi_sq<D: Real>(field: &RadialField<D>, e: D, i: usize) -> D {
    ((e - field.u[i]) / field.b[i]).max(D::zero())
}

/// int r^2 k_F^`power` dr.
fn moment<D: Real>(field: &RadialField<D>, e: D, power: i32) -> D {
    moment_with(field, e, power, &vec![D::one(); field.mesh.points])
}

/// int r^2 k_F^`power` f dr.
fn moment_with<D: Real>(field: &RadialField<D>, e: D, power: i32, f: &[D]) -> D {
    let at = |(i, r): (usize, f64)| match fermi_sq(field, e, i) {
        k_sq if k_sq.re() > 0.0 => k_sq.sqrt().powi(power) * f[i] * (r * r),
        _ => D::zero(),
    };
    field.mesh.integral(field.mesh.radii_fm().enumerate().map(at))
}

#[cfg(test)]
#[path = "fermi_gas_tests.rs"]
mod tests;
