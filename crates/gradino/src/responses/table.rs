//! Responses on a grid in numbers without derivatives, with all that they were made of.

use crate::config::Knockout;
use crate::meanfield::Gradient;
use gradino_core::Parameter;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// Names of the responses.
pub const NAMES: [&str; 5] = ["R_CC", "R_CL", "R_LL", "R_T", "R_T'"];
/// Beginning of the names of parameters that the heading has, beside those that were set.
const SHOWN: &str = "axial.";

/// Unit in which responses are printed and drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResponseUnit {
    /// 1/MeV.
    #[default]
    PerMev,
    /// 1/GeV.
    PerGev,
}

impl ResponseUnit {
    /// Both.
    pub const ALL: [ResponseUnit; 2] = [ResponseUnit::PerMev, ResponseUnit::PerGev];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            ResponseUnit::PerMev => "1/MeV",
            ResponseUnit::PerGev => "1/GeV",
        }
    }

    /// What 1/MeV is in it.
    pub fn factor(self) -> f64 {
        match self {
            ResponseUnit::PerMev => 1.0,
            ResponseUnit::PerGev => 1e3,
        }
    }
}

/// Inclusive responses of a nucleus [1/MeV].
#[derive(Clone, Debug, Serialize)]
pub struct ResponseTable {
    /// The nucleus.
    pub nuclide: String,
    /// The probe.
    pub probe: &'static str,
    /// What the probe is.
    pub meaning: &'static str,
    /// The kind of nucleon that is struck alone, if one was asked for: "n" or "p".
    pub struck: Option<String>,
    /// The nucleus whose field was made self-consistent.
    pub field_of: String,
    /// Shells of it that were emptied.
    pub emptied: Vec<String>,
    /// Name of the force.
    pub force: String,
    /// All choices of the model under the keys of [knockout].
    #[serde(serialize_with = "without_leptons")]
    pub choices: Knockout,
    /// The parameters of form factors and force.
    pub parameters: Vec<Parameter>,
    /// Names of the parameters that were set.
    pub set: Vec<String>,
    /// The parameters of the derivatives.
    pub gradients: Vec<Gradient>,
    /// Momentum transfers.
    #[serde(rename = "q_MeV")]
    pub momenta: Vec<f64>,
    /// Energy transfers.
    #[serde(rename = "omega_MeV")]
    pub omegas: Vec<f64>,
    /// Unit of the responses.
    pub unit: &'static str,
    /// What the user should know.
    pub notes: Vec<String>,
    /// The sum over shells.
    pub total: SumCurves,
    /// The shells.
    pub shells: Vec<ShellCurves>,
}

/// The five responses [1/MeV] in the order of [`NAMES`], each by momentum transfer and energy transfer.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves(pub [Vec<Vec<f64>>; 5]);

/// Responses with their derivatives.
#[derive(Clone, Debug, Serialize)]
pub struct SumCurves {
    /// The responses.
    pub values: Curves,
    /// Their derivatives with respect to each parameter of the derivatives.
    pub derivatives: Vec<Curves>,
}

/// The responses of a shell.
#[derive(Clone, Debug, Serialize)]
pub struct ShellCurves {
    /// "n" or "p".
    pub nucleon: String,
    /// The shell, like "1p3/2".
    pub shell: String,
    /// Nucleons in it.
    pub nucleons: f64,
    /// Energy of the orbital.
    #[serde(rename = "energy_MeV")]
    pub energy: f64,
    /// The responses.
    #[serde(flatten)]
    pub curves: SumCurves,
}

/// The choices but for those of leptons and of the hole that stays behind.
fn without_leptons<S: Serializer>(choices: &Knockout, serializer: S) -> Result<S::Ok, S::Error> {
    let mut all = serde_json::to_value(choices).map_err(serde::ser::Error::custom)?;
    if let Some(map) = all.as_object_mut() {
        ["current", "min_q2", "coulomb", "width"].iter().for_each(|key| drop(map.remove(*key)));
    }
    all.serialize(serializer)
}

impl Serialize for Curves {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(NAMES.len()))?;
        for (name, curve) in NAMES.iter().zip(&self.0) {
            map.serialize_entry(name, curve)?;
        }
        map.end()
    }
}

impl Curves {
    /// Of `points` by momentum transfer and, for each, by energy transfer, of which there are `omegas`.
    pub(super) fn new(points: &[[f64; 5]], omegas: usize) -> Self {
        let row = |row: &[[f64; 5]], k: usize| row.iter().map(|five| five[k]).collect();
        Curves(std::array::from_fn(|k| points.chunks(omegas).map(|part| row(part, k)).collect()))
    }
}

impl ResponseTable {
    /// What was computed, with every choice, in lines.
    pub fn head(&self) -> Vec<String> {
        let c = &self.choices;
        let struck = self.struck.as_ref().map_or_else(String::new, |kind| format!(", {kind} alone"));
        let source = self.source_of("skyrme.t0");
        let field = match self.emptied.is_empty() {
            true => "self-consistent field".to_string(),
            false => {
                let (of, empty) = (&self.field_of, self.emptied.join(", "));
                format!("field and orbitals of {of} without {empty} (rest {})", c.rest.name())
            }
        };
        let numbers = if c.relativistic { "relativistic" } else { "non-relativistic" };
        let shown = |p: &&Parameter| p.name.starts_with(SHOWN) || self.set.contains(&p.name);
        let value = |p: &Parameter| format!("{} = {} {}", p.name, p.value, p.unit).trim_end().to_string();
        let values: Vec<String> = self.parameters.iter().filter(shown).map(value).collect();
        let mut lines = vec![
            format!(
                "{}, probe {}: {}{struck}; convention {}",
                self.nuclide,
                self.probe,
                self.meaning,
                c.convention.name()
            ),
            format!(
                "{field}; force {}{source}, Coulomb exchange {}, nucleon masses {}",
                self.force,
                c.exchange.name(),
                c.masses.name()
            ),
            format!("waves {}, {numbers} wave numbers", c.waves.name()),
            format!(
                "longitudinal current {}, axial charge {}, charge monopole {}",
                c.longitudinal.name(),
                c.axial_charge.name(),
                c.monopole.name()
            ),
            format!("vector form factors {}, axial form factor {}", c.vector.name(), c.axial.name()),
        ];
        if !values.is_empty() {
            lines.push(values.join(", "));
        }
        lines
    }

    fn source_of(&self, name: &str) -> String {
        let found = self.parameters.iter().find(|p| p.name == name && !p.source.is_empty());
        found.map_or_else(String::new, |p| format!(" ({})", p.source))
    }

    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("numbers and texts can be written") + "\n"
    }
}
