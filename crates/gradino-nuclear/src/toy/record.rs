//! Decisions of decays of the toy, and the law that replays them at any point of parameter space.

use super::law::ToyLaw;
use super::nucleus::{StartEnergy, ToyNucleus};
use super::table::InverseTable;
use gradino_core::{Params, Real};
use std::collections::HashMap;
use std::sync::Arc;

/// A path among discrete levels.
#[derive(Clone, Debug)]
pub(super) struct DiscretePath {
    /// Its levels, the one that is entered first.
    pub(super) levels: Vec<usize>,
    /// Their energies [MeV].
    pub(super) energies: Vec<f64>,
    /// Largest photon energy among them [MeV], 0 if there is none.
    pub(super) largest: f64,
    /// Sum of the squared photon energies [MeV^2].
    pub(super) squares: f64,
}

/// Paths, each once, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct PathList {
    pub(super) paths: Vec<DiscretePath>,
    numbers: HashMap<Vec<usize>, u32>,
}

impl PathList {
    /// The number of the path with these `levels`.
    pub(super) fn number(&mut self, levels: &[usize], nucleus: &ToyNucleus) -> u32 {
        if let Some(&number) = self.numbers.get(levels) {
            return number;
        }
        let energies: Vec<f64> = levels.iter().map(|&k| nucleus.levels[k]).collect();
        let gammas = || energies.windows(2).map(|pair| pair[0] - pair[1]);
        let (largest, squares) = (gammas().fold(0.0, f64::max), gammas().map(|e| e * e).sum());
        let number = self.paths.len() as u32;
        self.paths.push(DiscretePath { levels: levels.to_vec(), energies, largest, squares });
        self.numbers.insert(levels.to_vec(), number);
        number
    }
}

/// A discrete path that ends an event, with the constant that its probability is multiplied with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    pub(super) path: u32,
    pub(super) factor: f64,
    /// Whether the path was drawn: its factor then has 1 / its probability where it was drawn.
    pub(super) sampled: bool,
}

/// Decisions of many events, side by side.
#[derive(Clone, Debug, Default)]
pub(super) struct Decisions {
    /// Start energies [MeV].
    pub(super) starts: Vec<f64>,
    /// ln of the conditional tail probability of each emission into the continuum, event by event.
    pub(super) ln_tails: Vec<f64>,
    /// Number of `ln_tails` up to and with each event.
    pub(super) tail_ends: Vec<u32>,
    /// The level that each event enters.
    pub(super) entries: Vec<u16>,
    /// How each event ends, event by event.
    pub(super) endings: Vec<Ending>,
    /// Number of `endings` up to and with each event.
    pub(super) ending_ends: Vec<u32>,
    /// 1 / probability of the decisions in the continuum where they were drawn.
    pub(super) inverse_probabilities: Vec<f64>,
}

impl Decisions {
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(super) fn ln_tails_of(&self, event: usize) -> &[f64] {
        slice(&self.ln_tails, &self.tail_ends, event)
    }

    pub(super) fn endings_of(&self, event: usize) -> &[Ending] {
        slice(&self.endings, &self.ending_ends, event)
    }
}

fn slice<'a, T>(all: &'a [T], ends: &[u32], i: usize) -> &'a [T] {
    let first = if i == 0 { 0 } else { ends[i - 1] };
    &all[first as usize..ends[i] as usize]
}

/// Widths of the two ways on from a state in the continuum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ways<D> {
    /// Probability of the continuum.
    pub(super) continuum: D,
    /// 1 / the width to continuum and levels together.
    pub(super) inverse_width: D,
}

/// The law with its tables.
#[derive(Debug)]
pub(super) struct Replay<D> {
    pub(super) law: ToyLaw<D>,
    table: InverseTable<D>,
    start: Option<Start<D>>,
}

/// What is the same for all events if they start at one energy.
#[derive(Debug)]
struct Start<D> {
    table: InverseTable<D>,
    ways: Ways<D>,
    level_probabilities: Vec<D>,
}

impl<D: Real> Replay<D> {
    pub(super) fn prepare(nucleus: &Arc<ToyNucleus>, theta: &Params<D>) -> Self {
        let law = ToyLaw::prepare(nucleus, theta);
        let table = InverseTable::prepare(&law, nucleus.start.range()[1]);
        let mut replay = Replay { law, table, start: None };
        if let StartEnergy::Fixed(energy) = nucleus.start {
            let ways = replay.ways(false, D::from(energy));
            let level = |k| replay.level_probability(false, D::from(energy), &ways, k);
            let level_probabilities = (0..nucleus.levels.len()).map(level).collect();
            replay.start = Some(Start { table: replay.table.sliced(energy), ways, level_probabilities });
        }
        replay
    }

    /// The ways on from `energy` [MeV], `first` if it is the start.
    #[inline]
    pub(super) fn ways(&self, first: bool, energy: D) -> Ways<D> {
        if let (true, Some(start)) = (first, &self.start) {
            return start.ways;
        }
        let (continuum, levels) = self.table.ln_widths(energy);
        let continuum = continuum.exp();
        let inverse_width = (continuum + levels.exp()).recip();
        Ways { continuum: continuum * inverse_width, inverse_width }
    }

    /// Probability of level `k`.
    #[inline]
    pub(super) fn level_probability(&self, first: bool, energy: D, ways: &Ways<D>, k: usize) -> D {
        match (first, &self.start) {
            (true, Some(start)) => start.level_probabilities[k],
            _ => self.law.level_width(energy, k) * ways.inverse_width,
        }
    }

    /// The energy that an emission into the continuum leads to [MeV].
    #[inline]
    pub(super) fn next(&self, first: bool, energy: D, ln_tail: f64) -> D {
        match (first, &self.start) {
            (true, Some(start)) => start.table.inverse(energy, ln_tail),
            _ => self.table.inverse(energy, ln_tail),
        }
    }

    /// Replays an event: leaves its energies in the continuum in `moving`, the start first, and returns the
    /// probability of its decisions there.
    #[inline]
    pub(super) fn replay(&self, decisions: &Decisions, event: usize, moving: &mut Vec<D>) -> D {
        moving.clear();
        let mut energy = D::from(decisions.starts[event]);
        moving.push(energy);
        let mut probability = D::one();
        for &ln_tail in decisions.ln_tails_of(event) {
            let first = moving.len() == 1;
            probability *= self.ways(first, energy).continuum;
            energy = self.next(first, energy, ln_tail);
            moving.push(energy);
        }
        let first = moving.len() == 1;
        let ways = self.ways(first, energy);
        probability * self.level_probability(first, energy, &ways, usize::from(decisions.entries[event]))
    }
}
