//! Shells of a spherical nucleus and the orbitals in them.

use crate::emission::fragment::Fragment;
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// Letters of l.
const LETTERS: &str = "spdfghij";

/// A neutron or a proton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Nucleon {
    /// Neutron.
    Neutron,
    /// Proton.
    Proton,
}

impl Nucleon {
    /// Both, in the order of all arrays of two.
    pub const BOTH: [Nucleon; 2] = [Nucleon::Neutron, Nucleon::Proton];

    /// Position in an array of two: neutrons first.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Mass [MeV].
    pub const fn mass(self) -> f64 {
        self.fragment().nuclear_mass()
    }

    /// The fragment that it is when it is free.
    pub const fn fragment(self) -> Fragment {
        match self {
            Nucleon::Neutron => Fragment::Neutron,
            Nucleon::Proton => Fragment::Proton,
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Nucleon::Neutron => Nucleon::Proton,
            Nucleon::Proton => Nucleon::Neutron,
        }
    }
}

/// Mean mass of proton and neutron [MeV].
pub const NUCLEON_MASS: f64 = 0.5 * (Nucleon::Proton.mass() + Nucleon::Neutron.mass());

impl FromStr for Nucleon {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "neutron" => Ok(Nucleon::Neutron),
            "proton" => Ok(Nucleon::Proton),
            _ => Err(Error::UnknownModel {
                kind: "nucleon",
                name: text.to_string(),
                known: vec!["neutron", "proton"],
            }),
        }
    }
}

impl fmt::Display for Nucleon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Nucleon::Neutron => "n",
            Nucleon::Proton => "p",
        })
    }
}

/// A shell n l j; n counts from 1, so that u has n - 1 nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shell {
    /// Number of the shell among those of the same l and j, from 1.
    pub n: u32,
    /// Orbital angular momentum.
    pub l: u32,
    /// Twice the total angular momentum.
    pub two_j: u32,
}

impl Shell {
    /// The shell n l j.
    pub const fn new(n: u32, l: u32, two_j: u32) -> Self {
        Shell { n, l, two_j }
    }

    /// Number of nucleons of one kind that fill it, 2j + 1.
    pub fn capacity(self) -> f64 {
        f64::from(self.two_j + 1)
    }

    /// Eigenvalue of l.sigma: j(j+1) - l(l+1) - 3/4.
    pub fn l_sigma(self) -> f64 {
        l_sigma(self.l, self.two_j)
    }
}

/// Eigenvalue of l.sigma of a nucleon: j(j+1) - l(l+1) - 3/4, which is l for j = l + 1/2 and -(l+1) for j = l - 1/2.
pub fn l_sigma(l: u32, two_j: u32) -> f64 {
    0.25 * f64::from(two_j * (two_j + 2)) - f64::from(l * (l + 1)) - 0.75
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = LETTERS.chars().nth(self.l as usize).unwrap_or('?');
        write!(f, "{}{letter}{}/2", self.n, self.two_j)
    }
}

impl FromStr for Shell {
    type Err = Error;

    /// Reads "1p3/2".
    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Error::NotAShell { text: text.to_string() })
    }
}

/// A shell from "1p3/2": the radial number, the letter of l, and j = l +- 1/2.
fn parse(text: &str) -> Option<Shell> {
    let at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let n = text[..at].parse().ok().filter(|&n| n >= 1)?;
    let l = LETTERS.find(text[at..].chars().next()?.to_ascii_lowercase())? as u32;
    let two_j: u32 = text[at + 1..].strip_suffix("/2")?.parse().ok()?;
    (two_j == 2 * l + 1 || two_j + 1 == 2 * l).then_some(Shell { n, l, two_j })
}

/// A bound state of a nucleon in the mean field.
#[derive(Clone, Debug)]
pub struct Orbital<D> {
    /// The shell.
    pub shell: Shell,
    /// Neutron or proton.
    pub nucleon: Nucleon,
    /// Energy, below zero [MeV].
    pub energy: D,
    /// Number of nucleons in it, 0..=2j + 1.
    pub occupation: f64,
    /// u = r R(r) on the mesh [fm^(-1/2)], with the integral of u^2 dr equal to 1, positive near the origin.
    pub u: Vec<D>,
    /// du/dr [fm^(-3/2)].
    pub du: Vec<D>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_printed_and_read() {
        for (text, shell) in [
            ("1s1/2", Shell::new(1, 0, 1)),
            ("1p3/2", Shell::new(1, 1, 3)),
            ("2p1/2", Shell::new(2, 1, 1)),
            ("1f7/2", Shell::new(1, 3, 7)),
        ] {
            assert_eq!(text.parse::<Shell>().expect(text), shell);
            assert_eq!(shell.to_string(), text);
        }
        for bad in ["", "p3/2", "0p3/2", "1p5/2", "1x1/2", "1p3", "1s-1/2", "1é1/2"] {
            assert!(bad.parse::<Shell>().is_err(), "{bad}");
        }
    }

    #[test]
    fn spin_orbit_eigenvalues_are_l_and_minus_l_minus_one() {
        assert_eq!(Shell::new(1, 1, 3).l_sigma(), 1.0);
        assert_eq!(Shell::new(1, 1, 1).l_sigma(), -2.0);
        assert_eq!(Shell::new(1, 0, 1).l_sigma(), 0.0);
    }
}
