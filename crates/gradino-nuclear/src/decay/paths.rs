//! What cascades chose, kept so that they can be replayed at other values of the parameters.

use super::cascade::{Cascade, Start};
use super::quadrature;
use super::record::{CascadeRecord, Step};
use super::state::StateAt;
use gradino_core::Parity;
use std::collections::HashMap;
use std::ops::Range;

/// The choices of many cascades from one [`Cascade`], side by side.
///
/// Kept are the choices that depend on parameters: those of the statistical model, with the final energies, and
/// those of levels without measured decays. What a network has tabulated is known by its place: the two energies
/// between which a decay was interpolated stay those of the origin, so that probabilities are smooth functions of
/// the parameters.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// The tabulated states that were passed.
    pub(super) states: Vec<TabulatedAt>,
    index: HashMap<[u64; 2], u32>,
    choices: Vec<Choice>,
    /// Where the choices of each cascade end.
    ends: Vec<u32>,
    /// Where each cascade started.
    starts: Vec<u16>,
}

/// In the place of a start, for events without a cascade.
const NO_START: u16 = u16::MAX;

/// A tabulated state of an entry of the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TabulatedAt {
    pub(super) entry: usize,
    pub(super) at: StateAt,
}

impl TabulatedAt {
    /// One for one with the state.
    fn key(&self) -> [u64; 2] {
        let rest = (self.entry as u64) << 32 | u64::from(self.at.two_j) << 1 | self.at.parity.index() as u64;
        [self.at.excitation.to_bits(), rest]
    }
}

/// A choice whose probability depends on parameters. Those of the statistical model begin at two tabulated
/// states `from`, except that the first of a cascade begins at its start if that lies in the continuum.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    /// Into a level.
    Level { from: [u32; 2], channel: u16 },
    /// Into the continuum.
    Continuum { from: [u32; 2], channel: u16, two_j: u8, parity: Parity, s: f64, e_final: f64 },
    /// From a level without measured decays to another one.
    Completed { entry: u16, level: u16, to: u16 },
}

impl Paths {
    /// Number of cascades.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Number of choices in all cascades.
    pub fn choices(&self) -> usize {
        self.choices.len()
    }

    /// Number of tabulated states that were passed.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    fn range(&self, i: usize) -> Range<usize> {
        let first = if i == 0 { 0 } else { self.ends[i - 1] };
        first as usize..self.ends[i] as usize
    }

    /// The choices of cascade `i`.
    pub(super) fn of(&self, i: usize) -> &[Choice] {
        &self.choices[self.range(i)]
    }

    /// Where cascade `i` started; nowhere in events without one.
    pub(super) fn start(&self, i: usize) -> Option<Start> {
        let start = self.starts[i];
        (start != NO_START).then(|| Start(start.into()))
    }

    /// Adds the cascade that `cascade` has just drawn from `start` into `record`.
    pub fn push(&mut self, cascade: &Cascade, start: Start, record: &CascadeRecord) {
        self.starts.push(u16::try_from(start.0).expect("there are fewer starts than that"));
        let (excitation, two_j, parity) = cascade.start_state(start);
        let mut level = cascade.start_level(start);
        let mut from = TabulatedAt { entry: 0, at: StateAt { excitation, two_j, parity } };
        for (k, step) in record.steps.iter().enumerate() {
            match level {
                Some(level) => self.push_completed(cascade, from.entry, level, step),
                None => self.push_statistical(cascade, &from, k == 0, step),
            }
            let (excitation, two_j, parity) = (step.excitation, step.two_j, step.parity);
            from = TabulatedAt { entry: step.entry, at: StateAt { excitation, two_j, parity } };
            level = step.level;
        }
        self.ends.push(u32::try_from(self.choices.len()).expect("2^32 choices would not fit into memory"));
    }

    /// Adds an event without a cascade.
    pub fn push_none(&mut self) {
        self.starts.push(NO_START);
        self.ends.push(self.choices.len() as u32);
    }

    /// Adds the cascades of `other`, from the same cascade, behind those here.
    pub fn append(&mut self, other: Paths) {
        let numbers: Vec<u32> = other.states.iter().map(|state| self.number(*state)).collect();
        let first = self.choices.len() as u32;
        self.choices.extend(other.choices.into_iter().map(|mut choice| {
            if let Choice::Level { from, .. } | Choice::Continuum { from, .. } = &mut choice
                && !numbers.is_empty()
            {
                *from = from.map(|i| numbers[i as usize]);
            }
            choice
        }));
        self.ends.extend(other.ends.iter().map(|end| first + end));
        self.starts.extend(other.starts);
    }

    /// The number of a tabulated state, which is added if it is new.
    fn number(&mut self, state: TabulatedAt) -> u32 {
        let next = self.states.len() as u32;
        let number = *self.index.entry(state.key()).or_insert(next);
        if number == next {
            self.states.push(state);
        }
        number
    }

    fn push_completed(&mut self, cascade: &Cascade, entry: usize, level: usize, step: &Step) {
        if let Some(to) = step.level
            && cascade.levels.is_completed(entry, level)
        {
            let [entry, level, to] = [entry, level, to].map(|i| i as u16);
            self.choices.push(Choice::Completed { entry, level, to });
        }
    }

    fn push_statistical(&mut self, cascade: &Cascade, at: &TabulatedAt, is_first: bool, step: &Step) {
        let TabulatedAt { entry, at: StateAt { excitation, two_j, parity } } = *at;
        let from = if is_first {
            [0; 2]
        } else {
            let mixture = cascade.mixture(entry, excitation, two_j, parity, None);
            if mixture.total() <= 0.0 {
                return; // No channel leaves it: the only way out is certain.
            }
            mixture.states.map(|state| self.number(TabulatedAt { entry, at: state.at() }))
        };
        let source = step.fragment.map_or(0, |f| f as usize + 1);
        let layout = &cascade.network.entries[entry].layout;
        if let Some(level) = step.level {
            self.choices.push(Choice::Level { from, channel: (layout[source] + level) as u16 });
            return;
        }
        let (residue, separation) = cascade.residue(entry, source);
        let cut = cascade.network.entries[residue].cut();
        self.choices.push(Choice::Continuum {
            from,
            channel: (layout[source + 1] - 1) as u16,
            two_j: step.two_j as u8,
            parity: step.parity,
            s: quadrature::unstretch((step.excitation - cut) / (excitation - separation - cut)),
            e_final: step.excitation,
        });
    }
}

const _: () = assert!(size_of::<Choice>() <= 32, "a million cascades must fit");
