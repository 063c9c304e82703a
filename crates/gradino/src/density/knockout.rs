//! The knockout of a neutron of 12C with distorted waves, as a density.

use crate::config;
use crate::error::Result;
use gradino_core::particle::pdg;
use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::meanfield::Current;
use gradino_nuclear::reaction::exclusive::{KnockoutDensity, LeptonVertex};

/// Energies of the neutrino [MeV].
const ENERGIES: [f64; 2] = [200.0, 1000.0]; // elbaz2025

/// Muon neutrinos on 12C in the field of the published tables (dolan2022): SkE2 16O with 1p1/2 emptied, no Coulomb
/// exchange. Its table is made, or read from the cache.
pub(super) fn carbon() -> Result<KnockoutDensity> {
    let choices = config::Knockout {
        force: "SkE2".into(),
        exchange: config::CoulombExchange::None,
        field: "16O".into(),
        empty: vec!["1p1/2".into()],
        ..config::Knockout::default()
    };
    let vertex = LeptonVertex::new(Current::Charged, pdg::NU_MU)?;
    let (model, _) = choices.build(Nuclide::new(6, 12), vertex, ENERGIES[1])?;
    let params = ParamSet::new(model.parameters());
    Ok(KnockoutDensity::new(&model.prepare(&params, &[]), ENERGIES))
}
