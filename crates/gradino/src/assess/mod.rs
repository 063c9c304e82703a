//! Samplers by name, put beside a density and beside each other, as tables, JSON and figures.

mod compare;
mod flux;
mod json;
mod page;
mod samplers;

pub use compare::{CompareJob, Compared};
pub use flux::{FLUXES, law};
pub use json::compared_json;
pub use page::{drawings, page};
pub use samplers::{Preparation, SAMPLERS, SamplerName, of_flow, sampler};

use crate::error::{Error, Result};
use gradino_core::{Density, Domain, Sampler, Space};
use gradino_infer::sampling::Normalisation;
use gradino_infer::sampling::assess::{Benchmark, Comparison, Overall, Settings, labels, overall};
use std::fmt::Write;

/// Points by which the rate under each condition is found.
const RATE_POINTS: usize = 400_000;

/// An energy and a kind at which a sampler is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The conditions.
    pub condition: Vec<f64>,
    /// The first of them that is a range, as an energy [MeV].
    pub energy: Option<f64>,
    /// Names of the kinds.
    pub kind: String,
}

impl Place {
    /// As "E_nu = 600, 1s1/2".
    pub fn label(&self, space: &Space) -> String {
        let mut label = String::new();
        if let (Some(energy), Some(i)) = (self.energy, first_range(space)) {
            let _ = write!(label, "{} = {energy}", space.conditions[i].name);
        }
        let gap = if label.is_empty() || self.kind.is_empty() { "" } else { ", " };
        label + gap + &self.kind
    }
}

/// What was found out about a sampler.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Name of the density.
    pub density: String,
    /// Axes and conditions.
    pub space: Space,
    /// Name of the sampler.
    pub sampler: String,
    /// Name of the flux.
    pub flux: String,
    /// How much was drawn.
    pub settings: Settings,
    /// The weights under the law of conditions.
    pub overall: Overall,
    /// At each place, with the integral of the density there.
    pub places: Vec<(Place, f64, Comparison)>,
}

/// Position of the first condition that is a range.
fn first_range(space: &Space) -> Option<usize> {
    space.conditions.iter().position(|c| matches!(c.domain, Domain::Range { .. }))
}

/// The combinations of `energies` with all kinds. Energies are values of the first range among the conditions, other
/// ranges are at their middle; without energies there are `count` of them, evenly apart.
pub fn places(space: &Space, energies: &[f64], count: usize) -> Result<Vec<Place>> {
    let middle = |domain: &Domain| match domain {
        Domain::Range { low, high } => 0.5 * (low + high),
        Domain::Category { .. } => 0.0,
    };
    let base: Vec<f64> = space.conditions.iter().map(|c| middle(&c.domain)).collect();
    let range = first_range(space);
    let energies = match (range.map(|i| &space.conditions[i].domain), energies) {
        (None, []) => vec![None],
        (None, _) => {
            return Err(Error::NoSuchCondition { what: "range of energies".into(), known: Vec::new() });
        }
        (Some(Domain::Range { low, high }), []) => {
            let step = (high - low) / (count.max(2) - 1) as f64;
            (0..count)
                .map(|i| Some(if count == 1 { 0.5 * (low + high) } else { low + step * i as f64 }))
                .collect()
        }
        (Some(_), given) => given.iter().map(|e| Some(*e)).collect(),
    };
    let mut places = Vec::new();
    for (number, kind) in labels(space).into_iter().enumerate() {
        for &energy in &energies {
            let mut condition = base.clone();
            if let (Some(i), Some(energy)) = (range, energy) {
                space.conditions[i].check(energy)?;
                condition[i] = energy;
            }
            set_kinds(space, number, &mut condition);
            places.push(Place { condition, energy, kind: kind.clone() });
        }
    }
    Ok(places)
}

/// Writes the kinds of combination `number` into a condition.
fn set_kinds(space: &Space, number: usize, condition: &mut [f64]) {
    let mut rest = number;
    for (value, wanted) in condition.iter_mut().zip(&space.conditions).rev() {
        if let Domain::Category { labels } = &wanted.domain {
            *value = (rest % labels.len()) as f64;
            rest /= labels.len();
        }
    }
}

