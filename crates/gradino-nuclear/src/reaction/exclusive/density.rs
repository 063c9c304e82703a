//! The exclusive cross section as a density over points, for samplers and networks that know no physics.

use super::exact::ExactKnockout;
use super::free::FreeParameters;
use super::model::{Point, PreparedKnockout};
use super::sampler::KnockoutDraw;
use super::straight::StraightEnergy;
use crate::quadrature::gauss_legendre;
use gradino_core::density::{Axis, Condition, Density, Domain, Sampler, Space};
use gradino_core::particle::pdg;
use gradino_core::{ParamSet, Result};
use rayon::prelude::*;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Energies of the lepton over which the strength at an energy of the nucleon is averaged, in equal ratios.
const ENERGIES: usize = 8; // chosen: the shapes change slowly
/// Share of x that does not follow the strength, but is even in ln(T + [`NARROW`]): energies between resonances need
/// room too, as the angles change there.
const EVEN: f64 = 0.25; // chosen
/// What is left of this share below the first energy at which the strength exceeds it: there the density in x would
/// climb from nothing to its usual size within a hundredth of the interval, which no network follows.
const BEFORE: f64 = 1e-3; // chosen: little, and the slope dx / dT stays above 0
/// Energy [MeV] about which this share is densest.
const NARROW: f64 = 1.0; // chosen: where the resonances are
/// Points of the quadrature over the angle of the lepton.
const ANGLES: usize = 48; // chosen: the strength is a guide and need not be exact

/// d4 sigma / (d x d cos(theta) d Omega_N) [cm^2/sr] of one shell over x, cos(theta), cos(theta_N) and phi_N, under the
/// conditions of the lepton's energy E, named `E_nu`, `E_e` or `E_mu` after the lepton, and the shell.
///
/// x is the [`StraightEnergy`] of the nucleon's energy T = omega - S from 0, at the separation energy S of the shell, to
/// T_max = E - m - S, which leaves a lepton of mass m at rest: so the support has the same edge at all energies, and
/// resonances of the nucleon in the field of the residue, tens of keV wide, lie at the same places, as wide as
/// they are strong. The strength is the mean of (d sigma / d T) / sigma of the shell over energies of the lepton, weighted
/// with 1/E, and above the energy where this first exceeds it a part that is even in ln(T + 1 MeV).
#[derive(Clone, Debug)]
pub struct KnockoutDensity {
    model: Arc<PreparedKnockout>,
    space: Space,
    straight: Vec<StraightEnergy>,
    /// The parameters of which some are conditions.
    free: Option<FreeParameters>,
}

impl KnockoutDensity {
    /// For energies of the lepton in `energies` [MeV].
    pub fn new(model: &Arc<PreparedKnockout>, energies: [f64; 2]) -> Self {
        let holes = &model.of.table.holes;
        let labels: Vec<String> = holes.iter().map(|h| h.shell.to_string()).collect();
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let space = Space {
            axes: vec![
                Axis::interval("T_straight", "", 0.0, 1.0),
                Axis::interval("cos_theta_l", "", -1.0, 1.0),
                Axis::interval("cos_theta_N", "", -1.0, 1.0),
                Axis::circle("phi_N", "rad", 0.0, TAU),
            ],
            conditions: vec![
                Condition::range(energy_name(model.of.vertex.incoming), "MeV", energies[0], energies[1]),
                Condition::category("shell", &labels),
            ],
        };
        let nodes = &model.of.table.grid.kinetic;
        let straight = |hole| StraightEnergy::new(nodes, &strengths(model, hole, energies));
        let straight = (0..holes.len()).map(straight).collect();
        KnockoutDensity { model: model.clone(), space, straight, free: None }
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

    /// Highest energy of a nucleon from the shell number `hole` [MeV], for a lepton of the energy `energy` [MeV]; 0 where
    /// none can leave.
    pub fn highest(&self, hole: usize, energy: f64) -> f64 {
        (energy - self.model.of.vertex.lowest_outgoing() - self.separation(hole)).max(0.0)
    }

    /// The model.
    pub fn model(&self) -> &Arc<PreparedKnockout> {
        &self.model
    }

    /// The coordinates of an event that the exact sampler drew.
    pub fn coordinates(&self, draw: &KnockoutDraw) -> [f64; 4] {
        let x = self.straight(draw.hole, draw.energy, draw.omega);
        [x.clamp(0.0, 1.0), draw.cos_theta, draw.cos_nucleon, draw.phi_nucleon]
    }

    /// The energy transfer [MeV] at the coordinate `x`.
    pub fn omega(&self, hole: usize, energy: f64, x: f64) -> f64 {
        let highest = self.highest(hole, energy);
        let kinetic = if highest > 0.0 { self.straight[hole].energy(x, highest) } else { 0.0 };
        self.separation(hole) + kinetic
    }

    /// The coordinate at the energy transfer `omega` [MeV], which leaves nucleon and lepton.
    pub fn straight(&self, hole: usize, energy: f64, omega: f64) -> f64 {
        self.straight[hole].place(omega - self.separation(hole), self.highest(hole, energy))
    }

    /// The energy [MeV] and the number of the hole in a row of conditions.
    fn energy_and_hole(&self, condition: &[f64]) -> Result<(f64, usize)> {
        self.space.conditions.iter().zip(condition).try_for_each(|(c, value)| c.check(*value))?;
        Ok((condition[0], condition[1] as usize))
    }

    fn separation(&self, hole: usize) -> f64 {
        self.model.of.table.holes[hole].separation
    }
}

/// The name of the energy of an incoming lepton.
fn energy_name(incoming: i32) -> &'static str {
    match incoming.abs() {
        pdg::ELECTRON => "E_e",
        pdg::MUON => "E_mu",
        _ => "E_nu",
    }
}

