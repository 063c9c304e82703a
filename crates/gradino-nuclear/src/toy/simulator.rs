//! Drawing decays of the toy.

use super::bank::{PARAMETERS, ToyBank};
use super::feature::ToyFeature;
use super::nucleus::ToyNucleus;
use super::parameters;
use super::record::{Decisions, Ending, PathList, Replay};
use crate::decay::tree::{Cut, LevelTree, Paths};
use gradino_core::{Bank, Error, ParamSet, Parameter, Purpose, Result, Simulator, Stream};
use std::ops::Range;
use std::sync::Arc;

/// What is done once a decay is among the discrete levels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum DiscretePart {
    /// One path is drawn.
    #[default]
    Sampled,
    /// All paths are listed with their probabilities, each a row of the sample, as in barham2024.
    Listed {
        /// Where the list stops.
        cut: Cut,
        /// How many sampled paths stand for those that are not listed, in each event. With none they are
        /// missing, and means are biased by them.
        completions: usize,
    },
}

/// The toy as a simulation that can be fitted; its parameters are `toy.alpha` and `toy.lambda`.
#[derive(Clone, Debug)]
pub struct ToySimulator {
    nucleus: Arc<ToyNucleus>,
    features: Vec<ToyFeature>,
    discrete: DiscretePart,
    seed: u64,
    parameters: Vec<Parameter>,
}

impl ToySimulator {
    /// Decays of `nucleus` with random numbers from `seed`. The energy of the first photon is observed.
    pub fn new(nucleus: ToyNucleus, seed: u64) -> crate::Result<Self> {
        nucleus.check()?;
        Ok(ToySimulator {
            nucleus: Arc::new(nucleus),
            features: vec![ToyFeature::FirstGamma],
            discrete: DiscretePart::Sampled,
            seed,
            parameters: parameters(),
        })
    }

    /// Observing `features`, at least one.
    pub fn with_features(mut self, features: &[ToyFeature]) -> Result<Self> {
        if features.is_empty() {
            return Err(Error::EmptySample);
        }
        self.features = features.to_vec();
        Ok(self)
    }

    /// With another treatment of the discrete levels.
    pub fn with_discrete(mut self, discrete: DiscretePart) -> Self {
        self.discrete = discrete;
        self
    }

    /// What is observed.
    pub fn features(&self) -> &[ToyFeature] {
        &self.features
    }

    /// The nucleus.
    pub fn nucleus(&self) -> &Arc<ToyNucleus> {
        &self.nucleus
    }

    /// The parameters at `theta`, within their bounds.
    pub fn point(&self, theta: &[f64]) -> Result<ParamSet> {
        point(&self.parameters, theta)
    }
}

/// The parameters with the values `theta`, which must be within the bounds.
pub(super) fn point(parameters: &[Parameter], theta: &[f64]) -> Result<ParamSet> {
    if theta.len() != PARAMETERS {
        return Err(Error::WrongLength { what: "parameters", found: theta.len(), wanted: PARAMETERS });
    }
    let mut set = ParamSet::new(parameters.to_vec());
    for (parameter, &value) in parameters.iter().zip(theta) {
        set.set(&parameter.name, value)?;
    }
    Ok(set)
}

impl Simulator for ToySimulator {
    fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    fn dimension(&self) -> usize {
        self.features.len()
    }

    fn draw(&self, theta: &[f64], events: Range<u64>) -> Result<Box<dyn Bank>> {
        Ok(Box::new(self.draw_bank(theta, events)?))
    }
}

