//! What the tests of the decay share: nuclides, networks, random states.

#![allow(dead_code)]

use gradino_core::{Nuclide, ParamSet, Parity};
use gradino_nuclear::decay::{CascadeModels, Network, PartialWidth, StateAt, Widths, parameters};
use gradino_nuclear::structure::StructureLibrary;

pub(crate) const POTASSIUM_40: Nuclide = Nuclide::new(19, 40);

/// Nuclides that the deexcitation of 40K passes.
pub(crate) const NUCLIDES: [Nuclide; 5] =
    [POTASSIUM_40, Nuclide::new(19, 39), Nuclide::new(18, 39), Nuclide::new(17, 36), Nuclide::new(18, 38)];

/// A nuclide without an embedded level scheme: levels and continuum are statistical.
pub(crate) const SILICON_28: Nuclide = Nuclide::new(14, 28);

pub(crate) fn set() -> ParamSet {
    ParamSet::new(parameters())
}

pub(crate) fn network_with(
    nuclide: Nuclide,
    max_excitation: f64,
    models: CascadeModels,
    params: &ParamSet,
    gradients: &[usize],
) -> Network {
    let library = StructureLibrary::builtin();
    Network::prepare(nuclide, max_excitation, models, &library, params, gradients).expect("within the tables")
}

pub(crate) fn network(nuclide: Nuclide, max_excitation: f64, gradients: &[usize]) -> Network {
    network_with(nuclide, max_excitation, CascadeModels::default(), &set(), gradients)
}

/// Start of the continuum [MeV]; without an embedded scheme an energy above any.
pub(crate) fn cut(nuclide: Nuclide) -> f64 {
    StructureLibrary::builtin().scheme(nuclide).map_or(5.0, |s| s.continuum_from)
}

/// Evenly spread numbers in [0, 1): additive recurrences of the golden ratio and of square roots.
fn spread(i: usize) -> [f64; 3] {
    [0.618_033_988_749_895, std::f64::consts::SQRT_2, 3f64.sqrt()].map(|step| (i as f64 * step).fract())
}

/// The state number `i`: energies from `low` to `high` [MeV], spins up to 6 and both parities.
pub(crate) fn random_state(nuclide: Nuclide, i: usize, low: f64, high: f64) -> StateAt {
    let [x, y, z] = spread(i + 1);
    let parity = if z < 0.5 { Parity::Plus } else { Parity::Minus };
    StateAt { excitation: low + (high - low) * x, two_j: 2 * (y * 7.0) as u16 + nuclide.a % 2, parity }
}

/// Width of one way out, discrete levels and continuum together [MeV].
pub(crate) fn whole(partial: &PartialWidth) -> f64 {
    partial.discrete + partial.continuum
}

/// Largest relative difference of the total width and of those partial widths and branchings whose
/// branching is above `smallest`.
pub(crate) fn largest_difference(ours: &Widths, exact: &Widths, smallest: f64) -> f64 {
    let mut worst = (ours.total() / exact.total() - 1.0).abs();
    for e in exact.partial.iter().filter(|e| whole(e) > smallest * exact.total()) {
        let o = ours.partial.iter().find(|o| o.fragment == e.fragment).expect("the same ways out");
        worst = worst.max((whole(o) / whole(e) - 1.0).abs());
        if e.continuum > smallest * exact.total() {
            worst = worst.max((o.continuum / e.continuum - 1.0).abs());
        }
        if e.discrete > smallest * exact.total() {
            worst = worst.max((o.discrete / e.discrete - 1.0).abs());
        }
    }
    worst
}
