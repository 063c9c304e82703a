//! The exclusive cross section as a density over points, for samplers and networks that know no physics.

use super::model::{Point, PreparedKnockout};
use gradino_core::density::{Axis, Condition, Density, Space};
use std::f64::consts::TAU;

/// d4 sigma / (d omega d cos(theta) d Omega_N) [cm^2/(MeV sr)] of one shell over omega, cos(theta), cos(theta_N) and phi_N,
/// under the conditions of the lepton's energy and the shell.
#[derive(Clone, Debug)]
pub struct KnockoutDensity<'a> {
    model: &'a PreparedKnockout<'a>,
    space: Space,
}

impl<'a> KnockoutDensity<'a> {
    /// For energies of the lepton in `energies` [MeV]; omega reaches from the lowest separation energy to what the highest
    /// energy leaves, or to the end of the table.
    pub fn new(model: &'a PreparedKnockout<'a>, energies: [f64; 2]) -> Self {
        let (table, vertex) = (&model.of.table, &model.of.vertex);
        let separations = || table.holes.iter().map(|h| h.separation);
        let lowest = separations().fold(f64::INFINITY, f64::min);
        let end = table.grid.kinetic.last().copied().unwrap_or(0.0) + separations().fold(0.0, f64::max);
        let highest = (energies[1] - vertex.outgoing_mass).min(end);
        let labels: Vec<String> = table.holes.iter().map(|h| h.shell.to_string()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let space = Space {
            axes: vec![
                Axis::interval("omega", "MeV", lowest, highest),
                Axis::interval("cos_theta", "", -1.0, 1.0),
                Axis::interval("cos_theta_N", "", -1.0, 1.0),
                Axis::circle("phi_N", "rad", 0.0, TAU),
            ],
            conditions: vec![
                Condition::range("E_nu", "MeV", energies[0], energies[1]),
                Condition::category("shell", &labels),
            ],
        };
        KnockoutDensity { model, space }
    }
}

impl Density for KnockoutDensity<'_> {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        let mut work = self.model.workspace();
        let (conditions, points) = (conditions.as_chunks::<2>().0, points.as_chunks::<4>().0);
        for ((value, [energy, shell]), [omega, cos_theta, cos_nucleon, phi]) in
            values.iter_mut().zip(conditions).zip(points)
        {
            self.space.conditions[0].check(*energy)?;
            self.space.conditions[1].check(*shell)?;
            let point = Point {
                hole: *shell as usize,
                energy: *energy,
                omega: *omega,
                cos_theta: *cos_theta,
                cos_nucleon: *cos_nucleon,
                phi_nucleon: *phi,
            };
            // Where the amplitudes cancel, single precision may leave less than nothing.
            *value = self.model.cross_section(&point, &mut work).max(0.0);
        }
        Ok(())
    }
}
