//! The tables of a nuclide, each made at first use, and kept where no parameter moves.

use super::ingredients::{DensityTable, GammaTable};
use super::slots::Slots;
use crate::emission::transmission::TransmissionTable;
use gradino_core::Real;
use std::sync::{Arc, OnceLock};

/// What is tabulated for a nuclide, each table at first use.
#[derive(Clone, Debug)]
pub(super) struct Tables<D = f64> {
    pub(super) density: OnceLock<Arc<DensityTable<D>>>,
    pub(super) gamma: OnceLock<Arc<GammaTable<D>>>,
    pub(super) transmissions: [OnceLock<Arc<TransmissionTable<D>>>; 6],
}

impl<D> Default for Tables<D> {
    fn default() -> Self {
        Tables { density: OnceLock::new(), gamma: OnceLock::new(), transmissions: Default::default() }
    }
}

impl Tables {
    /// Those whose parameters do not move along a line, as numbers with derivatives.
    pub(super) fn lifted<D: Real>(&self, moved: impl Fn(&str) -> bool) -> Tables<D> {
        fn lift<A, B>(from: &OnceLock<Arc<A>>, lifted: impl Fn(&A) -> Option<B>) -> OnceLock<Arc<B>> {
            let table = from.get().and_then(|table| lifted(table)).map(Arc::new);
            table.map_or_else(OnceLock::new, OnceLock::from)
        }
        let kept = self.kept(moved);
        Tables {
            density: lift(&kept.density, |table| Some(table.lifted())),
            gamma: lift(&kept.gamma, GammaTable::lifted),
            transmissions: kept.transmissions.each_ref().map(|t| lift(t, |table| Some(table.lifted()))),
        }
    }

    /// Those whose parameters have not moved.
    pub(super) fn kept(&self, moved: impl Fn(&str) -> bool) -> Self {
        let mut kept = Tables::default();
        let density_moved = moved(Slots::LEVEL_DENSITY);
        if !density_moved {
            kept.density = self.density.clone();
        }
        if !density_moved && !moved(Slots::GAMMA_STRENGTH) {
            kept.gamma = self.gamma.clone();
        }
        if !moved(Slots::OPTICAL) {
            kept.transmissions = self.transmissions.clone();
        }
        kept
    }
}
