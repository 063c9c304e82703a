//! Drawing a cascade: from a state to the ground state, with the score of its choices.
//!
//! Between two tabulated energies E_k <= E <= E_{k+1} the channel sums are interpolated linearly,
//! N_c(E) = (1 - w) N_c(E_k) + w N_c(E_{k+1}). This mixture is what is drawn from, and its exact
//! derivatives are what the score holds (see `score`).

use super::couplings::MAX_TWO_J;
use super::levels::LevelDecays;
use super::network::Network;
use super::quadrature;
use super::record::{CascadeRecord, Step};
use super::score::StartScores;
use super::state::{DecayState, SOURCES, StateAt};
use crate::emission::fragment::Fragment;
use crate::error::{Error, Result};
use crate::structure::Level;
use gradino_core::{Along, Line, NuclearState, ParamSet, Parity, Real, Stream};

/// A cascade network ready to draw from.
#[derive(Debug)]
pub struct Cascade<D = f64> {
    pub(super) network: Network<D>,
    pub(super) levels: LevelDecays<D>,
    starts: Vec<StartState<D>>,
}

/// How far a known level above the completeness energy may lie from the energy of a start [MeV]: the
/// measured transition energies are good to about this.
const SNAP: f64 = 0.01;

/// Where a cascade starts; made by [`Cascade::start`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start(pub(super) usize);

#[derive(Debug)]
enum StartState<D> {
    Level(usize),
    Continuum(Box<(DecayState<D>, StartScores)>),
}

/// The state that decays next.
#[derive(Clone, Copy)]
enum Current {
    Start(usize),
    Between { entry: usize, excitation: f64, two_j: u16, parity: Parity, moved: Option<usize> },
    Level { entry: usize, level: usize },
}

/// One or two tabulated states with their weights: the interpolated decay of one energy.
pub(super) struct Mixture<'a, D = f64> {
    pub(super) states: [&'a DecayState<D>; 2],
    pub(super) weights: [f64; 2],
    /// d(weight of the second) / dE.
    pub(super) slope: f64,
    pub(super) excitation: f64,
    /// Row of dE / d theta, if the energy moves.
    pub(super) moved: Option<usize>,
    /// Prepared scores, for a state that cascades start from.
    pub(super) prepared: Option<&'a StartScores>,
}

impl<'a, D: Real> Mixture<'a, D> {
    /// The chords between two tabulated states, the lower one first.
    pub(super) fn between(states: [&'a DecayState<D>; 2], excitation: f64, moved: Option<usize>) -> Self {
        let [low, high] = states.map(|s| s.excitation);
        let slope = 1.0 / (high - low);
        let w = ((excitation - low) * slope).clamp(0.0, 1.0);
        Mixture { states, weights: [1.0 - w, w], slope, excitation, moved, prepared: None }
    }
    pub(super) fn total(&self) -> D {
        self.states[0].total() * self.weights[0] + self.states[1].total() * self.weights[1]
    }
    pub(super) fn channel(&self, c: usize) -> D {
        self.states[0].channel(c) * self.weights[0] + self.states[1].channel(c) * self.weights[1]
    }
    /// The states that count, with their weights.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&DecayState<D>, f64)> {
        self.states.into_iter().zip(self.weights).filter(|(_, w)| *w > 0.0)
    }
}

impl<D: Real> Cascade<D> {
    /// From a network.
    pub fn new(network: Network<D>) -> Self {
        let levels = LevelDecays::prepare(&network);
        Cascade { network, levels, starts: Vec::new() }
    }

    /// The same starts in another network of the same nuclides.
    fn over<E: Real>(&self, network: Network<E>) -> Cascade<E> {
        let mut cascade = Cascade::new(network);
        for start in &self.starts {
            let moved = match start {
                StartState::Level(level) => StartState::Level(*level),
                StartState::Continuum(start) => cascade.start_in_continuum(&start.0.at()),
            };
            cascade.starts.push(moved);
        }
        cascade
    }

