//! What the estimators ask of a simulation: events within strata, with the score of each choice.

use crate::error::{Error, Result};

/// A first choice that can be given instead of drawn, such as a channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stratum {
    /// Its exact probability.
    pub probability: f64,
    /// The exact derivatives of the probability.
    pub gradient: Vec<f64>,
}

/// An event, choice by choice. Continuous choices may move with the parameters; all others have a score.
///
/// The score increments of each choice have mean zero, whatever came before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trajectory {
    /// What is observed; none where the event has nothing of the kind.
    pub value: Option<f64>,
    /// Its derivatives by motion, `[parameters]`.
    pub motion: Vec<f64>,
    /// For each scored choice in order, the class of the state before it. Numbers are small.
    pub classes: Vec<usize>,
    /// Numbers that describe the state before each choice and what has happened, `[choices, history]`.
    pub history: Vec<f64>,
    /// The score of all choices up to and including this one, `[choices, parameters]`; that of the stratum is
    /// not in it.
    pub scores: Vec<f64>,
}

impl Trajectory {
    /// Empties it, keeping the memory; the motion is set to zero.
    pub fn clear(&mut self, parameters: usize) {
        self.value = None;
        self.motion.clear();
        self.motion.resize(parameters, 0.0);
        self.classes.clear();
        self.history.clear();
        self.scores.clear();
    }

    /// The score of all choices; empty where there is none.
    pub(super) fn whole_score(&self) -> &[f64] {
        &self.scores[self.scores.len().saturating_sub(self.motion.len())..]
    }
}

/// A simulation whose events can be drawn within strata.
pub trait Stratified: Sync {
    /// Memory of a thread.
    type Scratch;

    /// Number of parameters.
    fn parameters(&self) -> usize;

    /// The strata; their probabilities add up to 1.
    fn strata(&self) -> &[Stratum];

    /// Numbers in the history of a choice.
    fn history(&self) -> usize;

    /// Memory for one thread.
    fn scratch(&self) -> Self::Scratch;

    /// Draws event `number` of a stratum. The first two uniform numbers, of the two choices that matter most,
    /// are given; the rest depends on the number alone. Classes and history may be left out unless
    /// `with_history`.
    fn draw(
        &self,
        stratum: usize,
        uniforms: [f64; 2],
        number: u64,
        with_history: bool,
        scratch: &mut Self::Scratch,
        out: &mut Trajectory,
    );
}

/// How far probabilities may miss the sum 1 by rounding.
const ROUNDING: f64 = 1e-6;

/// Refuses strata whose probabilities make no distribution.
pub(super) fn check(strata: &[Stratum]) -> Result<()> {
    let sum: f64 = strata.iter().map(|s| s.probability).sum();
    let is_possible = strata.iter().all(|s| s.probability >= 0.0);
    if is_possible && (sum - 1.0).abs() < ROUNDING { Ok(()) } else { Err(Error::BadStrata { sum }) }
}
