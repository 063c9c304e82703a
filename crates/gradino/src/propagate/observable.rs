//! Observables of an event, with their motion.

use crate::error::Error;
use gradino_core::particle::pdg;
use gradino_core::text::closest;
use gradino_core::{Event, Status};
use gradino_infer::loss::Sharing;
use std::fmt;
use std::str::FromStr;

/// What of an event goes into a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observable {
    /// [`Event::visible_energy`] [MeV].
    #[default]
    VisibleEnergy,
    /// Kinetic energy of the fastest electron [MeV]; events without one count nowhere.
    ElectronEnergy,
    /// Number of gammas.
    GammaMultiplicity,
    /// Number of neutrons.
    NeutronMultiplicity,
    /// Sum of the energies of the gammas [MeV].
    GammaEnergy,
    /// Largest energy of a gamma [MeV]; events without one count nowhere.
    LargestGammaEnergy,
}

impl Observable {
    /// All of them.
    pub const ALL: [Observable; 6] = [
        Observable::VisibleEnergy,
        Observable::ElectronEnergy,
        Observable::GammaMultiplicity,
        Observable::NeutronMultiplicity,
        Observable::GammaEnergy,
        Observable::LargestGammaEnergy,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Observable::VisibleEnergy => "visible_energy",
            Observable::ElectronEnergy => "electron_energy",
            Observable::GammaMultiplicity => "gamma_multiplicity",
            Observable::NeutronMultiplicity => "neutron_multiplicity",
            Observable::GammaEnergy => "gamma_energy",
            Observable::LargestGammaEnergy => "largest_gamma_energy",
        }
    }

    /// Its name for a plot.
    pub fn label(self) -> &'static str {
        match self {
            Observable::VisibleEnergy => "visible energy",
            Observable::ElectronEnergy => "kinetic energy of the electron",
            Observable::GammaMultiplicity => "number of gammas",
            Observable::NeutronMultiplicity => "number of neutrons",
            Observable::GammaEnergy => "sum of gamma energies",
            Observable::LargestGammaEnergy => "largest gamma energy",
        }
    }

    /// Whether it is a number of particles.
    pub fn is_count(self) -> bool {
        matches!(self, Observable::GammaMultiplicity | Observable::NeutronMultiplicity)
    }

    /// Its unit, "" for a number of particles.
    pub fn unit(self) -> &'static str {
        if self.is_count() { "" } else { "MeV" }
    }

    /// Energies move and are shared between neighbouring bins; numbers of particles do not.
    pub fn sharing(self) -> Sharing {
        if self.is_count() { Sharing::None } else { Sharing::Linear }
    }

    /// Bins that suit the default job: 1 MeV wide up to 60 MeV, or one for each number of particles.
    pub fn default_bins(self) -> &'static str {
        match self {
            Observable::GammaMultiplicity => "0:12:1",
            Observable::NeutronMultiplicity => "0:4:1",
            Observable::GammaEnergy | Observable::LargestGammaEnergy => "0:15:0.5",
            Observable::VisibleEnergy | Observable::ElectronEnergy => "0:60:1",
        }
    }

    /// Its value in `event`, and its derivatives added to `motion`, one entry for each gradient of the event.
    pub fn of(self, event: &Event, motion: &mut [f64]) -> Option<f64> {
        match self {
            Observable::VisibleEnergy => {
                event.add_visible_energy_gradient(motion);
                Some(event.visible_energy())
            }
            Observable::GammaMultiplicity => Some(event.count(pdg::PHOTON) as f64),
            Observable::NeutronMultiplicity => Some(event.count(pdg::NEUTRON) as f64),
            Observable::GammaEnergy => {
                let gammas = finals(event, pdg::PHOTON);
                Some(gammas.map(|i| added(event, i, motion)).sum())
            }
            Observable::ElectronEnergy => fastest(event, pdg::ELECTRON).map(|i| added(event, i, motion)),
            Observable::LargestGammaEnergy => fastest(event, pdg::PHOTON).map(|i| added(event, i, motion)),
        }
    }
}

/// Indices of final particles of a kind.
fn finals(event: &Event, kind: i32) -> impl Iterator<Item = usize> {
    let particles = event.particles.iter().enumerate();
    particles.filter(move |(_, p)| p.status == Status::Final && p.pdg == kind).map(|(i, _)| i)
}

/// Index of the final particle of a kind with the largest energy.
fn fastest(event: &Event, kind: i32) -> Option<usize> {
    let energy = |i: &usize| event.particles[*i].momentum.e;
    finals(event, kind).max_by(|a, b| energy(a).total_cmp(&energy(b)))
}

/// Kinetic energy of a particle [MeV], its derivatives added to `motion`.
fn added(event: &Event, i: usize, motion: &mut [f64]) -> f64 {
    event.add_energy_gradient(i, 1.0, motion);
    event.particles[i].kinetic_energy()
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Observable {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Observable::ALL.into_iter().find(|o| o.name() == text).ok_or_else(|| Error::UnknownObservable {
            name: text.into(),
            suggestion: closest(text, Observable::ALL.iter().map(|o| o.name())),
        })
    }
}
