//! Masses of nuclides: the AME2020 evaluation and the liquid drop of Myers and Swiatecki.

use crate::error::{Error, Result};
use gradino_core::Nuclide;
use gradino_core::constants::{ATOMIC_MASS_UNIT, ELECTRON_MASS};
use std::collections::HashMap;
use std::sync::OnceLock;

/// The mass table: AME2020 (wang2021) to 1 keV, z <= 22, a <= 50.
const TABLE: &str = include_str!("../../data/Ame2020.csv");

// The spherical liquid drop of myers1966 as in the TALYS manual, section on level densities (koning2008).
/// Mass excess of the neutron in the liquid drop [MeV].
const NEUTRON_EXCESS: f64 = 8.07144; // koning2008
/// Mass excess of the hydrogen atom in the liquid drop [MeV].
const HYDROGEN_EXCESS: f64 = 7.28899; // koning2008
/// Volume term [MeV].
const VOLUME: f64 = 15.677; // myers1966
/// Surface term [MeV].
const SURFACE: f64 = 18.56; // myers1966
/// Asymmetry of the volume and surface terms.
const KAPPA: f64 = 1.79; // myers1966
/// Coulomb term of a uniform sphere [MeV].
const COULOMB: f64 = 0.717; // myers1966
/// Correction of the Coulomb term for the diffuse surface [MeV].
const DIFFUSENESS: f64 = 1.21129; // myers1966
/// Pairing term [MeV], times 1/sqrt(A).
const PAIRING: f64 = 11.0; // myers1966

/// A mass of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mass {
    /// Mass excess of the neutral atom [MeV].
    pub excess: f64,
    /// Its standard uncertainty [MeV].
    pub uncertainty: f64,
    /// Whether it was measured; otherwise it is extrapolated from trends of the mass surface.
    pub measured: bool,
}

/// The evaluated mass of a nuclide, AME2020 (wang2021) to 1 keV.
pub fn evaluated(nuclide: Nuclide) -> Result<Mass> {
    static MASSES: OnceLock<HashMap<Nuclide, Mass>> = OnceLock::new();
    let masses = MASSES.get_or_init(|| parse(TABLE).expect("a test reads the whole embedded table"));
    masses.get(&nuclide).copied().ok_or(Error::UnknownMass { nuclide })
}

/// Mass excess of the neutral atom [MeV], AME2020 (wang2021).
pub fn mass_excess(nuclide: Nuclide) -> Result<f64> {
    evaluated(nuclide).map(|m| m.excess)
}

/// Mass of the neutral atom [MeV]: A u + mass excess.
pub fn atomic_mass(nuclide: Nuclide) -> Result<f64> {
    Ok(f64::from(nuclide.a) * ATOMIC_MASS_UNIT + mass_excess(nuclide)?)
}

/// Mass of the bare nucleus [MeV]: the atom less Z electrons; their binding (13 keV in argon) is neglected.
pub fn nuclear_mass(nuclide: Nuclide) -> Result<f64> {
    Ok(atomic_mass(nuclide)? - f64::from(nuclide.z) * ELECTRON_MASS)
}

/// Energy [MeV] to take `fragment` out of `parent`, all in their ground states; negative if it leaves by itself.
pub fn separation_energy(parent: Nuclide, fragment: Nuclide) -> Result<f64> {
    let residue = parent.minus(fragment).ok_or(Error::NoResidue { parent, fragment })?;
    Ok(mass_excess(residue)? + mass_excess(fragment)? - mass_excess(parent)?)
}

/// Mass excess [MeV] of the spherical liquid drop, myers1966 with the constants of koning2008:
/// M = M_n N + M_H Z - c1 A + c2 A^(2/3) + c3 Z^2 / A^(1/3) - c4 Z^2 / A + delta,
/// c1, c2 = (15.677, 18.56) [1 - 1.79 ((N - Z)/A)^2], delta = -11/sqrt(A) for even-even, + for odd-odd.
pub fn liquid_drop_mass_excess(nuclide: Nuclide) -> f64 {
    let (z, n, a) = (f64::from(nuclide.z), f64::from(nuclide.n()), f64::from(nuclide.a));
    let symmetry = 1.0 - KAPPA * ((n - z) / a).powi(2);
    let volume = -VOLUME * symmetry * a;
    let surface = SURFACE * symmetry * a.powf(2.0 / 3.0);
    let coulomb = z * z * (COULOMB / a.cbrt() - DIFFUSENESS / a);
    let pairing = match (nuclide.z % 2, nuclide.n() % 2) {
        (0, 0) => -PAIRING / a.sqrt(),
        (1, 1) => PAIRING / a.sqrt(),
        _ => 0.0,
    };
    NEUTRON_EXCESS * n + HYDROGEN_EXCESS * z + volume + surface + coulomb + pairing
}

