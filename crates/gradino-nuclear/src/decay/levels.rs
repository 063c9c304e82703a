//! Gamma cascades between discrete levels, with a completion rule where no decay was measured.
//!
//! A level without measured photons decays by the statistical strengths: p(f) proportional to the
//! sum of T_XL(E_i - E_f) over the allowed multipolarities. Its branches then depend on the gamma
//! strength, and so does the score.

use super::couplings::{self, MAX_MULTIPOLARITY};
use super::network::Network;
use super::record::{CascadeRecord, Step};
use super::widths::{self, RADIATIONS};
use gradino_core::Stream;
use std::sync::OnceLock;

/// Branches of all levels of all entries of a network.
#[derive(Debug)]
pub(crate) struct LevelDecays {
    entries: Vec<Vec<Branches>>,
}

#[derive(Debug)]
enum Branches {
    /// No way down: the ground state.
    Stable,
    /// Measured: running sums of probability, and the final levels.
    Measured(Vec<(f64, usize)>),
    /// By the completion rule, computed at first use.
    Statistical(OnceLock<Completed>),
}

/// Branches of a level by the completion rule.
#[derive(Debug)]
pub(crate) struct Completed {
    running: Vec<(f64, usize)>,
    /// d ln p of each branch, one row after the other.
    scores: Vec<f64>,
}

impl LevelDecays {
    pub(crate) fn prepare(network: &Network) -> Self {
        let entries = network.entries.iter().map(|entry| {
            let levels = entry.scheme.levels.iter().enumerate();
            let branches = levels.map(|(k, level)| match (k, level.transitions.is_empty()) {
                (0, _) => Branches::Stable,
                (_, true) => Branches::Statistical(OnceLock::new()),
                _ => {
                    let running = level.transitions.iter().scan(0.0, |sum, t| {
                        *sum += t.probability;
                        Some((*sum, t.to))
                    });
                    Branches::Measured(running.collect())
                }
            });
            branches.collect()
        });
        LevelDecays { entries: entries.collect() }
    }

    /// One transition; the level that is reached, or none from the ground state.
    pub(crate) fn draw(
        &self,
        network: &Network,
        entry: usize,
        level: usize,
        stream: &mut Stream,
        record: &mut CascadeRecord,
    ) -> Option<usize> {
        let to = match &self.entries[entry][level] {
            Branches::Stable => return None,
            Branches::Measured(running) => running[find(running, stream.uniform())].1,
            Branches::Statistical(completed) => {
                let completed = completed.get_or_init(|| complete(network, entry, level));
                let branch = find(&completed.running, stream.uniform());
                completed.add_score(branch, record);
                completed.running[branch].1
            }
        };
        let l = &network.entries[entry].scheme.levels[to];
        record.steps.push(Step {
            fragment: None,
            entry,
            level: Some(to),
            excitation: l.energy,
            two_j: l.two_j,
            parity: l.parity,
            moved: None,
            statistical: false,
        });
        Some(to)
    }
}

impl LevelDecays {
    /// Whether the branches of a level come from the completion rule.
    pub(crate) fn is_completed(&self, entry: usize, level: usize) -> bool {
        matches!(self.entries[entry][level], Branches::Statistical(_))
    }

    /// The probability that a level decays to the level `to`; scores it. Measured branches have no parameters
    /// and count as certain.
    pub(crate) fn probability(
        &self,
        network: &Network,
        (entry, level, to): (usize, usize, usize),
        record: &mut CascadeRecord,
    ) -> f64 {
        let Branches::Statistical(completed) = &self.entries[entry][level] else { return 1.0 };
        let completed = completed.get_or_init(|| complete(network, entry, level));
        let running = &completed.running;
        let Ok(branch) = running.binary_search_by_key(&to, |b| b.1) else { return 0.0 };
        completed.add_score(branch, record);
        let before = if branch == 0 { 0.0 } else { running[branch - 1].0 };
        (running[branch].0 - before) / running[running.len() - 1].0
    }
}

impl Completed {
    fn add_score(&self, branch: usize, record: &mut CascadeRecord) {
        let row = &self.scores[branch * record.used..][..record.used];
        record.score.iter_mut().zip(row).for_each(|(s, r)| *s += r);
    }
}

/// The branch in which the running sum passes `uniform` times the whole.
#[inline]
fn find(running: &[(f64, usize)], uniform: f64) -> usize {
    let target = uniform * running[running.len() - 1].0;
    running.iter().position(|(sum, _)| *sum > target).unwrap_or(running.len() - 1)
}

/// The completion rule for one level.
fn complete(network: &Network, entry: usize, level: usize) -> Completed {
    let levels = &network.entries[entry].scheme.levels;
    let (initial, n) = (&levels[level], network.slots.used);
    let gamma = network.gamma(entry);
    let (mut sum, mut running) = (0.0, Vec::new());
    let mut gradients: Vec<f64> = Vec::new();
    let mut values = Vec::new();
    let mut all = vec![0.0; n];
    for (k, to) in levels[..level].iter().enumerate().filter(|(_, to)| to.energy < initial.energy) {
        let change = initial.parity.times(to.parity);
        let e_gamma = initial.energy - to.energy;
        let row = gamma.row(e_gamma, to.energy);
        let value = widths::discrete_gamma(initial.two_j, to.two_j, change, &row, MAX_MULTIPOLARITY);
        if value <= 0.0 {
            continue;
        }
        let mut factors = [0.0; RADIATIONS];
        for l in couplings::multipolarities(initial.two_j, to.two_j, MAX_MULTIPOLARITY) {
            factors[couplings::radiation_index(l, change)] = 1.0;
        }
        let mut row = vec![0.0; n];
        if n > 0 {
            gamma.add_gradient(e_gamma, to.energy, &factors, &mut row);
        }
        all.iter_mut().zip(&row).for_each(|(a, r)| *a += r);
        gradients.extend(row);
        values.push(value);
        sum += value;
        running.push((sum, k));
    }
    if running.is_empty() {
        // Only 0 -> 0 is left: one transition to the ground state stands for conversion or pairs.
        return Completed { running: vec![(1.0, 0)], scores: vec![0.0; n] };
    }
    for (branch, value) in values.iter().enumerate() {
        for i in 0..n {
            let g = &mut gradients[branch * n + i];
            *g = *g / value - all[i] / sum;
        }
    }
    Completed { running, scores: gradients }
}
