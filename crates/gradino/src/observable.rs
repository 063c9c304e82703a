//! What is observed of an event: one number each, with its motion.

use crate::error::Error;
use gradino_core::particle::pdg;
use gradino_core::text::closest;
use gradino_core::{Event, Particle, Status};
use gradino_infer::loss::Sharing;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A number observed of each event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Observable {
    /// [`Event::visible_energy`] [MeV].
    #[default]
    VisibleEnergy,
    /// Kinetic energy of the fastest electron [MeV]; events without one have none.
    ElectronEnergy,
    /// Number of gammas.
    GammaMultiplicity,
    /// Number of neutrons.
    NeutronMultiplicity,
    /// Number of protons.
    ProtonMultiplicity,
    /// Sum of the energies of the gammas [MeV].
    GammaEnergy,
    /// Largest energy of a gamma [MeV]; events without one have none.
    LargestGammaEnergy,
    /// Kinetic energy of neutrons and protons together [MeV].
    NucleonEnergy,
    /// Energy of the incoming neutrino [MeV]; events without one have none.
    NeutrinoEnergy,
}

impl Observable {
    /// All of them.
    pub const ALL: [Observable; 9] = [
        Observable::VisibleEnergy,
        Observable::ElectronEnergy,
        Observable::GammaMultiplicity,
        Observable::NeutronMultiplicity,
        Observable::ProtonMultiplicity,
        Observable::GammaEnergy,
        Observable::LargestGammaEnergy,
        Observable::NucleonEnergy,
        Observable::NeutrinoEnergy,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Observable::VisibleEnergy => "visible_energy",
            Observable::ElectronEnergy => "electron_energy",
            Observable::GammaMultiplicity => "gamma_multiplicity",
            Observable::NeutronMultiplicity => "neutron_multiplicity",
            Observable::ProtonMultiplicity => "proton_multiplicity",
            Observable::GammaEnergy => "gamma_energy",
            Observable::LargestGammaEnergy => "largest_gamma_energy",
            Observable::NucleonEnergy => "nucleon_energy",
            Observable::NeutrinoEnergy => "neutrino_energy",
        }
    }

    /// Its name for a plot.
    pub fn label(self) -> &'static str {
        match self {
            Observable::VisibleEnergy => "visible energy",
            Observable::ElectronEnergy => "kinetic energy of the electron",
            Observable::GammaMultiplicity => "number of gammas",
            Observable::NeutronMultiplicity => "number of neutrons",
            Observable::ProtonMultiplicity => "number of protons",
            Observable::GammaEnergy => "sum of gamma energies",
            Observable::LargestGammaEnergy => "largest gamma energy",
            Observable::NucleonEnergy => "kinetic energy of nucleons",
            Observable::NeutrinoEnergy => "neutrino energy",
        }
    }

    /// The particles that it counts, if it is a number of particles.
    fn counted(self) -> Option<i32> {
        match self {
            Observable::GammaMultiplicity => Some(pdg::PHOTON),
            Observable::NeutronMultiplicity => Some(pdg::NEUTRON),
            Observable::ProtonMultiplicity => Some(pdg::PROTON),
            _ => None,
        }
    }

    /// Whether it is a number of particles.
    pub fn is_count(self) -> bool {
        self.counted().is_some()
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
            Observable::NeutronMultiplicity | Observable::ProtonMultiplicity => "0:4:1",
            Observable::GammaEnergy | Observable::LargestGammaEnergy | Observable::NucleonEnergy => {
                "0:15:0.5"
            }
            Observable::VisibleEnergy | Observable::ElectronEnergy | Observable::NeutrinoEnergy => "0:60:1",
        }
    }

    /// Its value in `event`; none where the event has nothing of the kind.
    pub fn value(self, event: &Event) -> Option<f64> {
        if let Some(kind) = self.counted() {
            return Some(event.count(kind) as f64);
        }
        if self == Observable::VisibleEnergy {
            return Some(event.visible_energy());
        }
        let mut sum = 0.0;
        self.visit(event, |i| sum += event.particles[i].kinetic_energy()).then_some(sum)
    }

    /// Adds its derivatives to `motion`, one entry for each gradient of the event.
    pub fn add_motion(self, event: &Event, motion: &mut [f64]) {
        match self {
            Observable::VisibleEnergy => event.add_visible_energy_gradient(motion),
            _ => {
                self.visit(event, |i| event.add_energy_gradient(i, 1.0, motion));
            }
        }
    }

    /// Calls `each` with the particles whose energies it sums; whether the event has what is observed.
    fn visit(self, event: &Event, mut each: impl FnMut(usize)) -> bool {
        let one = match self {
            Observable::GammaEnergy => {
                finals(event, &[pdg::PHOTON]).for_each(each);
                return true;
            }
            Observable::NucleonEnergy => {
                finals(event, &[pdg::NEUTRON, pdg::PROTON]).for_each(each);
                return true;
            }
            Observable::ElectronEnergy => fastest(event, pdg::ELECTRON),
            Observable::LargestGammaEnergy => fastest(event, pdg::PHOTON),
            Observable::NeutrinoEnergy => event.particles.iter().position(|p| p.status == Status::Beam),
            _ => None,
        };
        one.into_iter().for_each(&mut each);
        one.is_some()
    }
}

/// Indices of the final particles of some kinds.
fn finals(event: &Event, kinds: &'static [i32]) -> impl Iterator<Item = usize> {
    let is_wanted = move |p: &Particle| p.status == Status::Final && kinds.contains(&p.pdg);
    event.particles.iter().enumerate().filter(move |(_, p)| is_wanted(p)).map(|(i, _)| i)
}

/// Index of the final particle of a kind with the largest energy.
fn fastest(event: &Event, kind: i32) -> Option<usize> {
    let all = event.particles.iter().enumerate();
    let some = all.filter(|(_, p)| p.status == Status::Final && p.pdg == kind);
    some.max_by(|a, b| a.1.momentum.e.total_cmp(&b.1.momentum.e)).map(|(i, _)| i)
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
            known: Observable::ALL.map(Observable::name).to_vec(),
        })
    }
}
