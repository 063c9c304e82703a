//! The light fragments a compound nucleus emits.

use gradino_core::particle::pdg;
use gradino_core::{Nuclide, Parity};

/// A light nuclear fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fragment {
    /// Neutron.
    Neutron,
    /// Proton.
    Proton,
    /// Deuteron.
    Deuteron,
    /// Triton.
    Triton,
    /// Helium-3 nucleus.
    Helion,
    /// Alpha particle.
    Alpha,
}

impl Fragment {
    /// All fragments, lightest first.
    pub const ALL: [Fragment; 6] = [
        Fragment::Neutron,
        Fragment::Proton,
        Fragment::Deuteron,
        Fragment::Triton,
        Fragment::Helion,
        Fragment::Alpha,
    ];

    /// Its proton and mass number.
    pub const fn nuclide(self) -> Nuclide {
        match self {
            Fragment::Neutron => Nuclide::new(0, 1),
            Fragment::Proton => Nuclide::new(1, 1),
            Fragment::Deuteron => Nuclide::new(1, 2),
            Fragment::Triton => Nuclide::new(1, 3),
            Fragment::Helion => Nuclide::new(2, 3),
            Fragment::Alpha => Nuclide::new(2, 4),
        }
    }

    /// Twice its spin.
    pub const fn two_s(self) -> u32 {
        match self {
            Fragment::Deuteron => 2,
            Fragment::Alpha => 0,
            _ => 1,
        }
    }

    /// Its parity: positive for all.
    pub const fn parity(self) -> Parity {
        Parity::Plus
    }

    /// Its PDG number.
    pub const fn pdg(self) -> i32 {
        match self {
            Fragment::Neutron => pdg::NEUTRON,
            Fragment::Proton => pdg::PROTON,
            Fragment::Deuteron => pdg::DEUTERON,
            Fragment::Triton => pdg::TRITON,
            Fragment::Helion => pdg::HELION,
            Fragment::Alpha => pdg::ALPHA,
        }
    }

    /// Its short name: "n", "p", "d", "t", "3He", "alpha".
    pub const fn name(self) -> &'static str {
        match self {
            Fragment::Neutron => "n",
            Fragment::Proton => "p",
            Fragment::Deuteron => "d",
            Fragment::Triton => "t",
            Fragment::Helion => "3He",
            Fragment::Alpha => "alpha",
        }
    }

    /// Mass of the bare nucleus [MeV], CODATA 2018 (tiesinga2021).
    pub const fn nuclear_mass(self) -> f64 {
        match self {
            Fragment::Neutron => 939.565_420_52,
            Fragment::Proton => 938.272_088_16,
            Fragment::Deuteron => 1_875.612_942_57,
            Fragment::Triton => 2_808.921_132_98,
            Fragment::Helion => 2_808.391_607_43,
            Fragment::Alpha => 3_727.379_406_6,
        }
    }

    /// The channels (l, 2j) with l up to `l_max`, by rising l, then rising j.
    pub fn channels(self, l_max: u32) -> Vec<(u32, u32)> {
        let s = self.two_s();
        let by_l = |l: u32| ((2 * l).abs_diff(s)..=2 * l + s).step_by(2).map(move |two_j| (l, two_j));
        (0..=l_max).flat_map(by_l).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_know_their_pdg_number_and_binding() {
        for fragment in Fragment::ALL {
            let Nuclide { z, a } = fragment.nuclide();
            assert_eq!(Nuclide::from_pdg(fragment.pdg()), Some(fragment.nuclide()));
            let free = f64::from(z) * Fragment::Proton.nuclear_mass()
                + f64::from(a - u16::from(z)) * Fragment::Neutron.nuclear_mass();
            let binding = free - fragment.nuclear_mass();
            assert!((0.0..29.0).contains(&binding), "{} binds {binding} MeV", fragment.name());
        }
    }

    #[test]
    fn channels_couple_spin_and_orbit_to_every_allowed_j() {
        assert_eq!(Fragment::Neutron.channels(1), [(0, 1), (1, 1), (1, 3)]);
        assert_eq!(Fragment::Deuteron.channels(1), [(0, 2), (1, 0), (1, 2), (1, 4)]);
        assert_eq!(Fragment::Alpha.channels(2), [(0, 0), (1, 2), (2, 4)]);
    }
}
