//! The key `l_max`: a number of partial waves, or the word "converged".

use gradino_nuclear::decay::PartialWaves;
use gradino_nuclear::emission::transmission::L_MAX;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;

/// The word for as many as the width needs.
const CONVERGED: &str = "converged";

/// Largest orbital angular momentum of fragments and multipole order of gammas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LMax(pub PartialWaves);

impl Default for LMax {
    fn default() -> Self {
        LMax(PartialWaves::UpTo(5)) // gardiner2021, section II
    }
}

impl<'de> Deserialize<'de> for LMax {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = LMax;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a whole number from 1 to {L_MAX} or \"{CONVERGED}\"")
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<LMax, E> {
                let wrong = || E::invalid_value(de::Unexpected::Signed(value), &self);
                let l = u32::try_from(value).ok().filter(|l| (1..=L_MAX).contains(l)).ok_or_else(wrong)?;
                Ok(LMax(PartialWaves::UpTo(l)))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<LMax, E> {
                self.visit_i64(i64::try_from(value).unwrap_or(i64::MAX))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<LMax, E> {
                match text {
                    CONVERGED => Ok(LMax(PartialWaves::Converged)),
                    _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl Serialize for LMax {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            PartialWaves::UpTo(l) => serializer.serialize_u32(l),
            PartialWaves::Converged => serializer.serialize_str(CONVERGED),
        }
    }
}

impl JsonSchema for LMax {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "LMax".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "oneOf": [
                { "type": "integer", "minimum": 1, "maximum": L_MAX },
                { "const": CONVERGED },
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use gradino_nuclear::decay::PartialWaves;

    #[test]
    fn numbers_and_the_word_are_read_and_written_alike() {
        for (text, wanted) in [("7", PartialWaves::UpTo(7)), ("\"converged\"", PartialWaves::Converged)] {
            let config = Config::from_toml(&format!("[cascade]\nl_max = {text}\n")).expect("valid");
            assert_eq!(config.cascade.l_max.0, wanted);
            let written = config.resolved_toml();
            assert!(written.contains(&format!("l_max = {text}\n")), "{written}");
            assert_eq!(Config::from_toml(&written).expect("valid").cascade, config.cascade);
        }
    }
}
