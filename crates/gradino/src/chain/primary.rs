//! The primary interaction: which channel, at which energy, at which angles.
//!
//! Preparing folds the flux with the cross section of each channel; a draw takes the channel by its
//! share of the folded rate, then the energy from its own distribution in that channel. The events
//! are unweighted; with [`Weighting::Flux`] the energy follows the flux and the weight the cross section.

mod gradient;
mod rates;
mod replay;

pub use rates::{Channel, ChannelKind, Process};

use super::energy_table::{EnergyTable, Folded, Grid, fold};
use crate::error::{Error, Result};
use crate::flux::Flux;
use gradino_core::{Dual, ParamSet, Parameter, Stream};
use gradino_nuclear::Error as Nuclear;
use gradino_nuclear::reaction::TwoBody;
use rates::Rates;
use rayon::prelude::*;
pub(super) use replay::Place;
use std::collections::HashSet;
use std::f64::consts::TAU;

/// Number of derivatives carried in one pass.
const CHUNK: usize = 8;
type Slots = Dual<f64, CHUNK>;

/// Atomic masses [MeV] of the target and of the residue of the charged current.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtomicMasses {
    /// Target.
    pub target: f64,
    /// Residue.
    pub residue: f64,
}

/// What the energies of the events follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weighting {
    /// Flux times cross section; all events have weight 1.
    #[default]
    CrossSection,
    /// The flux above the lowest threshold; the weight is the cross section divided by its mean over
    /// that flux. A draw evaluates all channels and takes some ten microseconds.
    Flux,
}

/// Source and processes.
#[derive(Clone, Debug)]
pub struct Primary {
    /// The source.
    pub flux: Flux,
    /// The processes.
    pub processes: Vec<Process>,
    /// Masses of the nuclides.
    pub masses: AtomicMasses,
    /// What the energies follow.
    pub weighting: Weighting,
}

/// A cross section averaged over the flux.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    /// Value [cm^2] per target atom.
    pub value: f64,
    /// Estimate of its numerical error [cm^2].
    pub error: f64,
    /// Derivative with respect to each wanted parameter.
    pub gradient: Vec<f64>,
}

/// One primary interaction.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PrimaryDraw {
    /// Position in [`PreparedPrimary::channels`].
    pub channel: usize,
    /// Neutrino energy [MeV].
    pub energy: f64,
    /// Cosine of the lepton's polar angle in the centre-of-momentum frame for transitions, recoil
    /// energy [MeV] of the target for elastic channels.
    pub scatter: f64,
    /// The uniform number that `scatter` was made from.
    pub scatter_uniform: f64,
    /// Azimuth of the lepton [rad] (of the recoiling target for elastic channels).
    pub phi: f64,
    /// Weight, 1 with [`Weighting::CrossSection`].
    pub weight: f64,
}

/// What a wanted parameter does here.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Role {
    /// The strength of transitions: known by its position among the wanted ones.
    Strength,
    /// A parameter whose derivative is carried in this slot.
    Smooth(usize),
    /// Nothing.
    Idle,
}

impl Primary {
    /// Parameters of source and processes, each name once.
    pub fn parameters(&self) -> Vec<Parameter> {
        let mut seen = HashSet::new();
        let all =
            self.flux.parameters().into_iter().chain(self.processes.iter().flat_map(Process::parameters));
        all.filter(|p| seen.insert(p.name.clone())).collect()
    }

    /// Prepares the sampler for the values in `params`, with gradients with respect to the parameters
    /// at the positions `wanted`; those that belong to other models have gradient zero here.
    pub fn prepare(&self, params: &ParamSet, wanted: &[usize]) -> Result<PreparedPrimary> {
        let own = self.parameters();
        for parameter in &own {
            params.position(&parameter.name)?;
        }
        let theta = params.values();
        let rates = Rates::new(self.flux.prepare(&theta), &self.processes, &theta, &self.masses);
        let channels = self.open_channels(&rates)?;
        let (roles, smooth) = roles(&own, &channels, params, wanted);
        let chunks: Vec<Rates<Slots>> = smooth
            .chunks(CHUNK)
            .map(|positions| {
                let theta = params.seeded(|i, p| match positions.iter().position(|k| *k == i) {
                    Some(slot) => Dual::variable(p.value, slot),
                    None => Dual::constant(p.value),
                });
                Rates::new(self.flux.prepare(&theta), &self.processes, &theta, &self.masses)
            })
            .collect();
        let names: Vec<&str> = wanted.iter().map(|i| params.at(*i).name.as_str()).collect();
        let mut prepared = PreparedPrimary::empty(rates, chunks, channels, roles, smooth.len());
        prepared.fold_all(&names)?;
        if self.weighting == Weighting::Flux && prepared.rates.flux.single_energy().is_none() {
            prepared.follow_flux();
        }
        Ok(prepared)
    }

