//! Provenance: all that is needed to know where a file comes from and to make it again.

use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Where the events of a file come from. It is stored in the file, in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of the code.
    pub version: String,
    /// The full resolved configuration as TOML, without the range of events and whatever else
    /// changes nothing in an event (file names, threads).
    pub config_toml: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Number of the first event.
    pub first_event: u64,
    /// Number of events.
    pub n_events: u64,
    /// All physics parameters.
    pub parameters: Vec<ParameterValue>,
    /// Parameters with respect to which the gradients are taken, in the order of
    /// `Event::weight_gradient`; their units are in [`Provenance::parameters`].
    pub gradient_names: Vec<String>,
    /// Works that were used.
    pub citations: Vec<Citation>,
    /// Processes that the events refer to.
    pub processes: Vec<ProcessInfo>,
    /// Flux-averaged total cross section for one target atom [cm^2], known before the run.
    pub flux_averaged_cross_section_cm2: f64,
    /// Its standard uncertainty [cm^2]; 0 if none is known.
    pub flux_averaged_cross_section_error_cm2: f64,
    /// Its derivatives with respect to the parameters of [`Provenance::gradient_names`] [cm^2 per unit];
    /// empty if none are asked for or none are known.
    pub flux_averaged_cross_section_gradient: Vec<f64>,
    /// Beams, one for each neutrino species; none if the events start from a fixed nuclear state.
    pub beams: Vec<Beam>,
    /// Units of all quantities in the file.
    pub units: Vec<QuantityUnit>,
    /// How the events came to the parameters above, if they were drawn at others; none for the events of a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
}

/// How events were moved from the parameters with which they were drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The method, in words.
    pub method: String,
    /// The configuration with which they were drawn.
    pub config_toml: String,
    /// The parameters that moved, with their values there.
    pub from: Vec<ParameterValue>,
}

/// A parameter with its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterValue {
    /// Full name, `family.name`.
    pub name: String,
    /// Value in the unit given.
    pub value: f64,
    /// Unit, "" for a pure number.
    pub unit: String,
}

/// A work that was used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Citation {
    /// Key in `literature.bib`.
    pub key: String,
    /// What it was used for.
    pub what_for: String,
    /// Digital object identifier, "" if there is none.
    pub doi: String,
    /// arXiv number, "" if there is none.
    pub arxiv: String,
}

/// A process that events refer to by its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProcessInfo {
    /// Identity, `Event::process`. NuHepMC (E.C.1) keeps 100 to 149 for charged-current and 150
    /// to 199 for neutral-current scattering at low energy.
    pub id: u32,
    /// Short name.
    pub name: String,
    /// Description.
    pub description: String,
}

/// The beam of one neutrino species.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Beam {
    /// PDG number.
    pub pdg: i32,
    /// Mean energy of its flux [MeV].
    pub mean_energy_mev: f64,
    /// Shape of its flux.
    pub spectrum: Spectrum,
}

/// Shape of a flux.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Spectrum {
    /// One energy, the mean one.
    MonoEnergetic,
    /// A histogram.
    Histogram {
        /// Edges of the bins [MeV], one more than there are bins.
        edges_mev: Vec<f64>,
        /// Neutrinos in each bin, in any unit.
        content: Vec<f64>,
    },
    /// A shape that is described by the configuration alone.
    InConfiguration,
}

/// The unit of a quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuantityUnit {
    /// The quantity.
    pub quantity: String,
    /// Its unit.
    pub unit: String,
}

impl Provenance {
    /// A provenance with a seed and a range of events, the version of this crate and its units,
    /// and nothing else.
    pub fn new(seed: u64, first_event: u64, n_events: u64) -> Self {
        Provenance {
            version: env!("CARGO_PKG_VERSION").into(),
            config_toml: String::new(),
            seed,
            first_event,
            n_events,
            parameters: Vec::new(),
            gradient_names: Vec::new(),
            citations: Vec::new(),
            processes: Vec::new(),
            flux_averaged_cross_section_cm2: 0.0,
            flux_averaged_cross_section_error_cm2: 0.0,
            flux_averaged_cross_section_gradient: Vec::new(),
            beams: Vec::new(),
            units: base_units(),
            moved: None,
        }
    }

