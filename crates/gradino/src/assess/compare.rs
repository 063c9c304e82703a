//! Samplers of one density side by side.

use super::{Preparation, SAMPLERS, SamplerName, law, places, sampler};
use crate::error::{Error, Result};
use crate::estimate::cpu::cpu_seconds;
use gradino_core::{Density, Sampler};
use gradino_infer::sampling::assess::{Benchmark, Comparison, Measured, Settings};
use gradino_infer::sampling::{Counted, draw};
use std::path::PathBuf;

/// Events of the first batch of the timing; each has [`GROWTH`] times those of the one before, up to [`LAST`].
const FIRST: usize = 1 << 8;
const GROWTH: usize = 4;
const LAST: usize = 1 << 20;
/// Events that are drawn together then.
const TOGETHER: usize = 1 << 14;
/// CPU time after which no other batch begins [s].
const LONG_ENOUGH: f64 = 2.0;
/// Fewer points than these are not put beside the density.
const LEAST: usize = 1000;

/// Samplers that are to be put side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareJob {
    /// The samplers; without any, all that the density has.
    pub samplers: Vec<SamplerName>,
    /// Files of flows, each as it is and with unit weights, beside them.
    pub flows: Vec<PathBuf>,
    /// How much is drawn.
    pub settings: Settings,
    /// CPU time that a sampler may take for the points that are put beside the density [s]. One that is slower draws fewer.
    pub seconds: f64,
}

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
    /// Points put beside the density for each kind: as many as wanted, as time allows, or none.
    pub points: usize,
    /// RESS of its points at the places.
    pub ress: Vec<Measured>,
    /// Share of its points that unit weights keep: for a sampler with unit weights one by its evaluations for an event,
    /// for others mean weight by cap at the worst of the places, if points are put beside the density.
    pub efficiency: Option<f64>,
    /// Of the differences of its moments from the reference, in units of the spread of what they are the means of, the
    /// one that is the largest in its errors.
    pub bias: Option<Measured>,
    /// Number of these differences.
    pub moments: usize,
    /// z of the multinomial likelihood at the places.
    pub likelihood: Vec<f64>,
}

impl CompareJob {
    /// Puts the samplers beside each other, at the middle energy for each kind. Each runs on one thread. `progress` hears
    /// what is done next.
    pub fn run(&self, density: &dyn Density, progress: &dyn Fn(&str)) -> Result<Vec<Compared>> {
        let mut names = self.samplers.clone();
        if names.is_empty() {
            names = SAMPLERS.iter().map(|(name, _)| name.parse()).collect::<Result<_>>()?;
        }
        let both =
            |file: &PathBuf| [SamplerName::Flow(file.clone()), SamplerName::FlowUnweighted(file.clone())];
        names.extend(self.flows.iter().flat_map(both));
        names.iter().try_for_each(|name| name.check(density.space()))?;
        let full = prepare(density, &self.settings, progress)?;
        let mut found = Vec::new();
        for name in names {
            progress(&name.to_string());
            match self.compared(&name, density, &full, progress) {
                Err(Error::NoExactSampler) if self.samplers.is_empty() => {}
                outcome => found.push(outcome?),
            }
        }
        Ok(found)
    }

    fn compared(
        &self,
        name: &SamplerName,
        density: &dyn Density,
        full: &[Benchmark],
        progress: &dyn Fn(&str),
    ) -> Result<Compared> {
        let counted = Counted::new(density);
        // What is timed runs on one thread.
        let (sampler, timed) = alone(|| {
            let begun = cpu_seconds();
            let preparation = Preparation { seed: self.settings.seed, quantile: self.settings.quantile };
            let sampler = sampler(name, &counted, &preparation)?;
            let timed = Compared::of_preparation(name, cpu_seconds() - begun, counted.take());
            let timed = timed.with_speed(&counted, &*sampler, self.settings.seed)?;
            Ok((sampler, timed))
        })?;
        let points = self.points(timed.events_per_second, full.len());
        let fewer = Settings { events: points, set: points, ..self.settings };
        let compare = |benchmarks: &[Benchmark]| {
            benchmarks.iter().map(|b| Ok(b.compare(density, &*sampler)?)).collect::<Result<Vec<Comparison>>>()
        };
        if points == self.settings.set {
            return Ok(timed.with_points(points, &compare(full)?));
        }
        progress(&format!("{name} is slow: {points} points instead of {}", self.settings.set));
        match points {
            0 => Ok(timed),
            _ => Ok(timed.with_points(points, &compare(&prepare(density, &fewer, progress)?)?)),
        }
    }

