//! What a cascade leaves behind: its steps, its score, and the derivatives of its energies.

use gradino_core::Parity;

/// One emission.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// What was emitted: `None` for a photon, else the fragment.
    pub fragment: Option<crate::emission::fragment::Fragment>,
    /// Entry of the nucleus that is left, in the network.
    pub entry: usize,
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

/// The record of one cascade. Reused from event to event; nothing is allocated once it has grown.
#[derive(Clone, Debug, Default)]
pub struct CascadeRecord {
    /// The emissions in order.
    pub steps: Vec<Step>,
    /// Derivative of ln(weight), one entry for each wanted parameter.
    pub score: Vec<f64>,
    /// Derivatives of the moving excitation energies, one row for each, `score.len()` long.
    pub moves: Vec<f64>,
}

impl CascadeRecord {
    /// For gradients of length `n`.
    pub fn new(n: usize) -> Self {
        CascadeRecord { score: vec![0.0; n], ..Default::default() }
    }
    /// Empties it.
    pub fn clear(&mut self) {
        self.steps.clear();
        self.moves.clear();
        self.score.fill(0.0);
    }
    /// The derivative row `i`.
    pub fn moved(&self, i: usize) -> &[f64] {
        let n = self.score.len();
        &self.moves[i * n..(i + 1) * n]
    }
    /// Number of moving energies.
    pub fn moves_len(&self) -> usize {
        if self.score.is_empty() { 0 } else { self.moves.len() / self.score.len() }
    }
}
