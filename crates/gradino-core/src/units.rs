//! Units: reading "1.6 MeV" into the base units of the code (MeV, cm, ns, rad, e), and back.

use crate::error::{Error, Result};
use crate::text::closest;

/// Physical dimension of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Energy, mass, momentum [MeV].
    Energy,
    /// Length [cm].
    Length,
    /// Time [ns].
    Time,
    /// Angle [rad].
    Angle,
    /// Area [cm^2].
    Area,
    /// Square of an energy or a momentum [MeV^2].
    EnergySquared,
}

impl Dimension {
    /// The name used in messages.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::Energy => "an energy",
            Dimension::Length => "a length",
            Dimension::Time => "a time",
            Dimension::Angle => "an angle",
            Dimension::Area => "an area",
            Dimension::EnergySquared => "a squared energy",
        }
    }
    /// A value written as it should be.
    pub fn example(self) -> &'static str {
        match self {
            Dimension::Energy => "12 MeV",
            Dimension::Length => "3.5 m",
            Dimension::Time => "2 us",
            Dimension::Angle => "90 deg",
            Dimension::Area => "1e-42 cm2",
            Dimension::EnergySquared => "0.02 GeV2",
        }
    }
}

/// Known units: name, dimension, value in base units.
const UNITS: &[(&str, Dimension, f64)] = &[
    ("eV", Dimension::Energy, 1e-6),
    ("keV", Dimension::Energy, 1e-3),
    ("MeV", Dimension::Energy, 1.0),
    ("GeV", Dimension::Energy, 1e3),
    ("fm", Dimension::Length, 1e-13),
    ("nm", Dimension::Length, 1e-7),
    ("um", Dimension::Length, 1e-4),
    ("mm", Dimension::Length, 0.1),
    ("cm", Dimension::Length, 1.0),
    ("m", Dimension::Length, 100.0),
    ("ns", Dimension::Time, 1.0),
    ("us", Dimension::Time, 1e3),
    ("ms", Dimension::Time, 1e6),
    ("s", Dimension::Time, 1e9),
    ("rad", Dimension::Angle, 1.0),
    ("deg", Dimension::Angle, std::f64::consts::PI / 180.0),
    ("cm2", Dimension::Area, 1.0),
    ("b", Dimension::Area, 1e-24),
    ("mb", Dimension::Area, 1e-27),
    ("fb", Dimension::Area, 1e-39),
    ("MeV2", Dimension::EnergySquared, 1.0),
    ("GeV2", Dimension::EnergySquared, 1e6),
];

/// Reads `text` as a quantity of dimension `wanted`, in base units. The unit is compulsory.
pub fn parse(text: &str, wanted: Dimension) -> Result<f64> {
    let trimmed = text.trim();
    let not_a_quantity =
        || Error::NotAQuantity { text: text.to_string(), wanted: wanted.name(), example: wanted.example() };
    let (number, unit) = split_number(trimmed).ok_or_else(not_a_quantity)?;
    if unit.is_empty() || !number.is_finite() {
        return Err(not_a_quantity());
    }
    let Some(&(_, found, factor)) = UNITS.iter().find(|(name, ..)| *name == unit) else {
        let names = UNITS.iter().filter(|u| u.1 == wanted).map(|u| u.0);
        let suggestion = closest(unit, names);
        return Err(Error::UnknownUnit { text: text.into(), unit: unit.into(), suggestion });
    };
    if found != wanted {
        return Err(Error::WrongDimension {
            text: text.into(),
            found: found.name(),
            wanted: wanted.name(),
            example: wanted.example(),
        });
    }
    Ok(number * factor)
}

/// Reads an energy in MeV.
pub fn parse_energy(text: &str) -> Result<f64> {
    parse(text, Dimension::Energy)
}

/// Writes an energy with its unit, so that [`parse_energy`] gives back the same bits.
pub fn energy_to_string(mev: f64) -> String {
    format!("{mev} MeV")
}

/// The longest prefix that is a number, and the rest.
fn split_number(text: &str) -> Option<(f64, &str)> {
    let ends = text.char_indices().map(|(i, c)| i + c.len_utf8()).rev();
    for end in ends {
        let head = text[..end].trim_end();
        let starts_like_number = head.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c));
        if starts_like_number && let Ok(number) = head.parse::<f64>() {
            return Some((number, text[end..].trim_start()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn energies_convert_to_mev() {
        for (text, mev) in [("1.6 MeV", 1.6), ("3keV", 3e-3), ("-2e1 GeV", -2e4), (" 5  eV ", 5e-6)] {
            assert!((parse_energy(text).expect(text) - mev).abs() <= 1e-15 * mev.abs(), "{text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        assert!(matches!(parse_energy("15"), Err(Error::NotAQuantity { .. })));
        assert!(matches!(parse_energy("15 cm"), Err(Error::WrongDimension { .. })));
        assert!(matches!(parse_energy("nan MeV"), Err(Error::NotAQuantity { .. })));
        let Err(Error::UnknownUnit { suggestion, .. }) = parse_energy("15 mev") else { panic!() };
        assert_eq!(suggestion.as_deref(), Some("MeV"));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,20}") {
            let _ = parse_energy(&text);
        }
        #[test]
        fn printing_and_reading_give_the_same_bits(mev in -1e6..1e6f64) {
            prop_assert_eq!(parse_energy(&energy_to_string(mev)).expect("a number with a unit"), mev);
        }
    }
}