    /// Points at each of some places for which there is time.
    fn points(&self, events_per_second: f64, places: usize) -> usize {
        let possible = (self.seconds * events_per_second / places as f64) as usize;
        match possible.min(self.settings.set) {
            too_few if too_few < LEAST => 0,
            points => points,
        }
    }
}

/// The density at the middle energy for each kind.
fn prepare(density: &dyn Density, settings: &Settings, progress: &dyn Fn(&str)) -> Result<Vec<Benchmark>> {
    let prepare = |place: super::Place| {
        let label = place.label(density.space());
        progress(&format!("reference for {} points at {label}", settings.set));
        Ok(Benchmark::prepare(density, &place.condition, settings)?)
    };
    places(density.space(), &[], 1)?.into_iter().map(prepare).collect()
}

/// Does something on one thread, whose CPU time [`cpu_seconds`] tells.
fn alone<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let single = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let single = single.map_err(|error| Error::NoThreads { reason: error.to_string() })?;
    single.install(work)
}

impl Compared {
    /// Heads of the columns of a table.
    pub const COLUMNS: [&str; 13] = [
        "sampler",
        "preparation [CPU s]",
        "evaluations",
        "events/s",
        "evaluations/event",
        "efficiency [%]",
        "points",
        "RESS [%]",
        "bias [%]",
        "error",
        "z",
        "of moments",
        "likelihood z",
    ];

    /// Its row under [`COLUMNS`](Compared::COLUMNS); empty where nothing is known, as no points were drawn. RESS and
    /// likelihood are those of the worst kind.
    pub fn cells(&self) -> Vec<String> {
        let told = |x: Option<f64>, decimals: usize| x.map_or(String::new(), |x| format!("{x:.decimals$}"));
        let worst = self.ress.iter().map(|m| 100.0 * m.value).reduce(f64::min);
        vec![
            self.sampler.clone(),
            format!("{:.1}", self.preparation),
            self.preparation_evaluations.to_string(),
            format!("{:.0}", self.events_per_second),
            format!("{:.2}", self.evaluations_per_event),
            told(self.efficiency.map(|share| 100.0 * share), 2),
            self.points.to_string(),
            told(worst, 2),
            told(self.bias.map(|bias| 100.0 * bias.value.abs()), 2),
            told(self.bias.map(|bias| 100.0 * bias.error), 2),
            told(self.bias.map(|bias| bias.pull().abs()), 1),
            self.moments.to_string(),
            told(self.likelihood.iter().copied().reduce(f64::max), 1),
        ]
    }

    fn of_preparation(name: &SamplerName, preparation: f64, preparation_evaluations: u64) -> Self {
        Compared {
            sampler: name.to_string(),
            preparation,
            preparation_evaluations,
            events_per_second: 0.0,
            evaluations_per_event: 0.0,
            points: 0,
            ress: Vec::new(),
            efficiency: None,
            bias: None,
            moments: 0,
            likelihood: Vec::new(),
        }
    }

    /// With events in a second, and evaluations for each: those of the first batch that takes long enough. What draws
    /// points as they are needs none; its weights would need one for each.
    fn with_speed(self, counted: &Counted<'_>, sampler: &dyn Sampler, seed: u64) -> Result<Self> {
        let law = law(counted.space(), "flat")?;
        let mut events = FIRST;
        loop {
            let begun = cpu_seconds();
            for first in (0..events).step_by(TOGETHER) {
                draw(sampler, &law, seed, first as u64, TOGETHER.min(events))?;
            }
            let (seconds, evaluations) = (cpu_seconds() - begun, counted.take());
            if seconds > LONG_ENOUGH || events >= LAST {
                let of_each = evaluations as f64 / events as f64;
                return Ok(Compared {
                    events_per_second: events as f64 / seconds,
                    evaluations_per_event: of_each,
                    efficiency: (of_each > 0.0).then(|| of_each.recip()),
                    ..self
                });
            }
            events *= GROWTH;
        }
    }

    /// With what so many points at each place say.
    fn with_points(self, points: usize, found: &[Comparison]) -> Self {
        let of_weights = found.iter().map(|c| c.weights.efficiency.value).fold(f64::INFINITY, f64::min);
        let by_pull = |a: &Measured, b: &Measured| a.pull().abs().total_cmp(&b.pull().abs());
        Compared {
            points,
            ress: found.iter().map(|c| c.weights.ress).collect(),
            efficiency: self.efficiency.or(Some(of_weights)),
            bias: found.iter().filter_map(Comparison::largest_moment).max_by(by_pull),
            moments: found.iter().map(|c| c.moments.len()).sum(),
            likelihood: found.iter().map(|c| c.likelihood.z).collect(),
            ..self
        }
    }
}
