//! The exclusive cross section as a density over points, for samplers and networks that know no physics.

use super::exact::ExactKnockout;
use super::free::FreeParameters;
use super::model::{Point, PreparedKnockout};
use super::sampler::KnockoutDraw;
use gradino_core::density::{Axis, Condition, Density, Sampler, Space};
use gradino_core::{ParamSet, Result};
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
    /// The parameters of which some are conditions.
    free: Option<FreeParameters>,
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
        KnockoutDensity { model: model.clone(), space, lowest, free: None }
    }

    /// The same with further conditions: parameters of the form factors out of `params`, by name, each with the range of its
    /// values. The cross section at a point is that of the point's own values.
    ///
    /// # Errors
    /// A name that is none of a parameter, and values beyond its bounds.
    pub fn with_conditions(mut self, params: &ParamSet, conditions: &[(&str, [f64; 2])]) -> Result<Self> {
        if conditions.is_empty() {
            return Ok(self);
        }
        let (free, more) = FreeParameters::new(params, conditions)?;
        self.space.conditions.extend(more);
        self.free = Some(free);
        Ok(self)
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

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let mut work = self.model.workspace();
        let mut moving = self.free.as_ref().map(|free| free.moving(self.model.of.form_factors));
        let conditions = conditions.chunks_exact(self.space.conditions.len());
        for ((value, condition), [share, cos_theta, cos_nucleon, phi]) in
            values.iter_mut().zip(conditions).zip(points.as_chunks::<4>().0)
        {
            self.space.conditions.iter().zip(condition).try_for_each(|(c, value)| c.check(*value))?;
            let (energy, shell) = (&condition[0], condition[1]);
            let point = Point {
                hole: shell as usize,
                energy: *energy,
                omega: self.omega(*energy, *share),
                cos_theta: *cos_theta,
                cos_nucleon: *cos_nucleon,
                phi_nucleon: *phi,
            };
            let size = match &mut moving {
                None => self.model.cross_section(&point, &mut work),
                Some(moving) => {
                    let form_factors = moving.at(&condition[2..])?;
                    self.model.cross_section_with(&point, form_factors, &mut work)
                }
            };
            // Where the amplitudes cancel, single precision may leave less than nothing.
            *value = size.max(0.0) * self.range(*energy);
        }
        Ok(())
    }

    /// None with further conditions: the sampler is prepared for one set of values.
    fn exact(&self) -> gradino_core::Result<Option<Box<dyn Sampler + Send>>> {
        if self.free.is_some() {
            return Ok(None);
        }
        match ExactKnockout::new(self) {
            Ok(sampler) => Ok(Some(Box::new(sampler))),
            Err(error) => {
                Err(gradino_core::Error::Simulation { reason: error.to_string(), hint: error.hint() })
            }
        }
    }
}
