//! What is observed of an event: one number each.

use gradino_core::particle::pdg;
use gradino_core::{Event, Particle, Status};
use gradino_nuclear::Error;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A feature of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Observable {
    /// Visible energy [MeV]: electrons, gammas and charged fragments (see [`Event::visible_energy`]).
    VisibleEnergy,
    /// Kinetic energy of the electrons [MeV].
    ElectronEnergy,
    /// Number of gammas.
    Gammas,
    /// Number of neutrons.
    Neutrons,
    /// Number of protons.
    Protons,
    /// Sum of the energies of the gammas [MeV].
    GammaEnergy,
    /// Energy of the most energetic gamma [MeV], zero without gammas.
    HardestGamma,
    /// Kinetic energy of neutrons and protons together [MeV].
    NucleonEnergy,
    /// Energy of the incoming neutrino [MeV], zero without one.
    NeutrinoEnergy,
}

impl Observable {
    /// All of them.
    pub const ALL: [Observable; 9] = [
        Observable::VisibleEnergy,
        Observable::ElectronEnergy,
        Observable::Gammas,
        Observable::Neutrons,
        Observable::Protons,
        Observable::GammaEnergy,
        Observable::HardestGamma,
        Observable::NucleonEnergy,
        Observable::NeutrinoEnergy,
    ];

    /// The name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Observable::VisibleEnergy => "visible-energy",
            Observable::ElectronEnergy => "electron-energy",
            Observable::Gammas => "gammas",
            Observable::Neutrons => "neutrons",
            Observable::Protons => "protons",
            Observable::GammaEnergy => "gamma-energy",
            Observable::HardestGamma => "hardest-gamma",
            Observable::NucleonEnergy => "nucleon-energy",
            Observable::NeutrinoEnergy => "neutrino-energy",
        }
    }

    /// Its value.
    pub fn of(self, event: &Event) -> f64 {
        let number = |wanted| event.count(wanted) as f64;
        let photons = || event.final_state().filter(|p| p.pdg == pdg::PHOTON).map(|p| p.momentum.e);
        let kinetic = |wanted: &[i32]| -> f64 {
            let some = event.final_state().filter(|p| wanted.contains(&p.pdg));
            some.map(Particle::kinetic_energy).sum()
        };
        match self {
            Observable::VisibleEnergy => event.visible_energy(),
            Observable::ElectronEnergy => kinetic(&[pdg::ELECTRON]),
            Observable::Gammas => number(pdg::PHOTON),
            Observable::Neutrons => number(pdg::NEUTRON),
            Observable::Protons => number(pdg::PROTON),
            Observable::GammaEnergy => photons().sum(),
            Observable::HardestGamma => photons().fold(0.0, f64::max),
            Observable::NucleonEnergy => kinetic(&[pdg::NEUTRON, pdg::PROTON]),
            Observable::NeutrinoEnergy => {
                event.particles.iter().find(|p| p.status == Status::Beam).map_or(0.0, |p| p.momentum.e)
            }
        }
    }
}

impl fmt::Display for Observable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Observable {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        Observable::ALL.into_iter().find(|o| o.name() == text).ok_or_else(|| Error::UnknownModel {
            kind: "observable",
            name: text.to_string(),
            known: Observable::ALL.map(Observable::name).to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn observables_are_found_by_their_names() {
        for observable in Observable::ALL {
            assert_eq!(observable.name().parse(), Ok(observable));
        }
        assert!(matches!(
            "energy".parse::<Observable>(),
            Err(Error::UnknownModel { kind: "observable", .. })
        ));
    }
}
