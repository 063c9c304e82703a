//! How many partial waves are taken, and the number with which the width is converged.

use super::network::{CascadeModels, Network};
use crate::emission::transmission::L_MAX;
use crate::error::{Error, Result};
use crate::structure::StructureLibrary;
use gradino_core::{Nuclide, ParamSet, Parity};

/// Largest relative change of a total width, when l is raised further, that counts as converged.
pub const L_TOLERANCE: f64 = 1e-3;
/// Fragments reach discrete levels by all l up to this at least; selection rules bound them further.
pub(crate) const DISCRETE_L: u32 = 8;
/// Spins up to this are tried, the spins of most states that a decay passes.
const HIGHEST_TWO_J: u16 = 13;

/// Largest orbital angular momentum of fragments and multipolarity of photons to the continuum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialWaves {
    /// This one, from 1 to [`L_MAX`].
    UpTo(u32),
    /// The smallest with which total widths are within [`L_TOLERANCE`] of those with [`L_MAX`], at the largest
    /// excitation energy.
    Converged,
}

impl PartialWaves {
    /// The number for the decay of `nuclide` from up to `max_excitation` [MeV].
    pub(super) fn resolve(
        self,
        (nuclide, max_excitation): (Nuclide, f64),
        models: &CascadeModels,
        library: &StructureLibrary,
        params: &ParamSet,
    ) -> Result<u32> {
        match self {
            PartialWaves::UpTo(l) if (1..=L_MAX).contains(&l) => Ok(l),
            PartialWaves::UpTo(l) => Err(Error::OutOfRange {
                what: "largest orbital angular momentum",
                value: f64::from(l),
                lower: 1.0,
                upper: f64::from(L_MAX),
            }),
            PartialWaves::Converged => {
                let models = CascadeModels { l_max: PartialWaves::UpTo(L_MAX), ..models.clone() };
                Ok(converged(Network::prepare(nuclide, max_excitation, models, library, params, &[])?))
            }
        }
    }
}

/// The smallest l with which the total widths of the first nuclide at its largest excitation energy are those
/// of all l that `network` is prepared for.
fn converged(mut network: Network) -> u32 {
    let (odd, top) = (network.entries[0].nuclide.a % 2, network.entries[0].max_excitation);
    let mut totals = |l: u32| -> Vec<f64> {
        network.models.l_max = l;
        let spins = (odd..=HIGHEST_TWO_J).step_by(2);
        spins.map(|two_j| network.build_state(0, top, two_j, Parity::Plus).total()).collect()
    };
    let all = totals(L_MAX);
    let near = |some: Vec<f64>| some.iter().zip(&all).all(|(s, a)| (s - a).abs() <= L_TOLERANCE * a);
    (1..L_MAX).find(|&l| near(totals(l))).unwrap_or(L_MAX)
}
