//! How good a sampler is: what its weights f / q say under a law of conditions, and how its points lie in bins of the
//! density at one condition.

mod benchmark;
mod bins;
mod moments;
mod weights;

pub use benchmark::{Benchmark, Comparison, Likelihood, Profile, Projection};
pub use bins::{Bins, Groups, Reference, ln_factorials};
pub use moments::Moments;
pub use weights::{Measured, QUANTILES, WeightFigures};

use super::{Law, Normalisation, weighted};
use crate::error::{Error, Result};
use gradino_core::{Density, Domain, Sampler, Space};

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Points whose weights are looked at.
    pub events: usize,
    /// Quantile of the weights at which they are capped.
    pub quantile: f64,
    /// Points of a set in bins.
    pub set: usize,
    /// Sets of the density itself.
    pub sets: usize,
    /// Weighted points of the reference at each condition.
    pub reference: usize,
    /// Evaluations by which the grid of the reference adapts.
    pub training: u64,
    /// Seed of the points.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            events: 1_000_000,
            quantile: 0.9999,
            set: 100_000,
            sets: 8,
            reference: 5_000_000,
            training: 2_000_000,
            seed: 0,
        }
    }
}

impl Settings {
    /// Refuses numbers that are too small, and a quantile that is none.
    pub fn check(&self) -> Result<()> {
        if !(self.quantile > 0.0 && self.quantile <= 1.0) {
            return Err(Error::BadShare { what: "the quantile of the cap", value: self.quantile });
        }
        let least = [
            ("events", self.events, 1000),
            ("points of a set", self.set, 1000),
            ("sets of the density itself", self.sets, 1),
            ("points of the reference", self.reference, 1000),
        ];
        match least.into_iter().find(|(_, found, least)| found < least) {
            Some((what, found, least)) => Err(Error::TooFew { what, found, least }),
            None => Ok(()),
        }
    }
}

/// Figures of the weights under a law of conditions.
#[derive(Clone, Debug, PartialEq)]
pub struct Overall {
    /// All points, then those of each kind where there is more than one: the kind and its figures.
    pub figures: Vec<(String, WeightFigures)>,
    /// The weights of all points in order, divided by the mean under the same conditions.
    pub weights: Vec<f64>,
}

/// Weights of a sampler under a law of conditions, each divided by the mean weight under the same conditions: the
/// integral of the density, which is fitted to them.
pub fn overall(
    density: &dyn Density,
    sampler: &dyn Sampler,
    law: &Law,
    settings: &Settings,
) -> Result<Overall> {
    settings.check()?;
    let space = density.space();
    let (draws, mut weights) = weighted(density, sampler, law, settings.seed, 0, settings.events)?;
    let normalisation = Normalisation::fit(space, &draws.conditions, &weights)?;
    let wide = space.conditions.len();
    let labels = labels(space);
    let mut of_kind = vec![Vec::new(); labels.len()];
    for (i, w) in weights.iter_mut().enumerate() {
        let condition = &draws.conditions[i * wide..(i + 1) * wide];
        *w /= normalisation.at(condition);
        of_kind[normalisation.kind(condition)].push(*w);
    }
    let mut figures = vec![("all".to_string(), WeightFigures::of(&mut weights, settings.quantile)?)];
    if labels.len() > 1 {
        for (label, weights) in labels.into_iter().zip(&mut of_kind).filter(|(_, w)| !w.is_empty()) {
            figures.push((label, WeightFigures::of(weights, settings.quantile)?));
        }
    }
    Ok(Overall { figures, weights })
}

/// The combinations of kinds of a space, in the order of their numbers.
pub fn labels(space: &Space) -> Vec<String> {
    let mut labels = vec![String::new()];
    for condition in &space.conditions {
        if let Domain::Category { labels: kinds } = &condition.domain {
            let join = |before: &String, kind: &String| {
                if before.is_empty() { kind.clone() } else { format!("{before}, {kind}") }
            };
            labels =
                labels.iter().flat_map(|before| kinds.iter().map(move |kind| join(before, kind))).collect();
        }
    }
    labels
}
