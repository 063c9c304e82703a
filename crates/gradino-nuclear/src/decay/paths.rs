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
/// the parameters. Cascades into levels alone are few and come again and again: each of them is kept once.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// The tabulated states that were passed.
    pub(super) states: Vec<TabulatedAt>,
    index: HashMap<[u64; 2], u32>,
    choices: Vec<Choice>,
    /// Where the choices of each kept cascade end.
    ends: Vec<u32>,
    /// Where each kept cascade started.
    starts: Vec<u16>,
    /// Its place among those that can come again.
    places: Vec<Option<u32>>,
    /// The kept cascade of each cascade.
    kept: Vec<u32>,
    /// Kept cascades by what makes them the same, and the first cascade of each.
    known: HashMap<Box<[u32]>, u32>,
    repeated: Vec<u32>,
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

impl Choice {
    /// The same between states with other numbers.
    fn renumbered(mut self, numbers: &[u32]) -> Self {
        if let Choice::Level { from, .. } | Choice::Continuum { from, .. } = &mut self
            && !numbers.is_empty()
        {
            *from = from.map(|i| numbers[i as usize]);
        }
        self
    }
}

/// What makes two cascades from `start` the same; none if an energy in the continuum was chosen.
fn key_of(start: u16, choices: &[Choice]) -> Option<Box<[u32]>> {
    let mut key = vec![u32::from(start)];
    for choice in choices {
        match *choice {
            Choice::Level { from, channel } => key.extend([0, from[0], from[1], channel.into()]),
            Choice::Completed { entry, level, to } => key.extend([1, entry.into(), level.into(), to.into()]),
            Choice::Continuum { .. } => return None,
        }
    }
    Some(key.into())
}

impl Paths {
    /// Number of cascades.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// Number of choices that are kept.
    pub fn choices(&self) -> usize {
        self.choices.len()
    }

    /// The first of all cascades with the same choices, for choices that can come again: those into levels.
    pub fn repeated(&self) -> &[u32] {
        &self.repeated
    }

    /// The place of cascade `i` in [`Paths::repeated`], if it is like one there.
    #[inline]
    pub fn repeated_of(&self, i: usize) -> Option<usize> {
        self.places[self.kept[i] as usize].map(|place| place as usize)
    }

    /// Number of tabulated states that were passed.
    pub fn states(&self) -> usize {
        self.states.len()
    }

    /// The choices of the kept cascade `k`.
    fn range(&self, k: usize) -> Range<usize> {
        let first = if k == 0 { 0 } else { self.ends[k - 1] };
        first as usize..self.ends[k] as usize
    }

    /// The choices of cascade `i`.
    pub(super) fn of(&self, i: usize) -> &[Choice] {
        &self.choices[self.range(self.kept[i] as usize)]
    }

    /// Where cascade `i` started; nowhere in events without one.
    pub(super) fn start(&self, i: usize) -> Option<Start> {
        let start = self.starts[self.kept[i] as usize];
        (start != NO_START).then(|| Start(start.into()))
    }

    /// Keeps the choices behind those of the last kept cascade as one that started at `start`, or drops them for the
    /// same one that is there already; its number.
    fn keep(&mut self, start: u16) -> u32 {
        let next = u32::try_from(self.ends.len()).expect("2^32 cascades would not fit into memory");
        let first = self.ends.last().map_or(0, |end| *end as usize);
        let key = key_of(start, &self.choices[first..]);
        if let Some(&same) = key.as_ref().and_then(|key| self.known.get(key)) {
            self.choices.truncate(first);
            return same;
        }
        self.starts.push(start);
        self.ends.push(u32::try_from(self.choices.len()).expect("2^32 choices would not fit into memory"));
        self.places.push(key.is_some().then_some(self.repeated.len() as u32));
        if let Some(key) = key {
            self.known.insert(key, next);
            self.repeated.push(self.kept.len() as u32);
        }
        next
    }

    /// Adds the cascade that `cascade` has just drawn from `start` into `record`.
    pub fn push(&mut self, cascade: &Cascade, start: Start, record: &CascadeRecord) {
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
        let kept = self.keep(u16::try_from(start.0).expect("there are fewer starts than that"));
        self.kept.push(kept);
    }

    /// Adds an event without a cascade.
    pub fn push_none(&mut self) {
        let kept = self.keep(NO_START);
        self.kept.push(kept);
    }

    /// Adds the cascades of `other`, from the same cascade, behind those here.
    pub fn append(&mut self, other: Paths) {
        let numbers: Vec<u32> = other.states.iter().map(|state| self.number(*state)).collect();
        let mut here = vec![None; other.ends.len()];
        for &theirs in &other.kept {
            let theirs = theirs as usize;
            let kept = here[theirs].unwrap_or_else(|| {
                let choices = &other.choices[other.range(theirs)];
                self.choices.extend(choices.iter().map(|choice| choice.renumbered(&numbers)));
                self.keep(other.starts[theirs])
            });
            here[theirs] = Some(kept);
            self.kept.push(kept);
        }
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