    /// Total cross sections [cm^2 per atom] of each process at the `energies` [MeV].
    pub fn cross_sections(&self, params: &ParamSet, energies: &[f64]) -> Vec<Vec<f64>> {
        let theta = params.values();
        let rates = Rates::new(self.flux.prepare(&theta), &self.processes, &theta, &self.masses);
        let channels = rates.channels(&self.processes, self.flux.incoming);
        let at = |process: usize, energy: f64| {
            let own = channels.iter().filter(|c| c.process == process && energy > c.threshold);
            own.map(|c| rates.strength(c) * rates.per_strength(c, energy)).sum()
        };
        energies.iter().map(|&e| (0..self.processes.len()).map(|p| at(p, e)).collect()).collect()
    }

    /// The channels that the source can start and whose threshold lies below its largest energy.
    fn open_channels(&self, rates: &Rates<f64>) -> Result<Vec<Channel>> {
        let mut channels = rates.channels(&self.processes, self.flux.incoming);
        let energy = rates.flux.range()[1];
        let Some(first) = channels.iter().min_by(|a, b| a.threshold.total_cmp(&b.threshold)).cloned() else {
            let neutrino = gradino_core::particle::name(self.flux.incoming);
            return Err(Error::NoProcess { reason: format!("no process is started by {neutrino}") });
        };
        channels.retain(|c| c.threshold < energy);
        if channels.is_empty() {
            let process = self.processes[first.process].name().to_string();
            return Err(Nuclear::BelowThreshold { energy, threshold: first.threshold, process }.into());
        }
        Ok(channels)
    }
}

/// The role of each wanted parameter, and the positions of those whose derivatives are carried.
fn roles(
    own: &[Parameter],
    channels: &[Channel],
    params: &ParamSet,
    wanted: &[usize],
) -> (Vec<Role>, Vec<usize>) {
    let strengths: HashSet<&str> = channels.iter().filter_map(|c| c.strength.as_deref()).collect();
    let mut smooth = Vec::new();
    let mut role = |position: usize| {
        let name = params.at(position).name.as_str();
        if strengths.contains(name) {
            return Role::Strength;
        }
        if !own.iter().any(|p| p.name == name) || name.starts_with("strength.") {
            return Role::Idle;
        }
        smooth.push(position);
        Role::Smooth(smooth.len() - 1)
    };
    let roles = wanted.iter().map(|i| role(*i)).collect();
    (roles, smooth)
}

/// The sampler, ready for use.
#[derive(Clone, Debug)]
pub struct PreparedPrimary {
    rates: Rates<f64>,
    chunks: Vec<Rates<Slots>>,
    channels: Vec<Channel>,
    roles: Vec<Role>,
    smooth: usize,
    /// Position among the wanted parameters of each slot.
    wanted_of: Vec<usize>,
    averages: Vec<Average>,
    total: Average,
    /// Running sum of the shares of the channels.
    cumulative: Vec<f64>,
    /// Energy distribution of each channel; empty for a single energy.
    tables: Vec<EnergyTable>,
    /// Derivative of ln P of each channel, row by row.
    score: Vec<f64>,
    flux_table: Option<FluxTable>,
}

/// The flux itself above the lowest threshold.
#[derive(Clone, Debug)]
struct FluxTable {
    table: EnergyTable,
    /// Share of the flux above the threshold, and its logarithmic derivatives by slot.
    share: f64,
    log_gradient: Vec<f64>,
}

/// The average over the flux of what a strength multiplies, and the table of energies.
struct ChannelFold {
    per_strength: f64,
    error: f64,
    gradient: Vec<f64>,
    table: Option<EnergyTable>,
}