/// How a sampler is assessed.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessJob {
    /// flat, t2k, or a table of a flux.
    pub flux: String,
    /// Energies at which points are put in bins; without any, five.
    pub energies: Vec<f64>,
    /// How much is drawn.
    pub settings: Settings,
}

/// Energies unless told otherwise.
const ENERGIES: usize = 5;

impl AssessJob {
    /// Refuses settings, energies and fluxes that do not fit a density, before anything is prepared.
    pub fn check(&self, space: &Space) -> Result<()> {
        self.settings.check()?;
        places(space, &self.energies, ENERGIES)?;
        law(space, &self.flux).map(drop)
    }

    /// Assesses a sampler against a density; both are called by a name. `progress` hears what is done next.
    pub fn run(
        &self,
        (density_name, density): (&str, &dyn Density),
        (sampler_name, sampler): (&str, &dyn Sampler),
        progress: &dyn Fn(&str),
    ) -> Result<Assessment> {
        let space = density.space();
        let places = places(space, &self.energies, ENERGIES)?;
        progress("weights");
        let rate = Normalisation::measure(density, sampler, self.settings.seed + 1, RATE_POINTS)?;
        let law = law(space, &self.flux)?.by_rate(rate);
        let overall = overall(density, sampler, &law, &self.settings)?;
        let mut found = Vec::new();
        for place in places {
            progress(&place.label(space));
            let benchmark =
                Benchmark::prepare_with(density, &place.condition, Some(sampler), &self.settings)?;
            warn(&benchmark, &self.settings, progress);
            let comparison = benchmark.compare(density, sampler)?;
            found.push((place, benchmark.integral.value, comparison));
        }
        Ok(Assessment {
            density: density_name.into(),
            space: space.clone(),
            sampler: sampler_name.into(),
            flux: self.flux.clone(),
            settings: self.settings,
            overall,
            places: found,
        })
    }
}

/// Effective points of the reference for one point of a set, at least.
const LEAST_REFERENCE: f64 = 5.0;
/// The sets of the density itself may lack this share of the integral.
const MOST_LOST: f64 = 1e-4;

/// Says where a reference is too weak to lean on.
fn warn(benchmark: &Benchmark, settings: &Settings, progress: &dyn Fn(&str)) {
    if benchmark.effective < LEAST_REFERENCE * settings.set as f64 {
        progress(&format!(
            "warning: the reference has {:.0} effective points, a set {}; raise --reference or lower --set",
            benchmark.effective, settings.set
        ));
    }
    if benchmark.lost > MOST_LOST {
        progress(&format!(
            "warning: the cap takes {:.3} % of the integral from the sets of the density itself",
            100.0 * benchmark.lost
        ));
    }
}

/// How far the likelihoods of a kind are off over the energies.
#[derive(Clone, Debug, PartialEq)]
pub struct Rms {
    /// The kind.
    pub kind: String,
    /// Root mean square of z, of one set of points: about 1 for points of the density itself.
    pub z: f64,
    /// The same of the excess of the mean of some sets.
    pub excess: f64,
    /// The same of the excess for points of the density itself, on average.
    pub chance: f64,
}

impl Assessment {
    /// For each kind: root mean squares over the energies of how far the likelihood is off.
    pub fn likelihood_rms(&self) -> Vec<Rms> {
        let mut kinds: Vec<(Rms, f64)> = Vec::new();
        for (place, _, found) in &self.places {
            let squares =
                [found.likelihood.z, found.likelihood.excess, found.likelihood.chance].map(|z| z * z);
            let [z, excess, chance] = squares;
            match kinds.iter_mut().find(|k| k.0.kind == place.kind) {
                Some((sum, count)) => {
                    *sum = Rms {
                        z: sum.z + z,
                        excess: sum.excess + excess,
                        chance: sum.chance + chance,
                        ..sum.clone()
                    };
                    *count += 1.0;
                }
                None => kinds.push((Rms { kind: place.kind.clone(), z, excess, chance }, 1.0)),
            }
        }
        let root = |(sum, count): (Rms, f64)| {
            let [z, excess, chance] = [sum.z, sum.excess, sum.chance].map(|square| (square / count).sqrt());
            Rms { z, excess, chance, kind: sum.kind }
        };
        kinds.into_iter().map(root).collect()
    }
}
