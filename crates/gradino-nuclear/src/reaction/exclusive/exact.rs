//! The exact sampler under conditions of energy and shell.

use super::density::KnockoutDensity;
use super::sampler::KnockoutSampler;
use crate::error::{Error, Result};
use gradino_core::density::{Density, Domain, Sampler, Space};
use gradino_core::{Purpose, Stream};
use rayon::prelude::*;

/// Energies [MeV] between which the sampler has a table of its own are at most this far apart.
const TABLE_STEP: f64 = 80.0;
/// Energies [MeV] at which total cross sections are tabulated are at most this far apart.
const TOTAL_STEP: f64 = 10.0;
/// Points that a thread draws at once.
const CHUNK: usize = 1024;

/// Draws points of a [`KnockoutDensity`] from itself: all weights f / q under a condition are the same.
#[derive(Clone, Debug)]
pub struct ExactKnockout {
    density: KnockoutDensity,
    sampler: KnockoutSampler,
    energies: [f64; 2],
    /// Total cross sections [cm^2] of each hole at energies evenly apart.
    totals: Vec<Vec<f64>>,
}

impl ExactKnockout {
    /// For the energies and shells of a density.
    ///
    /// # Errors
    /// A current whose cross section has no bound, and energies at which nothing can be knocked out.
    pub fn new(density: &KnockoutDensity) -> Result<Self> {
        let Domain::Range { low, high } = density.space().conditions[0].domain else {
            unreachable!("the first condition of this density is its energy");
        };
        let sampler = KnockoutSampler::new(density.model(), &evenly(low, high, TABLE_STEP))?;
        let mut totals = vec![Vec::new(); density.model().of.table.holes.len()];
        for energy in evenly(low, high, TOTAL_STEP) {
            let total = density.model().total(energy);
            totals.iter_mut().zip(total.by_hole).for_each(|(column, value)| column.push(value));
        }
        Ok(ExactKnockout { density: density.clone(), sampler, energies: [low, high], totals })
    }

    /// The total cross section [cm^2] of a hole at an energy of the range [MeV]: the cubic through the four energies
    /// around it that are tabulated.
    pub fn total(&self, hole: usize, energy: f64) -> f64 {
        let (values, [low, high]) = (&self.totals[hole], self.energies);
        let place = (energy - low) / (high - low) * (values.len() - 1) as f64;
        let first = (place as usize).saturating_sub(1).min(values.len().saturating_sub(4));
        let nodes: Vec<usize> = (first..values.len().min(first + 4)).collect();
        let term = |&at: &usize| {
            let factor = |&other: &usize| (place - other as f64) / (at as f64 - other as f64);
            values[at] * nodes.iter().filter(|&&other| other != at).map(factor).product::<f64>()
        };
        nodes.iter().map(term).sum::<f64>().max(0.0)
    }

    /// Refuses an energy at which a hole has no cross section.
    fn check_open(&self, hole: usize, energy: f64) -> Result<()> {
        if self.total(hole, energy) > 0.0 {
            return Ok(());
        }
        let [low, high] = self.energies;
        let totals = &self.totals[hole];
        let open = totals.iter().position(|&total| total > 0.0).unwrap_or(totals.len() - 1);
        let threshold = low + (high - low) * open as f64 / (totals.len() - 1) as f64;
        let process = format!("knockout from {}", self.density.model().of.table.holes[hole].shell);
        Err(Error::BelowThreshold { energy, threshold, process })
    }

    /// Points number `numbers` under their conditions, and their densities.
    fn fill(&self, seed: u64, numbers: &[u64], conditions: &[[f64; 2]], out: Out<'_>) -> Result<()> {
        let mut space = self.sampler.space();
        let rows = numbers.iter().zip(conditions).zip(out.points.as_chunks_mut::<4>().0);
        for ((&number, &[energy, shell]), point) in rows {
            for (condition, value) in self.space().conditions.iter().zip([energy, shell]) {
                condition.check(value)?;
            }
            self.check_open(shell as usize, energy)?;
            let mut stream = Stream::new(seed, number, Purpose::Point);
            let draw = self.sampler.draw_from(shell as usize, energy, &mut stream, &mut space)?;
            *point = self.density.coordinates(&draw);
        }
        self.density.evaluate(conditions.as_flattened(), out.points, out.densities)?;
        let rows = out.densities.iter_mut().zip(conditions);
        rows.for_each(|(density, &[energy, shell])| *density /= self.total(shell as usize, energy));
        Ok(())
    }
}

/// Where points and their densities go.
struct Out<'a> {
    points: &'a mut [f64],
    densities: &'a mut [f64],
}

/// From `low` to `high`, evenly, at most `step` apart.
fn evenly(low: f64, high: f64, step: f64) -> Vec<f64> {
    let parts = ((high - low) / step).ceil().max(1.0) as usize;
    (0..=parts).map(|i| low + (high - low) * i as f64 / parts as f64).collect()
}

impl Sampler for ExactKnockout {
    fn space(&self) -> &Space {
        self.density.space()
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        let rows = numbers.par_chunks(CHUNK).zip(conditions.as_chunks::<2>().0.par_chunks(CHUNK));
        let out = points.par_chunks_mut(4 * CHUNK).zip(densities.par_chunks_mut(CHUNK));
        rows.zip(out)
            .try_for_each(|((numbers, conditions), (points, densities))| {
                self.fill(seed, numbers, conditions, Out { points, densities })
            })
            .map_err(|error| match error {
                Error::Core(error) => error,
                other => gradino_core::Error::Simulation { reason: other.to_string(), hint: other.hint() },
            })
    }
}

#[cfg(test)]
#[path = "exact_tests.rs"]
mod tests;
