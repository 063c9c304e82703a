//! The exclusive cross section as a density over points, for samplers and networks that know no physics.

use super::exact::ExactKnockout;
use super::model::{Point, PreparedKnockout};
use super::sampler::KnockoutDraw;
use gradino_core::density::{Axis, Condition, Density, Sampler, Space};
use std::f64::consts::TAU;
use std::sync::Arc;

/// d4 sigma / (d x d cos(theta) d Omega_N) [cm^2/sr] of one shell over x, cos(theta), cos(theta_N) and phi_N, under the
/// conditions of the lepton's energy E and the shell.
///
/// x = (omega - S) / (E - m - S) is the energy transfer as a share of its range at E, from the lowest separation energy S
/// to what leaves no lepton of mass m: so the support has the same edge at all energies.
#[derive(Clone, Debug)]
pub struct KnockoutDensity {
    model: Arc<PreparedKnockout>,
    space: Space,
    lowest: f64,
}

impl KnockoutDensity {
    /// For energies of the lepton in `energies` [MeV].
    pub fn new(model: &Arc<PreparedKnockout>, energies: [f64; 2]) -> Self {
        let table = &model.of.table;
        let lowest = table.holes.iter().map(|h| h.separation).fold(f64::INFINITY, f64::min);
        let labels: Vec<String> = table.holes.iter().map(|h| h.shell.to_string()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let space = Space {
            axes: vec![
                Axis::interval("omega_share", "", 0.0, 1.0),
                Axis::interval("cos_theta", "", -1.0, 1.0),
                Axis::interval("cos_theta_N", "", -1.0, 1.0),
                Axis::circle("phi_N", "rad", 0.0, TAU),
            ],
            conditions: vec![
                Condition::range("E_nu", "MeV", energies[0], energies[1]),
                Condition::category("shell", &labels),
            ],
        };
        KnockoutDensity { model: model.clone(), space, lowest }
    }

    /// Range of the energy transfer at the energy `energy` [MeV], from the lowest separation energy on [MeV].
    pub fn range(&self, energy: f64) -> f64 {
        (energy - self.model.of.vertex.outgoing_mass - self.lowest).max(0.0)
    }

    /// The model.
    pub fn model(&self) -> &Arc<PreparedKnockout> {
        &self.model
    }

    /// The coordinates of an event that the exact sampler drew.
    pub fn coordinates(&self, draw: &KnockoutDraw) -> [f64; 4] {
        let share = (draw.omega - self.lowest) / self.range(draw.energy);
        [share.clamp(0.0, 1.0), draw.cos_theta, draw.cos_nucleon, draw.phi_nucleon]
    }

    /// The energy transfer [MeV] at a share of its range.
    pub fn omega(&self, energy: f64, share: f64) -> f64 {
        self.lowest + share * self.range(energy)
    }
}

impl Density for KnockoutDensity {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> gradino_core::Result<()> {
        let mut work = self.model.workspace();
        let (conditions, points) = (conditions.as_chunks::<2>().0, points.as_chunks::<4>().0);
        for ((value, [energy, shell]), [share, cos_theta, cos_nucleon, phi]) in
            values.iter_mut().zip(conditions).zip(points)
        {
            self.space.conditions[0].check(*energy)?;
            self.space.conditions[1].check(*shell)?;
            let point = Point {
                hole: *shell as usize,
                energy: *energy,
                omega: self.omega(*energy, *share),
                cos_theta: *cos_theta,
                cos_nucleon: *cos_nucleon,
                phi_nucleon: *phi,
            };
            // Where the amplitudes cancel, single precision may leave less than nothing.
            *value = self.model.cross_section(&point, &mut work).max(0.0) * self.range(*energy);
        }
        Ok(())
    }
    fn exact(&self) -> gradino_core::Result<Option<Box<dyn Sampler + Send>>> {
        match ExactKnockout::new(self) {
            Ok(sampler) => Ok(Some(Box::new(sampler))),
            Err(error) => {
                Err(gradino_core::Error::Simulation { reason: error.to_string(), hint: error.hint() })
            }
        }
    }
}
