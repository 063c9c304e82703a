//! Values of a configuration that are written as text: energies with a unit, spins, parities, nuclides.

use gradino_core::{Nuclide, Parity, units};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;

/// Largest spin that is read, in units of 1/2.
const LARGEST_TWO_J: u16 = 200;

/// Separates the message from the hint inside an error of serde.
pub(super) const HINT_MARK: char = '\u{1f}';

/// An error of serde with a hint behind it.
fn with_hint<E: de::Error>(reason: impl fmt::Display, hint: Option<String>) -> E {
    match hint {
        Some(hint) => E::custom(format!("{reason}{HINT_MARK}{hint}")),
        None => E::custom(reason),
    }
}

/// Reads a value written as text, with a short word for what it is.
fn read_text<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    what: &'static str,
    read: fn(&str) -> Result<T, gradino_core::Error>,
) -> Result<T, D::Error> {
    struct Text<T>(&'static str, fn(&str) -> Result<T, gradino_core::Error>);
    impl<T> de::Visitor<'_> for Text<T> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).map_err(|error| with_hint(&error, error.hint()))
        }
    }
    deserializer.deserialize_str(Text(what, read))
}

/// Makes the schema of a value written as text.
macro_rules! text_schema {
    ($type:ident, $description:literal, $pattern:literal) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $description, "pattern": $pattern })
            }
        }
    };
}

/// An energy [MeV], written with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energy(pub f64);

impl<'de> Deserialize<'de> for Energy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "an energy with its unit, like \"12 MeV\"", units::parse_energy).map(Energy)
    }
}
impl Serialize for Energy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&units::energy_to_string(self.0))
    }
}
text_schema!(Energy, "an energy with its unit, like \"12 MeV\"", "^\\s*[-+.0-9].*(eV|keV|MeV|GeV)\\s*$");

/// The square of a four-momentum [MeV^2], written with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MomentumSquared(pub f64);

impl<'de> Deserialize<'de> for MomentumSquared {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = |text: &str| units::parse(text, units::Dimension::EnergySquared);
        read_text(deserializer, "a squared momentum with its unit, like \"0.02 GeV2\"", read)
            .map(MomentumSquared)
    }
}
impl Serialize for MomentumSquared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} MeV2", self.0))
    }
}
text_schema!(
    MomentumSquared,
    "a squared momentum with its unit, like \"0.02 GeV2\"",
    "^\\s*[-+.0-9].*(MeV2|GeV2)\\s*$"
);

/// A nuclide, written like "40K".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NuclideText(pub(super) Nuclide);

impl<'de> Deserialize<'de> for NuclideText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_text(deserializer, "a nuclide, like \"40Ar\"", str::parse).map(NuclideText)
    }
}
impl Serialize for NuclideText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
text_schema!(NuclideText, "a nuclide, like \"40Ar\"", "^([0-9]+-?[A-Za-z]+|[A-Za-z]+-?[0-9]+)$");

/// A spin, written "1", "1/2" or "0.5".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spin {
    /// Twice the spin.
    pub two_j: u16,
}

impl std::str::FromStr for Spin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || format!("cannot read \"{text}\" as a spin");
        let trimmed = text.trim();
        let two_j = match trimmed.split_once('/') {
            Some((numerator, "2")) => numerator.parse().map_err(|_| fail())?,
            Some(_) => return Err(fail()),
            None => {
                let twice = 2.0 * trimmed.parse::<f64>().map_err(|_| fail())?;
                let whole = twice >= 0.0 && twice <= f64::from(LARGEST_TWO_J) && twice.fract() == 0.0;
                if whole { twice as u16 } else { return Err(fail()) }
            }
        };
        if two_j <= LARGEST_TWO_J { Ok(Spin { two_j }) } else { Err(fail()) }
    }
}

impl Spin {
    /// What to do when a spin cannot be read.
    pub const HINT: &'static str = "write it like \"1\" or \"1/2\"";
}

impl fmt::Display for Spin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.two_j % 2 {
            0 => write!(f, "{}", self.two_j / 2),
            _ => write!(f, "{}/2", self.two_j),
        }
    }
}

impl<'de> Deserialize<'de> for Spin {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Spin;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a spin, like \"1/2\"")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Spin, E> {
                text.parse().map_err(|reason: String| with_hint(reason, Some(Spin::HINT.into())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Spin, E> {
                self.visit_str(&value.to_string())
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Spin, E> {
                self.visit_str(&value.to_string())
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}
impl Serialize for Spin {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl JsonSchema for Spin {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Spin".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "description": "a spin, like \"1\" or \"1/2\"" })
    }
}

/// A parity, written "+" or "-".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(super) enum ParityText {
    /// Positive parity
    #[serde(rename = "+")]
    Plus,
    /// Negative parity
    #[serde(rename = "-")]
    Minus,
}

impl From<ParityText> for Parity {
    fn from(text: ParityText) -> Self {
        match text {
            ParityText::Plus => Parity::Plus,
            ParityText::Minus => Parity::Minus,
        }
    }
}
impl From<Parity> for ParityText {
    fn from(parity: Parity) -> Self {
        match parity {
            Parity::Plus => ParityText::Plus,
            Parity::Minus => ParityText::Minus,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spins_are_read_in_all_their_forms() {
        for (text, two_j) in [("0", 0), ("1", 2), ("1/2", 1), ("7/2", 7), ("2.5", 5), (" 3 ", 6)] {
            assert_eq!(text.parse::<Spin>(), Ok(Spin { two_j }), "{text}");
        }
        for bad in ["", "-1", "1/3", "0.3", "1/2/2", "one", "-1/2", "nan", "1e9", "99999/2"] {
            assert!(bad.parse::<Spin>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_spin_never_panics(text in ".{0,12}") {
            let _ = text.parse::<Spin>();
        }
        #[test]
        fn spins_are_written_as_they_are_read(two_j in 0u16..=LARGEST_TWO_J) {
            prop_assert_eq!(Spin { two_j }.to_string().parse::<Spin>(), Ok(Spin { two_j }));
        }
    }
}