    /// A start that decays by the statistical model.
    fn start_in_continuum(&self, at: &StateAt) -> StartState<D> {
        let state = self.network.build_state(0, at.excitation, at.two_j, at.parity);
        let scores = StartScores::new(self.network.entries[0].layout[SOURCES]);
        StartState::Continuum(Box::new((state, scores)))
    }

    /// The network behind it.
    pub fn network(&self) -> &Network<D> {
        &self.network
    }

    /// The state that a start stands for: excitation energy [MeV], twice the spin, parity.
    pub fn start_state(&self, start: Start) -> (f64, u16, Parity) {
        match &self.starts[start.0] {
            StartState::Level(k) => {
                let level = &self.network.entries[0].scheme.levels[*k];
                (level.energy, level.two_j, level.parity)
            }
            StartState::Continuum(s) => (s.0.excitation, s.0.two_j, s.0.parity),
        }
    }

    /// The level that a start stands for, if it is one.
    pub(super) fn start_level(&self, start: Start) -> Option<usize> {
        match &self.starts[start.0] {
            StartState::Level(level) => Some(*level),
            StartState::Continuum(_) => None,
        }
    }

    /// The decay at the exact energy of a start in the continuum.
    pub(super) fn start_mixture(&self, start: Start) -> Option<Mixture<'_, D>> {
        let StartState::Continuum(state) = &self.starts[start.0] else { return None };
        let (state, scores) = &**state;
        Some(Mixture {
            states: [state, state],
            weights: [1.0, 0.0],
            slope: 0.0,
            excitation: state.excitation,
            moved: None,
            prepared: Some(scores),
        })
    }

    /// The interpolated decay at `excitation`.
    pub(super) fn mixture(
        &self,
        entry: usize,
        excitation: f64,
        two_j: u16,
        parity: Parity,
        moved: Option<usize>,
    ) -> Mixture<'_, D> {
        let states = self.network.neighbours(entry, excitation, two_j, parity);
        Mixture::between(states, excitation, moved)
    }

    /// Residue entry and its separation energy (zero for photons).
    pub(super) fn residue(&self, entry: usize, source: usize) -> (usize, f64) {
        match source {
            0 => (entry, 0.0),
            _ => self.network.entries[entry].daughters[source - 1]
                .map_or((entry, 0.0), |d| (d.entry, d.separation)),
        }
    }
}

impl Cascade {
    /// The same at other values of the parameters, with the same starts (see [`Network::at_values`]).
    pub fn at_values(&self, params: &ParamSet) -> Cascade {
        self.over(self.network.at_values(params))
    }

    /// As [`Cascade::at_values`], but without gradients.
    pub fn at_values_only(&self, params: &ParamSet) -> Cascade {
        self.over(self.network.at_values_only(params))
    }

    /// The same with all derivatives along a line that starts at its values, without gradients.
    pub fn along<D: Along>(&self, line: &Line) -> Cascade<D> {
        self.over(self.network.along(line))
    }

    /// Prepares a state of the initial nuclide to start from.
    ///
    /// Up to the continuum's start the nearest level is taken, and up to the lowest separation energy a
    /// known level of the same spin and parity within 10 keV (the snap is a choice of the field and not
    /// differentiable; transition energies are constants here). All other states decay by the statistical
    /// model from their exact energy.
    pub fn start(&mut self, excitation: f64, two_j: u16, parity: Parity) -> Result<Start> {
        let entry = &self.network.entries[0];
        if !(0.0..=entry.max_excitation + 1e-9).contains(&excitation) {
            return Err(Error::OutOfRange {
                what: "excitation energy [MeV]",
                value: excitation,
                lower: 0.0,
                upper: entry.max_excitation,
            });
        }
        let level = if excitation <= entry.cut().min(entry.unbound_from()) {
            Some(entry.scheme.closest_level(excitation))
        } else if excitation < entry.unbound_from() {
            entry.scheme.known_level(excitation, (two_j, parity), SNAP)
        } else {
            None
        };
        let start = if let Some(level) = level {
            StartState::Level(level)
        } else {
            let start = self.start_in_continuum(&StateAt { excitation, two_j, parity });
            if matches!(&start, StartState::Continuum(s) if s.0.total() <= 0.0) {
                return Err(Error::NoOpenChannel { nuclide: entry.nuclide, excitation });
            }
            start
        };
        self.starts.push(start);
        Ok(Start(self.starts.len() - 1))
    }

