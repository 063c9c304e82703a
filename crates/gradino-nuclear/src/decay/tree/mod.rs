//! The tree of discrete decays: all ways from a level to the ground state, with exact derivatives.
//!
//! Once a cascade is among discrete levels, it has finitely many ways on. Instead of drawing one, all of them
//! are listed with their probabilities (eq. (5) of barham2024), or the most probable ones with a bound or an
//! unbiased estimate of the rest.

mod paths;
mod scheme;

pub use paths::{Completion, Cut, Paths};

use crate::error::{Error, Result};
use gradino_core::{Real, Stream};

/// A way out of a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch<D> {
    /// The final level.
    pub to: usize,
    /// Its probability; those of a level add up to 1.
    pub probability: D,
}

/// Levels with finitely many ways out, each to a level with a smaller index; a level without ways out, as the
/// ground state, ends a path.
#[derive(Clone, Debug)]
pub struct LevelTree<D> {
    energies: Vec<f64>,
    /// The branches of level k are `branches[first[k]..first[k + 1]]`.
    first: Vec<usize>,
    branches: Vec<Branch<D>>,
}

impl<D: Real> LevelTree<D> {
    /// Levels of `energies` [MeV] with partial widths (final level, width), in any unit common to a level.
    ///
    /// Widths must be positive or zero and not all zero, and final levels lie below in the list.
    pub fn new(energies: Vec<f64>, widths: &[Vec<(usize, D)>]) -> Result<Self> {
        check(&energies, widths)?;
        let (mut first, mut branches) = (vec![0], Vec::new());
        for ways in widths {
            let sum = ways.iter().fold(D::zero(), |sum, &(_, width)| sum + width);
            let open = ways.iter().filter(|(_, width)| width.re() > 0.0);
            branches.extend(open.map(|&(to, width)| Branch { to, probability: width / sum }));
            first.push(branches.len());
        }
        Ok(LevelTree { energies, first, branches })
    }

    /// Number of levels.
    pub fn len(&self) -> usize {
        self.energies.len()
    }

    /// Whether there are no levels.
    pub fn is_empty(&self) -> bool {
        self.energies.is_empty()
    }

    /// Energy of a level [MeV].
    pub fn energy(&self, level: usize) -> f64 {
        self.energies[level]
    }

    /// The ways out of a level.
    pub fn branches(&self, level: usize) -> &[Branch<D>] {
        &self.branches[self.first[level]..self.first[level + 1]]
    }

    /// Number of paths from a level to an end: n(i) = sum_f n(f), and 1 at an end.
    pub fn path_count(&self, start: usize) -> f64 {
        let mut counts: Vec<f64> = Vec::with_capacity(start + 1);
        for level in 0..=start {
            let sum = self.branches(level).iter().map(|b| counts[b.to]).sum();
            counts.push(if self.branches(level).is_empty() { 1.0 } else { sum });
        }
        counts[start]
    }

    /// Probability of the transitions of a path, given its levels in order; 0 if there is no such path.
    pub fn path_probability(&self, levels: &[usize]) -> D {
        levels.windows(2).fold(D::one(), |product, pair| {
            let branch = self.branches(pair[0]).iter().find(|b| b.to == pair[1]);
            product * branch.map_or(D::zero(), |b| b.probability)
        })
    }

    /// Mean over all paths of a sum of rewards, one for each transition (from, to), from each level:
    /// X(i) = sum_f p(i -> f) [x(i, f) + X(f)], solved upwards.
    pub fn means(&self, reward: impl Fn(usize, usize) -> D) -> Vec<D> {
        let mut means: Vec<D> = Vec::with_capacity(self.len());
        for level in 0..self.len() {
            let ways = self.branches(level).iter();
            means.push(
                ways.fold(D::zero(), |sum, b| sum + b.probability * (reward(level, b.to) + means[b.to])),
            );
        }
        means
    }

    /// Draws a path onward from the last level of `path` to an end, and appends it. One uniform number for
    /// each transition.
    pub fn draw(&self, path: &mut Vec<usize>, stream: &mut Stream) {
        while let Some(next) = path.last().and_then(|&level| self.draw_branch(level, stream)) {
            path.push(next);
        }
    }

    fn draw_branch(&self, level: usize, stream: &mut Stream) -> Option<usize> {
        let branches = self.branches(level);
        let last = branches.last()?;
        let mut rest = stream.uniform();
        let drawn = branches.iter().find(|b| {
            rest -= b.probability.re();
            rest < 0.0
        });
        Some(drawn.unwrap_or(last).to)
    }
}

fn check<D: Real>(energies: &[f64], widths: &[Vec<(usize, D)>]) -> Result<()> {
    let refuse = |what, value, lower, upper| Err(Error::OutOfRange { what, value, lower, upper });
    let levels = energies.len() as f64;
    if widths.len() != energies.len() {
        return refuse("number of levels with widths", widths.len() as f64, levels, levels);
    }
    for (level, ways) in widths.iter().enumerate() {
        if let Some(&(to, _)) = ways.iter().find(|(to, _)| *to >= level) {
            return refuse("index of the final level", to as f64, 0.0, level as f64 - 1.0);
        }
        let bad = ways.iter().find(|(_, width)| !(0.0..f64::INFINITY).contains(&width.re()));
        let sum: f64 = ways.iter().map(|(_, width)| width.re()).sum();
        if bad.is_some() || !(ways.is_empty() || sum > 0.0) {
            return refuse("partial width", bad.map_or(sum, |w| w.1.re()), 0.0, f64::MAX);
        }
    }
    Ok(())
}
