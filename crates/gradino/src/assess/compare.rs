//! Samplers of one density side by side.

use super::{Place, Preparation, SAMPLERS, SamplerName, law, places, sampler};
use crate::error::{Error, Result};
use crate::estimate::cpu::cpu_seconds;
use gradino_core::{Density, Sampler};
use gradino_infer::sampling::assess::{Benchmark, Comparison, Measured, Settings};
use gradino_infer::sampling::{Counted, draw};
use std::path::PathBuf;

/// Batches of the timing: as many as fit, from one to the last.
const BATCHES: u64 = 20;
/// Events of a batch of the timing.
const BATCH: usize = 20_000;
/// CPU time after which no other batch begins [s].
const LONG_ENOUGH: f64 = 5.0;

/// A sampler in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// Its name.
    pub sampler: String,
    /// CPU time of its preparation on one core [s]: training of a grid, search for the cap.
    pub preparation: f64,
    /// Evaluations of the density in the preparation.
    pub preparation_evaluations: u64,
    /// Events in a second of one core, under the flat law.
    pub events_per_second: f64,
    /// Evaluations of the density for an event.
    pub evaluations_per_event: f64,
    /// RESS of its points at the places.
    pub ress: Vec<Measured>,
    /// Share of its points that unit weights keep: for a sampler with unit weights one by its evaluations for an event,
    /// for others mean weight by cap at the worst of the places.
    pub efficiency: f64,
    /// Largest difference of a moment from its reference at the places, in errors, and the number of moments.
    pub bias: (f64, usize),
    /// z of the multinomial likelihood at the places.
    pub likelihood: Vec<f64>,
}

/// Puts samplers of a density beside each other, at the middle energy for each kind: those that are `wanted` (without any,
/// all that there are), and the flows of files, as they are and with unit weights. Each runs on one thread. `progress`
/// hears what is done next.
pub fn compare(
    density_name: &str,
    wanted: &[SamplerName],
    flows: &[PathBuf],
    settings: &Settings,
    progress: &dyn Fn(&str),
) -> Result<Vec<Compared>> {
    let density = crate::density::named(density_name)?;
    let space = density.space();
    let mut benchmarks = Vec::new();
    for place in places(space, &[], 1)? {
        progress(&format!("reference at {}", place.label(space)));
        benchmarks.push((place.clone(), Benchmark::prepare(&*density, &place.condition, settings)?));
    }
    let mut all: Vec<SamplerName> = match wanted {
        [] => SAMPLERS.iter().map(|(name, _)| name.parse()).collect::<Result<_>>()?,
        wanted => wanted.to_vec(),
    };
    let both = |file: &PathBuf| [SamplerName::Flow(file.clone()), SamplerName::FlowUnweighted(file.clone())];
    all.extend(flows.iter().flat_map(both));
    let mut found = Vec::new();
    for name in all {
        progress(&name.to_string());
        match compared(&name, &*density, &benchmarks, settings) {
            Err(Error::NoExactSampler) if wanted.is_empty() => {}
            outcome => found.push(outcome?),
        }
    }
    Ok(found)
}

fn compared(
    name: &SamplerName,
    density: &dyn Density,
    benchmarks: &[(Place, Benchmark)],
    settings: &Settings,
) -> Result<Compared> {
    let counted = Counted::new(density);
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let single = single.map_err(|error| Error::NoThreads { reason: error.to_string() })?;
    // All runs on the one thread, whose time is counted.
    single.install(|| {
        let begun = cpu_seconds();
        let preparation = Preparation { seed: settings.seed, quantile: settings.quantile };
        let sampler = sampler(name, &counted, &preparation)?;
        let preparation = cpu_seconds() - begun;
        let preparation_evaluations = counted.take();
        let (events_per_second, evaluations_per_event) = speed(&counted, &*sampler, settings.seed)?;
        let compare = |(_, benchmark): &(Place, Benchmark)| benchmark.compare(density, &*sampler);
        let found: Vec<Comparison> = benchmarks.iter().map(compare).collect::<gradino_infer::Result<_>>()?;
        let moments = || found.iter().flat_map(|c| &c.moments);
        let of_weights = found.iter().map(|c| c.weights.efficiency.value).fold(f64::INFINITY, f64::min);
        let efficiency = if evaluations_per_event > 0.0 { 1.0 / evaluations_per_event } else { of_weights };
        Ok(Compared {
            sampler: name.to_string(),
            preparation,
            preparation_evaluations,
            events_per_second,
            evaluations_per_event,
            ress: found.iter().map(|c| c.weights.ress).collect(),
            efficiency,
            bias: (moments().fold(0.0, |most, z| z.abs().max(most)), moments().count()),
            likelihood: found.iter().map(|c| c.likelihood.z).collect(),
        })
    })
}

/// Events in a second, and evaluations for each. What draws points as they are needs none; its weights would need
/// one for each.
fn speed(counted: &Counted<'_>, sampler: &dyn Sampler, seed: u64) -> Result<(f64, f64)> {
    let law = law(counted.space(), "flat")?;
    let begun = cpu_seconds();
    let mut events = 0;
    for batch in 0..BATCHES {
        draw(sampler, &law, seed, batch * BATCH as u64, BATCH)?;
        events += BATCH;
        if cpu_seconds() - begun > LONG_ENOUGH {
            break;
        }
    }
    let seconds = cpu_seconds() - begun;
    Ok((events as f64 / seconds, counted.take() as f64 / events as f64))
}