impl ToySimulator {
    /// As `draw` of [`Simulator`], with the type of the bank.
    pub fn draw_bank(&self, theta: &[f64], events: Range<u64>) -> Result<ToyBank> {
        if events.is_empty() {
            return Err(Error::EmptySample);
        }
        let replay = Replay::prepare(&self.nucleus, &self.point(theta)?.values());
        let tree = replay.law.tree();
        let mut draw = Draw { simulator: self, tree: &tree, paths: PathList::default(), lists: Vec::new() };
        draw.list_paths();
        let mut decisions = Decisions::default();
        for event in events {
            draw.event(&replay, event, &mut decisions);
        }
        let rows_per_event = decisions.endings.len() as f64 / decisions.len() as f64;
        decisions.endings.iter_mut().for_each(|ending| ending.factor *= rows_per_event);
        let mut bank = ToyBank {
            nucleus: self.nucleus.clone(),
            features: self.features.clone(),
            parameters: self.parameters.clone(),
            origin: theta.to_vec(),
            paths: draw.paths,
            decisions,
        };
        bank.normalise()?;
        Ok(bank)
    }
}

/// Drawing at one point.
struct Draw<'a> {
    simulator: &'a ToySimulator,
    tree: &'a LevelTree<f64>,
    paths: PathList,
    /// For each level that is entered, the paths from it and their numbers.
    lists: Vec<(Paths<f64>, Vec<u32>)>,
}

impl Draw<'_> {
    fn list_paths(&mut self) {
        let DiscretePart::Listed { cut, .. } = self.simulator.discrete else { return };
        for level in 0..self.tree.len() {
            let list = self.tree.paths(level, &cut);
            let number = |i| self.paths.number(&list.levels(i), &self.simulator.nucleus);
            let numbers = (0..list.len()).map(number).collect();
            self.lists.push((list, numbers));
        }
    }

    fn event(&mut self, replay: &Replay<f64>, event: u64, decisions: &mut Decisions) {
        let seed = self.simulator.seed;
        let start = self.simulator.nucleus.start.draw(seed, event);
        let mut stream = Stream::new(seed, event, Purpose::Cascade);
        let (mut energy, mut first) = (start, true);
        let entry = loop {
            let ways = replay.ways(first, energy);
            let uniform = stream.uniform();
            let discrete = 1.0 - ways.continuum;
            if uniform < discrete {
                break draw_level(replay, energy, uniform / discrete);
            }
            let ln_tail = ((1.0 - uniform) / ways.continuum).min(1.0).ln();
            decisions.ln_tails.push(ln_tail);
            energy = replay.next(first, energy, ln_tail);
            first = false;
        };
        decisions.starts.push(start);
        decisions.tail_ends.push(decisions.ln_tails.len() as u32);
        decisions.entries.push(entry as u16);
        self.end(entry, &mut stream, &mut decisions.endings);
        decisions.ending_ends.push(decisions.endings.len() as u32);
    }

    /// The discrete paths of an event that enters level `entry`.
    fn end(&mut self, entry: usize, stream: &mut Stream, endings: &mut Vec<Ending>) {
        let nucleus = &self.simulator.nucleus;
        match self.simulator.discrete {
            DiscretePart::Sampled => {
                let mut levels = vec![entry];
                self.tree.draw(&mut levels, stream);
                let path = self.paths.number(&levels, nucleus);
                endings.push(Ending { path, factor: 1.0, sampled: true });
            }
            DiscretePart::Listed { completions, .. } => {
                let (list, numbers) = &self.lists[entry];
                endings.extend(numbers.iter().map(|&path| Ending { path, factor: 1.0, sampled: false }));
                for completion in list.completions(self.tree, completions, stream) {
                    let path = self.paths.number(&completion.levels, nucleus);
                    endings.push(Ending { path, factor: completion.weight, sampled: true });
                }
            }
        }
    }
}

/// The level in which the running sum of widths passes `uniform` times the whole.
fn draw_level(replay: &Replay<f64>, energy: f64, uniform: f64) -> usize {
    let law = &replay.law;
    let mut rest = uniform * law.levels_width(energy);
    let last = law.nucleus().levels.len() - 1;
    let passed = (0..last).find(|&k| {
        rest -= law.level_width(energy, k);
        rest < 0.0
    });
    passed.unwrap_or(last)
}