    /// What stands for a state of the initial nuclide: below the lowest separation energy the nearest level of the same
    /// spin and parity, or the nearest of all where none has them; above, the state itself.
    pub fn stands_for(&self, state: NuclearState) -> NuclearState {
        let entry = &self.network.entries[0];
        self.level_for(&state).map_or(state, |level| {
            let Level { energy: excitation, two_j, parity, .. } = entry.scheme.levels[level];
            NuclearState { excitation, two_j, parity }
        })
    }

    fn level_for(&self, state: &NuclearState) -> Option<usize> {
        let entry = &self.network.entries[0];
        let bound = state.excitation <= entry.unbound_from() || state.excitation <= entry.cut();
        bound.then(|| entry.scheme.closest_of(state.excitation, (state.two_j, state.parity)))
    }

    /// Draws one cascade from a state of the initial nuclide that is not prepared: from the level that stands for it, or
    /// by the statistical model. The energy must be within the network's range.
    pub fn draw_at(&self, state: NuclearState, stream: &mut Stream, record: &mut CascadeRecord) {
        let NuclearState { excitation, two_j, parity } = state;
        let current = match self.level_for(&state) {
            Some(level) => Current::Level { entry: 0, level },
            None => Current::Between { entry: 0, excitation, two_j, parity, moved: None },
        };
        self.draw_on(current, None, stream, record);
    }

    /// Draws one cascade into `record`.
    pub fn draw(&self, start: Start, stream: &mut Stream, record: &mut CascadeRecord) {
        let first = stream.uniform();
        self.draw_from(start, first, stream, record);
    }

    /// The same with the uniform number of the first choice given: that of the way out, and of the energy in the
    /// continuum along with it.
    pub fn draw_from(&self, start: Start, first: f64, stream: &mut Stream, record: &mut CascadeRecord) {
        let current = match &self.starts[start.0] {
            StartState::Level(level) => Current::Level { entry: 0, level: *level },
            StartState::Continuum(_) => Current::Start(start.0),
        };
        self.draw_on(current, Some(first), stream, record);
    }

    /// Draws a cascade from `current`, its first choice by the number `first` if it is given.
    fn draw_on(
        &self,
        mut current: Current,
        mut first: Option<f64>,
        stream: &mut Stream,
        record: &mut CascadeRecord,
    ) {
        record.clear();
        record.used = self.network.slots.used.min(record.score.len());
        loop {
            let mut uniform = || first.take().unwrap_or_else(|| stream.uniform());
            current = match current {
                Current::Level { entry, level } => {
                    match self.levels.draw(&self.network, entry, level, uniform, record) {
                        Some(next) => Current::Level { entry, level: next },
                        None => return,
                    }
                }
                Current::Start(i) => {
                    let Some(mixture) = self.start_mixture(Start(i)) else { return };
                    let uniform = uniform();
                    self.step(&mixture, uniform, stream, record)
                }
                Current::Between { entry, excitation, two_j, parity, moved } => {
                    let mixture = self.mixture(entry, excitation, two_j, parity, moved);
                    let uniform = uniform();
                    self.step(&mixture, uniform, stream, record)
                }
            };
        }
    }