impl PreparedPrimary {
    fn empty(
        rates: Rates<f64>,
        chunks: Vec<Rates<Slots>>,
        channels: Vec<Channel>,
        roles: Vec<Role>,
        smooth: usize,
    ) -> Self {
        let is_smooth = |role: &Role| matches!(role, Role::Smooth(_));
        let wanted_of = (0..roles.len()).filter(|&i| is_smooth(&roles[i])).collect();
        let total = Average { value: 0.0, error: 0.0, gradient: vec![0.0; roles.len()] };
        PreparedPrimary {
            rates,
            chunks,
            channels,
            roles,
            smooth,
            wanted_of,
            averages: Vec::new(),
            total,
            cumulative: Vec::new(),
            tables: Vec::new(),
            score: Vec::new(),
            flux_table: None,
        }
    }

    /// Folds one channel and tabulates its energies.
    fn fold_channel(&self, channel: &Channel) -> ChannelFold {
        let slots = |of: &dyn Fn(&Rates<Slots>) -> Slots| -> Vec<f64> {
            let by_chunk = self.chunks.iter().flat_map(|c| of(c).eps);
            by_chunk.take(self.smooth).collect()
        };
        if let Some(energy) = self.rates.flux.single_energy() {
            let at = |c: &Rates<Slots>| {
                let energy = c.flux.single_energy().unwrap_or(Dual::constant(energy));
                c.per_strength(channel, energy)
            };
            let per_strength = self.rates.per_strength(channel, energy);
            return ChannelFold { per_strength, error: 0.0, gradient: slots(&at), table: None };
        }
        let [low, high] = self.rates.flux.range();
        let grid = Grid::new(channel.threshold.max(low), high, self.rates.flux.kinks());
        let folded = fold(&self.rates.flux, &grid, |e| self.rates.per_strength(channel, e));
        let duals: Vec<Folded<Slots>> =
            self.chunks.iter().map(|c| fold(&c.flux, &grid, |e| c.per_strength(channel, e))).collect();
        let gradient = duals.iter().flat_map(|f| f.total.eps).take(self.smooth).collect();
        let table = (folded.total > 0.0).then(|| {
            let mut table = EnergyTable::new(&grid, &folded);
            table.add_motion(&duals, self.smooth);
            table
        });
        ChannelFold { per_strength: folded.total, error: folded.error, gradient, table }
    }

    /// Folds all channels, drops those that cannot happen, and finds the shares and their scores.
    /// `names` are the names of the wanted parameters.
    fn fold_all(&mut self, names: &[&str]) -> Result<()> {
        let mut kept = Vec::new();
        let channels = std::mem::take(&mut self.channels);
        let folds: Vec<ChannelFold> = channels.par_iter().map(|c| self.fold_channel(c)).collect();
        for (channel, folded) in channels.into_iter().zip(folds) {
            let strength = self.rates.strength(&channel);
            let gradient: Vec<f64> = (self.roles.iter().zip(names))
                .map(|(role, name)| match role {
                    Role::Strength if channel.strength.as_deref() == Some(name) => folded.per_strength,
                    Role::Smooth(slot) => folded.gradient[*slot] * strength,
                    _ => 0.0,
                })
                .collect();
            self.total.value += strength * folded.per_strength;
            self.total.error += strength * folded.error;
            self.total.gradient.iter_mut().zip(&gradient).for_each(|(t, g)| *t += g);
            let value = strength * folded.per_strength;
            if value > 0.0 {
                self.averages.push(Average { value, error: strength * folded.error, gradient });
                self.tables.extend(folded.table);
                kept.push(channel);
            }
        }
        self.channels = kept;
        self.find_shares()
    }

    fn find_shares(&mut self) -> Result<()> {
        let total = self.total.value;
        if self.channels.is_empty() || !total.is_finite() {
            return Err(Error::NoProcess { reason: format!("the folded cross section is {total} cm2") });
        }
        let mut sum = 0.0;
        for average in &self.averages {
            sum += average.value / total;
            self.cumulative.push(sum);
            let row = average.gradient.iter().zip(&self.total.gradient);
            self.score.extend(row.map(|(own, all)| own / average.value - all / total));
        }
        // The last channel takes what rounding left.
        if let Some(last) = self.cumulative.last_mut() {
            *last = 1.0;
        }
        Ok(())
    }

