//! The tree of a level scheme.

use super::LevelTree;
use crate::decay::couplings::MAX_MULTIPOLARITY;
use crate::decay::ingredients::GammaAt;
use crate::decay::network::{CascadeModels, nuclide_data};
use crate::decay::widths;
use crate::error::Result;
use crate::structure::{Level, LevelScheme};
use gradino_core::{Params, Real};

impl<D: Real> LevelTree<D> {
    /// The gamma decays of a level scheme, as cascades take them: by the measured branchings, or by the
    /// statistical strengths where none was measured, p(f) proportional to sum_XL T_XL(E_i - E_f). The latter
    /// depend on `theta`, the parameters of level density and gamma strength.
    pub fn of_scheme(scheme: &LevelScheme, models: &CascadeModels, theta: &Params<D>) -> Result<Self> {
        let strengths = (models.gamma_strength, models.level_density);
        let gamma = GammaAt::prepare(strengths, &nuclide_data(scheme.nuclide), theta, MAX_MULTIPOLARITY);
        let ways = |(k, level): (usize, &Level)| match (k, level.transitions.is_empty()) {
            (0, _) => Vec::new(),
            (_, false) => level.transitions.iter().map(|t| (t.to, D::from(t.probability))).collect(),
            (_, true) => statistical(&gamma, level, &scheme.levels[..k]),
        };
        let widths: Vec<Vec<(usize, D)>> = scheme.levels.iter().enumerate().map(ways).collect();
        LevelTree::new(scheme.levels.iter().map(|l| l.energy).collect(), &widths)
    }
}

/// Partial widths by the completion rule. If only 0 to 0 is left, one transition to the ground state stands
/// for conversion or pairs.
fn statistical<D: Real>(gamma: &GammaAt<D>, initial: &Level, below: &[Level]) -> Vec<(usize, D)> {
    let lower = below.iter().enumerate().filter(|(_, to)| to.energy < initial.energy);
    let widths = lower.map(|(k, to)| {
        let row = gamma.row(D::from(initial.energy - to.energy), D::from(to.energy));
        let change = initial.parity.times(to.parity);
        (k, widths::discrete_gamma(initial.two_j, to.two_j, change, &row, MAX_MULTIPOLARITY))
    });
    let open: Vec<_> = widths.filter(|(_, width)| width.re() > 0.0).collect();
    if open.is_empty() { vec![(0, D::one())] } else { open }
}