    /// One emission from a state described by the statistical model, its way out chosen by `uniform`.
    fn step(
        &self,
        mixture: &Mixture<'_>,
        mut uniform: f64,
        stream: &mut Stream,
        record: &mut CascadeRecord,
    ) -> Current {
        let entry = mixture.states[0].entry;
        let total = mixture.total();
        if total <= 0.0 {
            return self.emergency(mixture, record);
        }
        loop {
            let target = uniform * total;
            let first = mixture.weights[0] * mixture.states[0].total();
            let (part, rest) = if target < first {
                (0, target / mixture.weights[0])
            } else {
                (1, (target - first) / mixture.weights[1])
            };
            let state = mixture.states[part];
            let channel = state.find(rest);
            let (source, level) = self.network.decode(entry, channel);
            let layout = &self.network.entries[entry].layout;
            let is_continuum = channel + 1 == layout[source + 1];
            let Some(range) = self.open_range(entry, source, level, is_continuum, mixture.excitation) else {
                // Open at the upper node only, a hair below its threshold here: draw again.
                uniform = stream.uniform();
                continue;
            };
            if record.used > 0 {
                self.score_channel(mixture, channel, record);
            }
            let before = if channel == 0 { 0.0 } else { state.running[channel - 1] };
            let next = match (&state.continua[source], is_continuum) {
                (Some(continuum), true) => {
                    let s = continuum.density.invert(rest - before);
                    self.enter_continuum(mixture, source, s, range, stream, record)
                }
                _ => self.enter_level(entry, source, level, record),
            };
            record.mark();
            return next;
        }
    }

    /// The energy open above a final level or above the continuum's start, if positive [MeV].
    fn open_range(
        &self,
        entry: usize,
        source: usize,
        level: usize,
        continuum: bool,
        excitation: f64,
    ) -> Option<f64> {
        let (residue, separation) = self.residue(entry, source);
        let residue = &self.network.entries[residue];
        let floor = if continuum { residue.cut() } else { residue.scheme.levels[level].energy };
        let range = excitation - separation - floor;
        (range > 0.0).then_some(range)
    }

    fn enter_level(&self, entry: usize, source: usize, level: usize, record: &mut CascadeRecord) -> Current {
        let (residue, _) = self.residue(entry, source);
        let l = &self.network.entries[residue].scheme.levels[level];
        record.steps.push(Step {
            fragment: source.checked_sub(1).map(|f| Fragment::ALL[f]),
            entry: residue,
            level: Some(level),
            excitation: l.energy,
            two_j: l.two_j,
            parity: l.parity,
            moved: None,
            statistical: true,
        });
        Current::Level { entry: residue, level }
    }

    /// A state that no channel leaves, as 0+ above a lone 0+ ground state: it goes to the ground
    /// state by one transition, written as a photon (in nature: internal pair or conversion).
    fn emergency(&self, mixture: &Mixture<'_>, record: &mut CascadeRecord) -> Current {
        self.enter_level(mixture.states[0].entry, 0, 0, record)
    }

    fn enter_continuum(
        &self,
        mixture: &Mixture<'_>,
        source: usize,
        s: f64,
        range: f64,
        stream: &mut Stream,
        record: &mut CascadeRecord,
    ) -> Current {
        let entry = mixture.states[0].entry;
        let (residue, _) = self.residue(entry, source);
        let (u, du) = quadrature::stretch(s);
        let e_final = self.network.entries[residue].cut() + range * u;
        let e_out = range * (1.0 - u);
        let moved = self.score_energy(mixture, source, s, (range, u, du), record);
        let from = super::spins::From {
            source,
            residue,
            two_j: mixture.states[0].two_j,
            parity: mixture.states[0].parity,
            e_final,
            e_out,
            moved_initial: mixture.moved,
            moved_final: moved,
        };
        let (two_j, parity) = self.draw_spin(&from, stream, record);
        record.steps.push(Step {
            fragment: source.checked_sub(1).map(|f| Fragment::ALL[f]),
            entry: residue,
            level: None,
            excitation: e_final,
            two_j,
            parity,
            moved,
            statistical: true,
        });
        debug_assert!(two_j <= MAX_TWO_J);
        Current::Between { entry: residue, excitation: e_final, two_j, parity, moved }
    }
}

/// Adds `factor` times the row of a moving energy to the score.
pub(super) fn add_moved(record: &mut CascadeRecord, row: usize, factor: f64) {
    record.add_moved(row, factor);
}

const _: () = assert!(SOURCES == Fragment::ALL.len() + 1);