    /// Makes the energies follow the flux above the lowest threshold.
    fn follow_flux(&mut self) {
        let [low, high] = self.rates.flux.range();
        let threshold = self.channels.iter().map(|c| c.threshold).fold(f64::INFINITY, f64::min);
        let grid = Grid::new(threshold.max(low), high, self.rates.flux.kinks());
        let folded = fold(&self.rates.flux, &grid, |_| 1.0);
        let duals: Vec<Folded<Slots>> =
            self.chunks.iter().map(|c| fold(&c.flux, &grid, |_| Dual::constant(1.0))).collect();
        let mut table = EnergyTable::new(&grid, &folded);
        table.add_motion(&duals, self.smooth);
        let log_gradient = duals.iter().flat_map(|f| f.total.eps.map(|d| d / f.total.re)).collect();
        self.flux_table = Some(FluxTable { table, share: folded.total, log_gradient });
    }

    /// The channels that can happen.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// Flux-averaged cross section of each channel, in the order of [`PreparedPrimary::channels`].
    pub fn averages(&self) -> &[Average] {
        &self.averages
    }

    /// Flux-averaged cross section of all channels.
    pub fn total(&self) -> &Average {
        &self.total
    }

    /// Mean energy of the flux [MeV].
    pub fn mean_flux_energy(&self) -> f64 {
        if let Some(energy) = self.rates.flux.single_energy() {
            return energy;
        }
        let [low, high] = self.rates.flux.range();
        let grid = Grid::new(low, high, self.rates.flux.kinks());
        let integral = |f: &dyn Fn(f64) -> f64| fold(&self.rates.flux, &grid, f).total;
        integral(&|e| e) / integral(&|_| 1.0)
    }

    /// Probability of a channel.
    pub fn probability(&self, channel: usize) -> f64 {
        self.averages[channel].value / self.total.value
    }

    /// Draws one primary interaction: four uniform numbers of the stream, no allocation.
    #[inline]
    pub fn draw(&self, stream: &mut Stream) -> PrimaryDraw {
        let (first, second) = (stream.uniform(), stream.uniform());
        let (scatter_uniform, phi) = (stream.uniform(), TAU * stream.uniform());
        let (channel, energy, weight) = match &self.flux_table {
            None => {
                let channel = self.cumulative.partition_point(|c| *c < first);
                let energy = match self.tables.get(channel) {
                    Some(table) => table.sample(second),
                    None => self.rates.flux.range()[0],
                };
                (channel, energy, 1.0)
            }
            Some(flux) => self.draw_from_flux(flux, first, second),
        };
        let scatter = self.rates.scatter(&self.channels[channel], energy, scatter_uniform);
        PrimaryDraw { channel, energy, scatter, scatter_uniform, phi, weight }
    }

    /// Draws an interaction of one channel with the uniform number `second` of its energy, flux times cross
    /// section: weight 1. Two uniform numbers of the stream, for the angles.
    pub fn draw_within(&self, channel: usize, second: f64, stream: &mut Stream) -> PrimaryDraw {
        let (scatter_uniform, phi) = (stream.uniform(), TAU * stream.uniform());
        let energy = match self.tables.get(channel) {
            Some(table) => table.sample(second),
            None => self.rates.flux.range()[0],
        };
        let scatter = self.rates.scatter(&self.channels[channel], energy, scatter_uniform);
        PrimaryDraw { channel, energy, scatter, scatter_uniform, phi, weight: 1.0 }
    }

    fn draw_from_flux(&self, flux: &FluxTable, first: f64, second: f64) -> (usize, f64, f64) {
        let energy = flux.table.sample(second);
        let at = |c: &Channel| self.rates.strength(c) * self.rates.per_strength(c, energy);
        let sigma = self.channels.iter().fold(0.0, |sum, c| sum + at(c));
        // Added up in the same order, the last open channel reaches the sum to the bit.
        let mut sum = 0.0;
        let chosen = self.channels.iter().position(|c| {
            sum += at(c);
            sum >= first * sigma
        });
        let chosen = chosen.expect("the running sum reaches the sum");
        (chosen, energy, sigma * flux.share / self.total.value)
    }

    /// The outgoing particles in the laboratory, the neutrino coming along z. The lepton is the
    /// electron of the charged current or the scattered neutrino; the residue is the nucleus or the
    /// recoiling target.
    pub fn final_state(&self, draw: &PrimaryDraw) -> TwoBody {
        let channel = &self.channels[draw.channel];
        let state = self.rates.final_state(channel, draw.energy, draw.scatter, draw.phi);
        state.expect("an energy is drawn above the threshold of its channel")
    }
}

#[cfg(test)]
#[path = "primary/tests.rs"]
mod tests;
