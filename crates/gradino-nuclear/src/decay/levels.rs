//! Gamma cascades between discrete levels, with a completion rule where no decay was measured.
//!
//! A level without measured photons decays by the statistical strengths: p(f) proportional to the
//! sum of T_XL(E_i - E_f) over the allowed multipolarities. Its branches then depend on the gamma
//! strength, and so does the score.

use super::couplings::{self, MAX_MULTIPOLARITY};
use super::network::Network;
use super::record::{CascadeRecord, Step};
use super::widths::{self, RADIATIONS};
use gradino_core::Real;
use std::sync::OnceLock;

/// Branches of all levels of all entries of a network.
#[derive(Debug)]
pub(crate) struct LevelDecays<D = f64> {
    entries: Vec<Vec<Branches<D>>>,
}

#[derive(Debug)]
enum Branches<D> {
    /// No way down: the ground state.
    Stable,
    /// Measured: running sums of probability, and the final levels.
    Measured(Vec<(f64, usize)>),
    /// By the completion rule, computed at first use.
    Statistical(OnceLock<Completed<D>>),
}

/// Branches of a level by the completion rule.
#[derive(Debug)]
pub(crate) struct Completed<D> {
    running: Vec<(D, usize)>,
    /// d ln p of each branch, one row after the other.
    scores: Vec<f64>,
}

impl<D: Real> LevelDecays<D> {
    pub(crate) fn prepare(network: &Network<D>) -> Self {
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

    /// The probability that a level decays to the level `to`. Measured branches have no parameters and count as
    /// certain.
    pub(super) fn branch(&self, network: &Network<D>, entry: usize, level: usize, to: usize) -> D {
        let Branches::Statistical(completed) = &self.entries[entry][level] else { return D::one() };
        let completed =
            completed.get_or_init(|| Completed::without_scores(&transitions(network, entry, level)));
        completed.branch(to).map_or(D::zero(), |branch| completed.share(branch))
    }
}

impl LevelDecays {
    /// One transition; the level that is reached, or none from the ground state.
    pub(crate) fn draw(
        &self,
        network: &Network,
        entry: usize,
        level: usize,
        mut uniform: impl FnMut() -> f64,
        record: &mut CascadeRecord,
    ) -> Option<usize> {
        let to = match &self.entries[entry][level] {
            Branches::Stable => return None,
            Branches::Measured(running) => running[find(running, uniform())].1,
            Branches::Statistical(completed) => {
                let completed = completed.get_or_init(|| Completed::with_scores(network, entry, level));
                let branch = find(&completed.running, uniform());
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
        if self.is_completed(entry, level) {
            record.mark();
        }
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
        let completed = completed.get_or_init(|| Completed::with_scores(network, entry, level));
        let Some(branch) = completed.branch(to) else { return 0.0 };
        completed.add_score(branch, record);
        completed.share(branch)
    }
}

/// The branch in which the running sum passes `uniform` times the whole.
#[inline]
fn find(running: &[(f64, usize)], uniform: f64) -> usize {
    let target = uniform * running[running.len() - 1].0;
    running.iter().position(|(sum, _)| *sum > target).unwrap_or(running.len() - 1)
}

/// The completion rule for one level: N of its transitions to the levels below.
fn transitions<D: Real>(network: &Network<D>, entry: usize, level: usize) -> Vec<(D, usize)> {
    let levels = &network.entries[entry].scheme.levels;
    let (initial, gamma) = (&levels[level], network.gamma(entry));
    let below = levels[..level].iter().enumerate().filter(|(_, to)| to.energy < initial.energy);
    let all = below.map(|(k, to)| {
        let change = initial.parity.times(to.parity);
        let row = gamma.row(initial.energy - to.energy, to.energy);
        (widths::discrete_gamma(initial.two_j, to.two_j, change, &row, MAX_MULTIPOLARITY), k)
    });
    let open: Vec<(D, usize)> = all.filter(|(value, _)| value.re() > 0.0).collect();
    // Where only 0 -> 0 is left, one transition to the ground state stands for conversion or pairs.
    if open.is_empty() { vec![(D::one(), 0)] } else { open }
}

impl<D: Real> Completed<D> {
    fn without_scores(transitions: &[(D, usize)]) -> Self {
        let running = transitions.iter().scan(D::zero(), |sum, (value, to)| {
            *sum += *value;
            Some((*sum, *to))
        });
        Completed { running: running.collect(), scores: Vec::new() }
    }

    /// The number of the branch to the level `to`, if there is one.
    fn branch(&self, to: usize) -> Option<usize> {
        self.running.binary_search_by_key(&to, |b| b.1).ok()
    }

    /// The probability of a branch.
    fn share(&self, branch: usize) -> D {
        let before = if branch == 0 { D::zero() } else { self.running[branch - 1].0 };
        (self.running[branch].0 - before) / self.running[self.running.len() - 1].0
    }
}

impl Completed<f64> {
    /// The same with d ln p of each branch.
    fn with_scores(network: &Network, entry: usize, level: usize) -> Self {
        let transitions = transitions(network, entry, level);
        let mut completed = Completed::without_scores(&transitions);
        let (n, levels) = (network.slots.used, &network.entries[entry].scheme.levels);
        if n == 0 {
            return completed;
        }
        let initial = &levels[level];
        let mut all = vec![0.0; n];
        for &(_, k) in &transitions {
            let to = &levels[k];
            let mut factors = [0.0; RADIATIONS];
            for l in couplings::multipolarities(initial.two_j, to.two_j, MAX_MULTIPOLARITY) {
                factors[couplings::radiation_index(l, initial.parity.times(to.parity))] = 1.0;
            }
            let mut row = vec![0.0; n];
            network.gamma(entry).add_gradient(initial.energy - to.energy, to.energy, &factors, &mut row);
            all.iter_mut().zip(&row).for_each(|(a, r)| *a += r);
            completed.scores.extend(row);
        }
        let sum = completed.running[completed.running.len() - 1].0;
        for ((value, _), row) in transitions.iter().zip(completed.scores.chunks_exact_mut(n)) {
            row.iter_mut().zip(&all).for_each(|(g, all)| *g = *g / value - all / sum);
        }
        completed
    }

    fn add_score(&self, branch: usize, record: &mut CascadeRecord) {
        let row = &self.scores[branch * record.used..][..record.used];
        record.score.iter_mut().zip(row).for_each(|(s, r)| *s += r);
    }
}