/// The strength of a hole at the nodes of T, in any unit: the mean of (d sigma / d T) / sigma over leptons with energies
/// E in `range` [MeV], weighted with 1/E as low energies have most of their events in resonances, and the even part from
/// the energy on where the mean first exceeds it.
fn strengths(model: &PreparedKnockout, hole: usize, range: [f64; 2]) -> Vec<f64> {
    let nodes = &model.of.table.grid.kinetic;
    let rule = gauss_legendre(ANGLES);
    let separation = model.of.table.holes[hole].separation;
    let at = |energy: f64, t: f64| -> f64 {
        rule.iter().map(|(cos, w)| w * model.inclusive(hole, energy, t + separation, *cos)).sum()
    };
    let mut mean = vec![0.0; nodes.len()];
    for i in 0..ENERGIES {
        let energy = range[0] * (range[1] / range[0]).powf(i as f64 / (ENERGIES - 1) as f64);
        let values: Vec<f64> = nodes.par_iter().map(|&t| at(energy, t)).collect();
        let total = integral(nodes, &values) * energy;
        if total > 0.0 {
            mean.iter_mut().zip(&values).for_each(|(m, f)| *m += f / total);
        }
    }
    let scale = EVEN / (1.0 - EVEN) / (nodes[nodes.len() - 1] / NARROW).ln_1p() * integral(nodes, &mean);
    let even: Vec<f64> = nodes.iter().map(|t| scale / (t + NARROW)).collect();
    let first = mean.iter().zip(&even).position(|(mean, even)| mean >= even).unwrap_or(0);
    let share = |node: usize| if node < first { BEFORE } else { 1.0 };
    mean.iter().zip(&even).enumerate().map(|(node, (mean, even))| mean + share(node) * even).collect()
}

/// The integral of straight lines between nodes.
fn integral(nodes: &[f64], values: &[f64]) -> f64 {
    nodes.windows(2).zip(values.windows(2)).map(|(t, f)| 0.5 * (f[0] + f[1]) * (t[1] - t[0])).sum()
}

impl Density for KnockoutDensity {
    fn space(&self) -> &Space {
        &self.space
    }

    fn evaluate(&self, conditions: &[f64], points: &[f64], values: &mut [f64]) -> Result<()> {
        let mut work = self.model.workspace();
        let mut moving = self.free.as_ref().map(|free| free.moving(self.model.of.form_factors));
        let conditions = conditions.chunks_exact(self.space.conditions.len());
        for ((value, condition), [x, cos_theta, cos_nucleon, phi]) in
            values.iter_mut().zip(conditions).zip(points.as_chunks::<4>().0)
        {
            let (energy, hole) = self.energy_and_hole(condition)?;
            let point = Point {
                hole,
                energy,
                omega: self.omega(hole, energy, *x),
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
            let per_energy = size.max(0.0);
            let kinetic = point.omega - self.separation(hole);
            // Where nothing can be knocked out there is no slope.
            *value = match per_energy > 0.0 {
                true => per_energy / self.straight[hole].slope(kinetic, self.highest(hole, energy)),
                false => 0.0,
            };
        }
        Ok(())
    }

    /// The energy transfer omega [MeV] in the place of `T_straight`; the other axes stand for themselves.
    fn quantities(&self) -> Vec<Axis> {
        let holes = &self.model.of.table.holes;
        let lowest = holes.iter().map(|hole| hole.separation).fold(f64::INFINITY, f64::min);
        let Domain::Range { high, .. } = self.space.conditions[0].domain else {
            unreachable!("the first condition of this density is its energy");
        };
        let highest = (high - self.model.of.vertex.lowest_outgoing()).max(lowest);
        let mut axes = self.space.axes.clone();
        axes[0] = Axis::interval("omega", "MeV", lowest, highest);
        axes
    }

    /// The volume is d omega / d x [MeV]; 0 where nothing can be knocked out.
    fn to_quantities(
        &self,
        conditions: &[f64],
        points: &[f64],
        quantities: &mut [f64],
        volumes: &mut [f64],
    ) -> Result<()> {
        quantities.copy_from_slice(points);
        let rows = conditions.chunks_exact(self.space.conditions.len());
        for ((condition, quantities), volume) in rows.zip(quantities.chunks_exact_mut(4)).zip(volumes) {
            let (energy, hole) = self.energy_and_hole(condition)?;
            let highest = self.highest(hole, energy);
            quantities[0] = self.omega(hole, energy, quantities[0]);
            let kinetic = quantities[0] - self.separation(hole);
            *volume = if highest > 0.0 { 1.0 / self.straight[hole].slope(kinetic, highest) } else { 0.0 };
        }
        Ok(())
    }

    fn points_at(&self, conditions: &[f64], quantities: &[f64], points: &mut [f64]) -> Result<()> {
        points.copy_from_slice(quantities);
        let rows = conditions.chunks_exact(self.space.conditions.len());
        for (condition, point) in rows.zip(points.chunks_exact_mut(4)) {
            let (energy, hole) = self.energy_and_hole(condition)?;
            let low = self.separation(hole);
            let high = low + self.highest(hole, energy);
            if !(low..=high).contains(&point[0]) || low >= high {
                let (name, unit) = ("omega".into(), "MeV".into());
                return Err(gradino_core::Error::OutsideDomain { name, unit, value: point[0], low, high });
            }
            point[0] = self.straight(hole, energy, point[0]).clamp(0.0, 1.0);
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
