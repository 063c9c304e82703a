//! What a cascade leaves behind: its steps, its score, and the derivatives of its energies.

use super::state::StateAt;
use gradino_core::Parity;

/// One emission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What was emitted: `None` for a photon, else the fragment.
    pub fragment: Option<crate::emission::fragment::Fragment>,
    /// Entry of the nucleus that is left, in the network.
    pub entry: usize,
    /// The number of the level that is reached; none in the continuum.
    pub level: Option<usize>,
    /// Its excitation energy [MeV].
    pub excitation: f64,
    /// Twice its spin.
    pub two_j: u16,
    /// Its parity.
    pub parity: Parity,
    /// Row of the derivative of its excitation energy, if it moves with the parameters.
    pub moved: Option<usize>,
    /// Whether the step was drawn from the statistical model (else from a level scheme).
    pub statistical: bool,
}

impl Step {
    /// The state that is reached.
    pub fn state(&self) -> StateAt {
        StateAt { excitation: self.excitation, two_j: self.two_j, parity: self.parity }
    }
    /// The place of the emission among the sources: photons first, then the fragments.
    pub(super) fn source(&self) -> usize {
        self.fragment.map_or(0, |f| f as usize + 1)
    }
}

/// The record of one cascade. Reused from event to event; nothing is allocated once it has grown.
#[derive(Clone, Debug, Default)]
pub struct CascadeRecord {
    /// The emissions in order.
    pub steps: Vec<Step>,
    /// Derivative of ln(weight), one entry for each wanted parameter.
    pub score: Vec<f64>,
    /// Derivatives of the moving excitation energies, one row for each, `score.len()` long.
    pub moves: Vec<f64>,
    /// The choices with a score, if they are kept ([`CascadeRecord::with_marks`]).
    pub marks: Option<Marks>,
    /// Entries from here on stay zero, in the score and in the rows.
    pub(super) used: usize,
}

/// The score of a cascade, choice by choice.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// For each choice whose probability depends on parameters, the number of the step that it made.
    pub steps: Vec<usize>,
    /// The score of all choices up to and including it, a row for each.
    pub scores: Vec<f64>,
}

impl CascadeRecord {
    /// For gradients of length `n`.
    pub fn new(n: usize) -> Self {
        CascadeRecord { score: vec![0.0; n], ..Default::default() }
    }
    /// The same, keeping the score choice by choice.
    pub fn with_marks(n: usize) -> Self {
        CascadeRecord { marks: Some(Marks::default()), ..Self::new(n) }
    }
    /// Empties it.
    pub fn clear(&mut self) {
        if let Some(marks) = &mut self.marks {
            marks.steps.clear();
            marks.scores.clear();
        }
        self.steps.clear();
        self.moves.clear();
        self.score.fill(0.0);
    }
    /// The derivative row `i`.
    pub fn moved(&self, i: usize) -> &[f64] {
        let n = self.score.len();
        &self.moves[i * n..(i + 1) * n]
    }
    /// Keeps the score up to the last step, if that is wanted.
    pub(super) fn mark(&mut self) {
        if let Some(marks) = &mut self.marks {
            marks.steps.push(self.steps.len() - 1);
            marks.scores.extend_from_slice(&self.score);
        }
    }
    /// Adds a row of zeros for a moving energy; its number.
    pub(super) fn add_motion(&mut self) -> usize {
        let row = self.moves_len();
        self.moves.resize((row + 1) * self.score.len(), 0.0);
        row
    }
    /// Adds a row that is `factor` times the row `before`; its number.
    pub(super) fn follow_motion(&mut self, before: usize, factor: f64) -> usize {
        let (row, n) = (self.add_motion(), self.score.len());
        let (rows, new) = self.moves.split_at_mut(row * n);
        let rows = &rows[before * n..][..self.used];
        new.iter_mut().zip(rows).for_each(|(o, r)| *o = factor * r);
        row
    }
    /// The first `n` entries of the score and of the row `row`.
    pub(super) fn score_and_motion(&mut self, row: usize, n: usize) -> (&mut [f64], &mut [f64]) {
        let first = row * self.score.len();
        (&mut self.score[..n], &mut self.moves[first..first + n])
    }
    /// Adds `factor` times the row `row` to the score.
    pub(super) fn add_moved(&mut self, row: usize, factor: f64) {
        let (score, motion) = self.score_and_motion(row, self.used);
        score.iter_mut().zip(motion).for_each(|(s, d)| *s += factor * *d);
    }
    /// Number of moving energies.
    pub fn moves_len(&self) -> usize {
        if self.score.is_empty() { 0 } else { self.moves.len() / self.score.len() }
    }
}