    /// As JSON on one line; reading it gives back the same bits.
    pub(super) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a provenance has only strings and numbers")
    }

    /// Reads what [`Provenance::to_json`] wrote.
    pub(super) fn from_json(text: &str) -> std::result::Result<Self, String> {
        let provenance: Provenance =
            serde_json::from_str(text).map_err(|e| format!("the provenance cannot be read: {e}"))?;
        provenance.check().map_err(|e| e.to_string())?;
        Ok(provenance)
    }

    /// Refuses what a file cannot hold.
    pub(super) fn check(&self) -> Result<()> {
        let problem = |problem: String| Err(Error::BadProvenance { problem });
        if self.first_event.checked_add(self.n_events).is_none() {
            return problem(format!("{} events from {} are too many", self.n_events, self.first_event));
        }
        if let Some((name, value)) = self.numbers().find(|(_, value)| !value.is_finite()) {
            return problem(format!("{name} is {value}"));
        }
        let (derivatives, names) =
            (self.flux_averaged_cross_section_gradient.len(), self.gradient_names.len());
        if derivatives != 0 && derivatives != names {
            return problem(format!(
                "the cross section has {derivatives} derivatives, {names} were asked for"
            ));
        }
        let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        if let Some(name) = self.gradient_names.iter().find(|name| !is_word(name)) {
            return problem(format!("\"{name}\" is no name of a parameter"));
        }
        let mut seen = HashSet::new();
        for process in &self.processes {
            if i32::try_from(process.id).is_err() || !seen.insert(process.id) {
                return problem(format!("the process number {} is too large or not unique", process.id));
            }
        }
        Ok(())
    }

    /// Whether the events have a beam particle; those from a fixed nuclear state have none.
    pub(super) fn has_beam(&self) -> bool {
        !self.beams.is_empty()
    }

    /// Unit of a parameter; "" for a pure number or an unknown name.
    pub(super) fn unit_of(&self, name: &str) -> &str {
        self.parameters.iter().find(|p| p.name == name).map_or("", |p| p.unit.as_str())
    }

    /// All numbers in it that must be finite, with their names.
    fn numbers(&self) -> impl Iterator<Item = (&str, f64)> {
        let cross_section = [
            ("flux_averaged_cross_section_cm2", self.flux_averaged_cross_section_cm2),
            ("flux_averaged_cross_section_error_cm2", self.flux_averaged_cross_section_error_cm2),
        ];
        let gradient = self.flux_averaged_cross_section_gradient.iter();
        let gradient = gradient.map(|value| ("flux_averaged_cross_section_gradient", *value));
        let beams = self.beams.iter().flat_map(|beam| {
            let (edges, content): (&[f64], &[f64]) = match &beam.spectrum {
                Spectrum::Histogram { edges_mev, content } => (edges_mev, content),
                Spectrum::MonoEnergetic | Spectrum::InConfiguration => (&[], &[]),
            };
            let all = edges.iter().chain(content).copied();
            all.chain([beam.mean_energy_mev]).map(|value| ("the spectrum of a beam", value))
        });
        let parameters = self.parameters.iter().map(|p| (p.name.as_str(), p.value));
        cross_section.into_iter().chain(gradient).chain(parameters).chain(beams)
    }
}

/// The units in which all files are written.
fn base_units() -> Vec<QuantityUnit> {
    [("energy", "MeV"), ("momentum", "MeV"), ("mass", "MeV"), ("length", "cm"), ("charge", "e")]
        .map(|(quantity, unit)| QuantityUnit { quantity: quantity.into(), unit: unit.into() })
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_gives_back_the_same_bits() {
        let mut provenance = Provenance::new(u64::MAX, 3, 7);
        provenance.flux_averaged_cross_section_cm2 = 1.234_567_890_123_456_7e-41;
        provenance.config_toml = "a = \"x\\n\"\n[b]\n".into();
        assert_eq!(Provenance::from_json(&provenance.to_json()), Ok(provenance));
    }

    #[test]
    fn what_a_file_cannot_hold_is_refused() {
        let mut nan = Provenance::new(1, 0, 1);
        nan.flux_averaged_cross_section_cm2 = f64::NAN;
        assert!(nan.check().is_err());
        assert!(Provenance::new(1, u64::MAX, 1).check().is_err());
        let mut long = Provenance::new(1, 0, 1);
        long.flux_averaged_cross_section_gradient = vec![0.0];
        assert!(long.check().is_err());
        long.gradient_names = vec!["optical.v".into()];
        assert_eq!(long.check(), Ok(()));
        long.flux_averaged_cross_section_gradient[0] = f64::INFINITY;
        assert!(long.check().is_err());
        let mut twice = Provenance::new(1, 0, 1);
        let process = ProcessInfo { id: 100, name: "a".into(), description: "b".into() };
        twice.processes = vec![process.clone(), process];
        assert!(twice.check().is_err());
    }
}
