//! The jobs that are measured.

use crate::Result;
use gradino::chain::primary::{AtomicMasses, Primary, Process, Weighting};
use gradino::chain::{Origin, Setup};
use gradino::flux::Flux;
use gradino_core::particle::pdg;
use gradino_core::{Nuclide, ParamSet};
use gradino_nuclear::decay::{CascadeModels, Network, parameters};
use gradino_nuclear::reaction::{AllowedReaction, CoulombMode, StrengthSet};
use gradino_nuclear::structure::{ContinuumStart, StructureLibrary, masses};

/// Target of the default job.
pub const ARGON_40: Nuclide = Nuclide::new(18, 40);
/// Residue of the charged current.
pub const POTASSIUM_40: Nuclide = Nuclide::new(19, 40);

/// The default job: a pinched spectrum of 12 MeV on 40Ar.
pub fn supernova() -> Result<Setup> {
    setup(Flux::pinched(pdg::NU_E, 12.0, 2.5, [0.0, 60.0])?)
}

/// Neutrinos of one energy [MeV].
pub fn mono(energy: f64) -> Result<Setup> {
    setup(Flux::mono(pdg::NU_E, energy)?)
}

fn setup(flux: Flux) -> Result<Setup> {
    let reaction = AllowedReaction::argon40(StrengthSet::default().strengths(), CoulombMode::default());
    let masses =
        AtomicMasses { target: masses::atomic_mass(ARGON_40)?, residue: masses::atomic_mass(POTASSIUM_40)? };
    let processes = vec![Process::Allowed(reaction)];
    let primary = Primary { flux, processes, masses, weighting: Weighting::CrossSection };
    Ok(Setup {
        seed: 1,
        origin: Origin::Neutrino { primary, target: ARGON_40 },
        models: CascadeModels::default(),
        library: StructureLibrary::builtin(),
    })
}

/// A parameter set with one value changed.
pub fn shifted(params: &ParamSet, i: usize, by: f64) -> ParamSet {
    let mut list: Vec<_> = params.iter().cloned().collect();
    list[i].value += by;
    ParamSet::new(list)
}

/// The parameters of the decay.
pub fn decay_parameters() -> ParamSet {
    ParamSet::new(parameters())
}

/// Which level schemes are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schemes {
    /// All cut at the completeness level.
    Completeness,
    /// That of 40K to its last level, the others cut.
    Potassium40Whole,
    /// All to their last levels.
    LastLevel,
}

/// A library of level schemes; the last two need the RIPL files.
pub fn library(schemes: Schemes) -> Result<StructureLibrary> {
    let builtin = StructureLibrary::builtin();
    if schemes == Schemes::Completeness {
        return Ok(builtin);
    }
    let folder = crate::reference::shared().ok_or("no RIPL files")?.join("data/ripl4/levels");
    let whole = builtin.clone().with_ripl_dir(folder, ContinuumStart::LastLevel)?;
    if schemes == Schemes::LastLevel {
        return Ok(whole);
    }
    let mut library = builtin;
    library.extend(whole.scheme(POTASSIUM_40).cloned());
    Ok(library)
}

/// The decay network of 40K.
pub fn network(max_excitation: f64, models: CascadeModels, schemes: Schemes) -> Result<Network> {
    let params = decay_parameters();
    Ok(Network::prepare(POTASSIUM_40, max_excitation, models, &library(schemes)?, &params, &[])?)
}