/// Shell correction [MeV]: evaluated less liquid-drop mass excess, koning2008.
pub fn shell_correction(nuclide: Nuclide) -> Result<f64> {
    Ok(mass_excess(nuclide)? - liquid_drop_mass_excess(nuclide))
}

/// Reads lines of `z,a,mass_excess,uncertainty,measured`; "#" starts a comment line.
fn parse(text: &str) -> Option<HashMap<Nuclide, Mass>> {
    text.lines().filter(|line| !line.starts_with('#')).map(parse_line).collect()
}

/// One line of the table.
fn parse_line(line: &str) -> Option<(Nuclide, Mass)> {
    let mut fields = line.split(',');
    let nuclide = Nuclide::new(fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    let excess = fields.next()?.parse().ok()?;
    let uncertainty = fields.next()?.parse().ok()?;
    let measured = fields.next()? == "1";
    Some((nuclide, Mass { excess, uncertainty, measured }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rounding of three masses to 1 keV [MeV].
    const ROUNDING: f64 = 1.5e-3;
    const K40: Nuclide = Nuclide::new(19, 40);
    const AR40: Nuclide = Nuclide::new(18, 40);
    const NEUTRON: Nuclide = Nuclide::new(0, 1);
    const PROTON: Nuclide = Nuclide::new(1, 1);
    const ALPHA: Nuclide = Nuclide::new(2, 4);

    #[test]
    fn the_whole_embedded_table_is_read() {
        let masses = parse(TABLE).expect("a sound table");
        assert!(masses.len() > 300, "{}", masses.len());
        assert!(masses.keys().all(|n| n.z <= 22 && n.a <= 50));
        assert!(masses.values().any(|m| !m.measured));
    }

    #[test]
    fn separation_energies_of_wang2021() {
        for (parent, fragment, expected) in [
            (K40, NEUTRON, 7.79962),
            (K40, PROTON, 7.58227),
            (K40, ALPHA, 6.43822),
            (AR40, NEUTRON, 9.86894),
            (AR40, PROTON, 12.52836),
        ] {
            let found = separation_energy(parent, fragment).expect("known masses");
            assert!((found - expected).abs() < ROUNDING, "{parent} - {fragment}: {found} {expected}");
        }
    }

    #[test]
    fn threshold_of_argon_to_potassium_is_that_of_wang2021() {
        let nuclear = nuclear_mass(K40).expect("known") - nuclear_mass(AR40).expect("known");
        assert!((nuclear + ELECTRON_MASS - 1.504_40).abs() < ROUNDING);
    }

    #[test]
    fn shell_correction_of_potassium_40_is_that_behind_the_level_density_of_koning2008() {
        // 0.148 MeV in the global back-shifted Fermi gas gives the level density 5.9946 / MeV of 40K
        // at 0.5 MeV and 1.8354e7 / MeV at 30 MeV that the reference program has.
        let found = shell_correction(K40).expect("known mass");
        assert!((found - 0.148).abs() < ROUNDING, "{found}");
    }

    #[test]
    fn shells_stand_out_as_in_the_table_of_capote2009() {
        // RIPL's shellcor-ms.dat has another smooth part, about 1.1 MeV higher: compare differences to 40K.
        let reference = shell_correction(K40).expect("known mass") - 1.273;
        for (z, a, expected) in [(18, 40, 3.494), (19, 39, -0.160), (18, 39, 2.437), (17, 36, -0.484)] {
            let found = shell_correction(Nuclide::new(z, a)).expect("known mass") - reference;
            assert!((found - expected).abs() < 0.15, "z = {z}, a = {a}: {found} {expected}");
        }
    }

    #[test]
    fn what_has_no_mass_or_no_residue_is_an_error_with_a_hint() {
        let error = mass_excess(Nuclide::new(92, 238)).expect_err("not in the table");
        assert_eq!(error, Error::UnknownMass { nuclide: Nuclide::new(92, 238) });
        let table = parse(TABLE).expect("the embedded table");
        let largest = |of: fn(&Nuclide) -> u16| table.keys().map(of).max().expect("rows");
        let range = format!("Z up to {} and A up to {}", largest(|n| n.z.into()), largest(|n| n.a));
        assert!(error.hint().is_some_and(|hint| hint.contains(&range)), "{error:?} {range}");
        let error = separation_energy(PROTON, ALPHA).expect_err("too heavy");
        assert!(error.hint().is_some());
    }
}
