//! What the tests of the chain share: the default job and others, means with errors.

#![allow(dead_code)]

mod laws;

#[allow(unused_imports)]
pub(crate) use laws::*;

use gradino::chain::primary::{AtomicMasses, Primary, Process, Weighting};
use gradino::chain::{Chain, Origin, Setup};
use gradino::flux::Flux;
use gradino_core::{Event, Nuclide, ParamSet};
use gradino_nuclear::decay::CascadeModels;
use gradino_nuclear::reaction::{AllowedReaction, CoulombMode, StrengthSet};
use gradino_nuclear::structure::{StructureLibrary, masses};

pub(crate) const ARGON: Nuclide = Nuclide::new(18, 40);
pub(crate) const NU_E: i32 = 12;
pub(crate) const NEUTRON: i32 = 2112;
pub(crate) const PHOTON: i32 = 22;

/// The spectrum of the default job.
pub(crate) fn supernova() -> Flux {
    Flux::pinched(NU_E, 12.0, 2.5, [0.0, 60.0]).expect("a valid spectrum")
}

pub(crate) fn mono(energy: f64) -> Flux {
    Flux::mono(NU_E, energy).expect("a valid energy")
}

/// Charged current of nu_e on 40Ar.
pub(crate) fn setup(flux: Flux, weighting: Weighting, seed: u64) -> Setup {
    let reaction = AllowedReaction::argon40(StrengthSet::default().strengths(), CoulombMode::default());
    let mass = |nuclide| masses::atomic_mass(nuclide).expect("a known mass");
    let masses = AtomicMasses { target: mass(ARGON), residue: mass(reaction.residue()) };
    let primary = Primary { flux, processes: vec![Process::Allowed(reaction)], masses, weighting };
    Setup {
        seed,
        origin: Origin::Neutrino { primary, target: ARGON },
        models: CascadeModels::default(),
        library: StructureLibrary::builtin(),
    }
}

/// A chain at `params` with gradients with respect to the parameters at `wanted`.
pub(crate) fn chain(setup: &Setup, params: &ParamSet, wanted: &[usize]) -> Chain {
    Chain::prepare(setup, params, wanted).expect("a chain that can be prepared")
}

/// The observables: photons, neutrons, visible energy [MeV].
pub(crate) fn observe(event: &Event) -> [f64; 3] {
    [event.count(PHOTON) as f64, event.count(NEUTRON) as f64, event.visible_energy()]
}

/// Running mean with its error.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Moments {
    n: f64,
    sum: f64,
    squares: f64,
    least: f64,
}

impl Moments {
    pub(crate) fn add(&mut self, x: f64) {
        self.n += 1.0;
        self.sum += x;
        self.squares += x * x;
        self.least = self.least.min(x);
    }
    pub(crate) fn mean(&self) -> f64 {
        self.sum / self.n
    }
    /// The least value, or zero.
    pub(crate) fn least(&self) -> f64 {
        self.least
    }
    pub(crate) fn error(&self) -> f64 {
        ((self.squares / self.n - self.mean().powi(2)).max(0.0) / self.n).sqrt()
    }
}
