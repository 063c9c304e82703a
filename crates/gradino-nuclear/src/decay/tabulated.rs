//! Decays tabulated over energy, built where cascades pass, closer where widths are bent.
//!
//! Between two neighbouring energies all widths are chords. A pair is kept if the chords are good to
//! [`TOLERANCE`], and halved otherwise, again and again: above the threshold of a fragment, where a
//! width rises as a power of the energy or as a barrier is passed, and where the continuum opens. What
//! the chord is held against is N = sum_c (N_c(a) N_c(b))^(1/2) in the middle: exact for an exponential,
//! off by at least the true error for E^(1/2) and E^p with p > 1. The choice depends on the parameters
//! only through this test; the score takes it as given.

use super::couplings::MAX_TWO_J;
use super::network::Network;
use super::state::{DecayState, SOURCES};
use crate::emission::fragment::Fragment;
use gradino_core::{Parity, Real};
use std::ops::Range;
use std::sync::OnceLock;

/// Largest relative error of a chord for the levels, or the continuum, that one fragment or the photons lead to.
const TOLERANCE: f64 = 0.0035;
/// The same for neutrons to levels: above a threshold their T saturates, and the chord of E^p with p < 1/2 is
/// off by (1 - p) / p of what the test says.
const TOLERANCE_NEUTRON: f64 = 0.0015;
/// Branchings below this may be off by more.
const SMALLEST: f64 = 1e-4;
/// The source that neutrons are.
const NEUTRON: usize = Fragment::Neutron as usize + 1;
/// Pairs closer than this are not halved [MeV].
const NARROWEST: f64 = 2e-5;

/// The tabulated decays of one nuclide.
#[derive(Debug)]
pub(crate) struct Tabulated<D = f64> {
    /// Energies where the halving starts from [MeV].
    nodes: Vec<f64>,
    /// One for each spin and parity.
    rows: Vec<OnceLock<Row<D>>>,
}

impl<D> Default for Tabulated<D> {
    fn default() -> Self {
        Tabulated { nodes: Vec::new(), rows: Vec::new() }
    }
}

/// The tabulated decays of one nuclide with one spin and parity.
#[derive(Debug)]
struct Row<D> {
    states: Vec<OnceLock<Box<DecayState<D>>>>,
    cells: Vec<Cell<D>>,
}

/// What lies between two energies: nothing, or a decay halfway and two cells.
#[derive(Debug)]
struct Cell<D>(OnceLock<Option<Box<Split<D>>>>);

impl<D> Default for Cell<D> {
    fn default() -> Self {
        Cell(OnceLock::new())
    }
}

#[derive(Debug)]
struct Split<D> {
    middle: DecayState<D>,
    halves: [Cell<D>; 2],
}

impl<D: Real> Tabulated<D> {
    /// Between the energies `nodes`, in ascending order, at least two [MeV].
    pub(crate) fn new(nodes: Vec<f64>) -> Self {
        debug_assert!(nodes.len() > 1 && nodes.is_sorted());
        let count = (usize::from(MAX_TWO_J) / 2 + 1) * 2;
        Tabulated { nodes, rows: std::iter::repeat_with(OnceLock::new).take(count).collect() }
    }

    fn row(&self, two_j: u16, parity: Parity) -> &Row<D> {
        self.rows[usize::from(two_j / 2) * 2 + parity.index()].get_or_init(|| Row {
            states: std::iter::repeat_with(OnceLock::new).take(self.nodes.len()).collect(),
            cells: std::iter::repeat_with(Cell::default).take(self.nodes.len() - 1).collect(),
        })
    }
}

impl<D: Real> Network<D> {
    /// The two tabulated decays of entry `i` next to `excitation`, the lower one first; built at first use.
    pub(super) fn neighbours(
        &self,
        i: usize,
        excitation: f64,
        two_j: u16,
        parity: Parity,
    ) -> [&DecayState<D>; 2] {
        let entry = &self.entries[i];
        let build = |energy: f64| Box::new(self.build_state(i, energy, two_j, parity));
        let nodes = &entry.tabulated.nodes;
        let k = nodes.partition_point(|&e| e <= excitation).clamp(1, nodes.len() - 1) - 1;
        let row = entry.tabulated.row(two_j, parity);
        let mut ends = [k, k + 1].map(|k| &**row.states[k].get_or_init(|| build(nodes[k])));
        let mut cell = &row.cells[k];
        let split = |[a, b]: [&DecayState<D>; 2]| {
            is_bent([a, b], &entry.layout).then(|| {
                let middle = *build(0.5 * (a.excitation + b.excitation));
                Box::new(Split { middle, halves: Default::default() })
            })
        };
        while let Some(parts) = cell.0.get_or_init(|| split(ends)) {
            let upper = usize::from(excitation >= parts.middle.excitation);
            ends[1 - upper] = &parts.middle;
            cell = &parts.halves[upper];
        }
        ends
    }
}

/// Whether a chord between two decays is not good enough for some way out.
fn is_bent<D: Real>(ends: [&DecayState<D>; 2], layout: &[usize; SOURCES + 1]) -> bool {
    ends[1].excitation - ends[0].excitation > NARROWEST
        && (0..SOURCES).filter(|&source| layout[source] < layout[source + 1]).any(|source| {
            let (first, end) = (layout[source], layout[source + 1]);
            let tolerance = if source == NEUTRON { TOLERANCE_NEUTRON } else { TOLERANCE };
            chord_error(ends, first..end - 1) > tolerance || chord_error(ends, end - 1..end) > TOLERANCE
        })
}

/// Relative error of the chord in the middle for the sum over `channels`; zero if their branching is small.
fn chord_error<D: Real>(ends: [&DecayState<D>; 2], channels: Range<usize>) -> f64 {
    let (mut counts, mut chord, mut curve) = (false, 0.0, 0.0);
    for state in ends {
        let up_to = |c: usize| if c == 0 { 0.0 } else { state.running[c - 1].re() };
        let sum = up_to(channels.end) - up_to(channels.start);
        counts |= sum > SMALLEST * state.total().re();
        chord += 0.5 * sum;
    }
    if !counts {
        return 0.0;
    }
    for c in channels {
        let [a, b] = ends.map(|state| state.channel(c).re());
        curve += (a * b).sqrt();
    }
    chord / curve - 1.0
}
