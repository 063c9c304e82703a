//! The total cross section over energy, from a few energies at which it is integrated.

use gradino_nuclear::reaction::exclusive::{PreparedKnockout, TotalCrossSection};

/// Energies at which the total cross section is integrated.
const NODES: usize = 48;

/// Total cross sections at energies E = low + width s^2, between which they are cubic in s; or at one energy.
#[derive(Clone, Debug)]
pub(super) struct Totals {
    low: f64,
    width: f64,
    nodes: Vec<TotalCrossSection>,
}

impl Totals {
    /// Between the energies `low` and `high` [MeV]; two equal ones make a single energy.
    pub(super) fn new(model: &PreparedKnockout, [low, high]: [f64; 2]) -> Self {
        let width = high - low;
        let node = |i: usize| model.total(low + width * (i as f64 / (NODES - 1) as f64).powi(2));
        let count = if width > 0.0 { NODES } else { 1 };
        Totals { low, width, nodes: (0..count).map(node).collect() }
    }

    /// The interpolated value at `energy` [MeV] of what `of` takes from a node.
    pub(super) fn at(&self, energy: f64, of: impl Fn(&TotalCrossSection) -> f64) -> f64 {
        if let [only] = &self.nodes[..] {
            return of(only);
        }
        let place = ((energy - self.low) / self.width).clamp(0.0, 1.0).sqrt() * (NODES - 1) as f64;
        let first = (place as usize).saturating_sub(1).min(NODES - 4);
        let x = place - first as f64;
        let weight = |i: usize| {
            let others = (0..4).filter(|&k| k != i);
            others.map(|k| (x - k as f64) / (i as f64 - k as f64)).product::<f64>()
        };
        (0..4).map(|i| weight(i) * of(&self.nodes[first + i])).sum()
    }
}
