//! Particle numbers (PDG Monte Carlo scheme) and nuclides.

use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// PDG numbers of the particles met here.
pub mod pdg {
    /// Electron.
    pub const ELECTRON: i32 = 11;
    /// Electron neutrino.
    pub const NU_E: i32 = 12;
    /// Muon.
    pub const MUON: i32 = 13;
    /// Muon neutrino.
    pub const NU_MU: i32 = 14;
    /// Tau.
    pub const TAU: i32 = 15;
    /// Tau neutrino.
    pub const NU_TAU: i32 = 16;
    /// Photon.
    pub const PHOTON: i32 = 22;
    /// Neutron.
    pub const NEUTRON: i32 = 2112;
    /// Proton.
    pub const PROTON: i32 = 2212;
    /// Deuteron.
    pub const DEUTERON: i32 = 1_000_010_020;
    /// Triton.
    pub const TRITON: i32 = 1_000_010_030;
    /// Helium-3.
    pub const HELION: i32 = 1_000_020_030;
    /// Alpha particle.
    pub const ALPHA: i32 = 1_000_020_040;
}

/// Element symbols by atomic number, "n" for zero.
pub const SYMBOLS: [&str; 119] = [
    "n", "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar",
    "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr",
    "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe",
    "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu",
    "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra",
    "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db",
    "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og",
];

/// A nuclide: proton number and mass number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nuclide {
    /// Proton number.
    pub z: u8,
    /// Mass number.
    pub a: u16,
}

impl Nuclide {
    /// The nuclide with `z` protons and `a` nucleons.
    pub const fn new(z: u8, a: u16) -> Self {
        Nuclide { z, a }
    }
    /// Neutron number.
    pub const fn n(self) -> u16 {
        self.a - self.z as u16
    }
    /// PDG number, 10LZZZAAAI with L = I = 0; neutron and proton have their own.
    pub const fn pdg(self) -> i32 {
        match (self.z, self.a) {
            (0, 1) => pdg::NEUTRON,
            (1, 1) => pdg::PROTON,
            (z, a) => 1_000_000_000 + 10_000 * z as i32 + 10 * a as i32,
        }
    }
    /// The nuclide of a PDG number, if it is one.
    pub fn from_pdg(number: i32) -> Option<Self> {
        match number {
            pdg::NEUTRON => Some(Nuclide::new(0, 1)),
            pdg::PROTON => Some(Nuclide::new(1, 1)),
            n if n > 1_000_000_000 => {
                Some(Nuclide::new(((n / 10_000) % 1000) as u8, ((n / 10) % 1000) as u16))
            }
            _ => None,
        }
    }
    /// What is left when `fragment` goes, if it can.
    pub fn minus(self, fragment: Nuclide) -> Option<Nuclide> {
        let z = self.z.checked_sub(fragment.z)?;
        let a = self.a.checked_sub(fragment.a)?;
        (a >= 1 && a >= u16::from(z)).then_some(Nuclide { z, a })
    }
}

impl fmt::Display for Nuclide {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match SYMBOLS.get(usize::from(self.z)) {
            Some(symbol) => write!(f, "{}{}", self.a, symbol),
            None => write!(f, "{}[Z={}]", self.a, self.z),
        }
    }
}

impl FromStr for Nuclide {
    type Err = Error;

    /// Reads "40K", "K40", "K-40" or "40-K".
    fn from_str(text: &str) -> Result<Self> {
        let fail = || Error::NotANuclide { text: text.to_string() };
        let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let known = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ' ');
        // "n" is the neutron, "N" nitrogen; all other symbols are read in any case.
        let same = |s: &str| {
            if s.eq_ignore_ascii_case("n") { s == letters } else { s.eq_ignore_ascii_case(&letters) }
        };
        let z = SYMBOLS.iter().position(|s| same(s)).ok_or_else(fail)?;
        let a: u16 = digits.parse().map_err(|_| fail())?;
        if !known || usize::from(a) < z.max(1) || a > 300 {
            return Err(fail());
        }
        Ok(Nuclide::new(z as u8, a))
    }
}

/// The charge [e] of a lepton by its PDG number; 0 of a neutrino, and of what is no lepton.
pub fn lepton_charge(number: i32) -> i32 {
    match number.abs() {
        pdg::ELECTRON | pdg::MUON | pdg::TAU => -number.signum(),
        _ => 0,
    }
}

/// Readable name of a PDG number.
pub fn name(number: i32) -> String {
    let fixed = match number {
        11 => "e-",
        -11 => "e+",
        12 => "nu_e",
        -12 => "anti-nu_e",
        13 => "mu-",
        -13 => "mu+",
        14 => "nu_mu",
        -14 => "anti-nu_mu",
        16 => "nu_tau",
        -16 => "anti-nu_tau",
        22 => "gamma",
        pdg::NEUTRON => "n",
        pdg::PROTON => "p",
        pdg::DEUTERON => "d",
        pdg::TRITON => "t",
        pdg::HELION => "3He",
        pdg::ALPHA => "alpha",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_string();
    }
    Nuclide::from_pdg(number).map_or_else(|| number.to_string(), |n| n.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn leptons_have_a_charge_against_the_sign_of_their_number_and_neutrinos_none() {
        let charges = [11, -11, 13, -13, 15, -15, 12, -14, 22, 2212].map(lepton_charge);
        assert_eq!(charges, [-1, 1, -1, 1, -1, 1, 0, 0, 0, 0]);
    }

    #[test]
    fn nuclides_are_read_and_written() {
        for text in ["40K", "K40", "k-40", "40-K"] {
            assert_eq!(text.parse::<Nuclide>().expect(text), Nuclide::new(19, 40));
        }
        assert_eq!("14N".parse::<Nuclide>().expect("nitrogen"), Nuclide::new(7, 14));
        assert_eq!("1n".parse::<Nuclide>().expect("neutron"), Nuclide::new(0, 1));
        assert_eq!(Nuclide::new(19, 40).to_string(), "40K");
        assert_eq!(Nuclide::new(18, 40).pdg(), 1_000_180_400);
        assert_eq!(Nuclide::from_pdg(pdg::ALPHA), Some(Nuclide::new(2, 4)));
        for bad in ["", "40", "K", "40Zz", "3Ar", "40K!"] {
            assert!(bad.parse::<Nuclide>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_nuclide_never_panics(text in ".{0,8}") {
            let _ = text.parse::<Nuclide>();
        }
    }
}
