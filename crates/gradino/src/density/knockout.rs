//! The knockout of a nucleon with distorted waves, as a density: that of the published tables, or of any configuration.

use crate::chain::knockout::model::Asked;
use crate::config::{self, ChargedLepton, Energy, Incoming, Neutrino};
use crate::error::{Error, Place, Result};
use gradino_core::Nuclide;
use gradino_nuclear::meanfield::Nucleon;
use gradino_nuclear::reaction::exclusive::{KnockoutDensity, parameters};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Energies of the neutrino [MeV].
const ENERGIES: [f64; 2] = [200.0, 1000.0]; // elbaz2025
/// The target of the published flows.
const CARBON: Nuclide = Nuclide::new(6, 12); // elbaz2025

/// The knockout of one kind of nucleon as a density, as a configuration writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KnockoutTable {
    /// What comes in, and what is struck.
    pub beam: BeamTable,
    /// What it hits.
    pub target: TargetTable,
    /// How.
    pub knockout: config::Knockout,
    /// Values of parameters, by name, that replace the published ones.
    pub parameters: BTreeMap<String, f64>,
    /// Parameters that are conditions of the density, by name, with the range of their values.
    pub conditions: BTreeMap<String, [f64; 2]>,
}

/// The leptons of a density.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BeamTable {
    /// Kind of neutrino.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neutrino: Option<Neutrino>,
    /// Kind of charged lepton, in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lepton: Option<ChargedLepton>,
    /// Lowest and highest energy.
    pub energies: [Energy; 2],
    /// The kind of nucleon that is struck, where both can be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub struck: Option<Struck>,
}

/// The target of a density.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TargetTable {
    /// Nuclide.
    pub nuclide: String,
}

/// A kind of nucleon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Struck {
    /// Neutrons.
    Neutron,
    /// Protons.
    Proton,
}

impl Default for BeamTable {
    fn default() -> Self {
        BeamTable { neutrino: None, lepton: None, energies: ENERGIES.map(Energy), struck: None }
    }
}

impl Default for TargetTable {
    fn default() -> Self {
        TargetTable { nuclide: CARBON.to_string() }
    }
}

/// The sections of a [`KnockoutTable`] as far as they are given, and those of a training beside them.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct DensityFile {
    beam: Option<BeamTable>,
    target: Option<TargetTable>,
    knockout: Option<config::Knockout>,
    parameters: Option<BTreeMap<String, f64>>,
    conditions: Option<BTreeMap<String, [f64; 2]>>,
    /// Looked at for the name of a density alone.
    data: toml::Table,
    #[serde(rename = "flow")]
    _flow: toml::Table,
    #[serde(rename = "training")]
    _training: toml::Table,
}

impl KnockoutTable {
    /// Muon neutrinos on 12C in the field of the published tables (dolan2022): SkE2 16O with 1p1/2 emptied, no Coulomb
    /// exchange, without a Coulomb field that acts on muons.
    pub fn published() -> Self {
        let knockout = config::Knockout {
            force: "SkE2".into(),
            exchange: config::CoulombExchange::None,
            field: "16O".into(),
            empty: vec!["1p1/2".into()],
            coulomb: config::LeptonCoulomb::None,
            ..config::Knockout::default()
        };
        let beam = BeamTable { neutrino: Some(Neutrino::NuMu), ..BeamTable::default() };
        KnockoutTable { beam, knockout, ..KnockoutTable::default() }
    }

    /// That of the sections of a file, with defaults for those that are not given; none if none is.
    pub fn of_sections(
        beam: Option<BeamTable>,
        target: Option<TargetTable>,
        knockout: Option<config::Knockout>,
        parameters: Option<BTreeMap<String, f64>>,
        conditions: Option<BTreeMap<String, [f64; 2]>>,
    ) -> Option<Self> {
        let sections = [
            beam.is_some(),
            target.is_some(),
            knockout.is_some(),
            parameters.is_some(),
            conditions.is_some(),
        ];
        sections.contains(&true).then(|| KnockoutTable {
            beam: beam.unwrap_or_default(),
            target: target.unwrap_or_default(),
            knockout: knockout.unwrap_or_default(),
            parameters: parameters.unwrap_or_default(),
            conditions: conditions.unwrap_or_default(),
        })
    }

    /// What comes in: muon neutrinos where nothing is said.
    pub fn incoming(&self) -> Incoming {
        match (self.beam.lepton, self.beam.neutrino) {
            (Some(lepton), _) => Incoming::Charged(lepton),
            (None, neutrino) => Incoming::Neutrino(neutrino.unwrap_or(Neutrino::NuMu)),
        }
    }

    /// The density: its tables are made, or read from the cache.
    pub fn density(&self) -> Result<KnockoutDensity> {
        let choices = self.knockout.clone().for_beam(self.incoming())?;
        let target: Nuclide = self.target.nuclide.parse()?;
        let [low, high] = self.beam.energies.map(|energy| energy.0);
        if !(0.0 < low && low < high) {
            let reason = format!("{low} MeV to {high} MeV is not a range of energies");
            return Err(bad("beam.energies", reason, "begin above 0 MeV and end higher"));
        }
        let vertex = choices.vertex(self.incoming().pdg())?;
        let open: Vec<Nucleon> =
            Nucleon::BOTH.into_iter().filter(|&n| vertex.knocked_out(n).is_some()).collect();
        let struck = one_kind(self.beam.struck, &open, self.incoming(), "beam.struck")?;
        let published = choices.skyrme_force()?.parameters;
        let mut params = published.clone();
        params.extend(parameters(choices.form_factors(), vertex.current));
        self.parameters.iter().try_for_each(|(name, value)| params.set(name, *value))?;
        let mut force = published.clone();
        for name in published.names() {
            force.set(name, params.get(name)?.value)?;
        }
        let asked = Asked { published, force, slopes: Vec::new(), highest: high };
        let models = choices.build(target, vertex, asked)?.of;
        let model = models.iter().find(|m| m.struck == struck).expect("a model for each kind that is struck");
        let density = KnockoutDensity::new(&model.prepare(&params, &[]), [low, high]);
        let conditions: Vec<(&str, [f64; 2])> =
            self.conditions.iter().map(|(name, range)| (name.as_str(), *range)).collect();
        Ok(density.with_conditions(&params, &conditions)?)
    }
}

/// The kind of nucleon that is asked for under `key`, if it is among those that the `incoming` lepton strikes.
///
/// # Errors
/// None is asked for and both are struck, or one that is not.
pub fn one_kind(wanted: Option<Struck>, open: &[Nucleon], incoming: Incoming, key: &str) -> Result<Nucleon> {
    let wanted = wanted.map(|struck| match struck {
        Struck::Neutron => Nucleon::Neutron,
        Struck::Proton => Nucleon::Proton,
    });
    match (wanted, open) {
        (None, &[only]) => Ok(only),
        (Some(kind), _) if open.contains(&kind) => Ok(kind),
        (Some(_), _) => {
            let reason = format!("{} does not strike this kind", incoming.name());
            Err(bad(key, reason, "leave it out"))
        }
        (None, _) => {
            let reason = "neutrons and protons can be struck, and each has its density".into();
            Err(bad(key, reason, "choose \"neutron\" or \"proton\""))
        }
    }
}

/// The density of a file with the sections of [`KnockoutTable`], beside those of a training if there are any; or the
/// density that the file of a training names.
pub(super) fn from_file(path: &Path) -> Result<Box<dyn gradino_core::Density + Send + Sync>> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
    let file: DensityFile = toml::from_str(&text).map_err(|error| config::from_toml(&text, &error))?;
    let DensityFile { beam, target, knockout, parameters, conditions, data, .. } = file;
    let name = data.get("density").and_then(|name| name.as_str());
    match (KnockoutTable::of_sections(beam, target, knockout, parameters, conditions), name) {
        (Some(table), _) => Ok(Box::new(table.density()?)),
        (None, Some(name)) => super::named(name),
        (None, None) => {
            Err(bad("density", "the file says nothing of a density".into(), "give [target] and [beam]"))
        }
    }
}

fn bad(key: &str, reason: String, hint: &str) -> Error {
    let (section, key) = key.split_once('.').unwrap_or(("", key));
    let place = Place { section: section.into(), line: None };
    Error::BadValue { key: key.into(), place, reason, hint: Some(hint.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (String, String) {
        let table: KnockoutTable = toml::from_str(text).expect("the sections of a density");
        let error = table.density().expect_err(text);
        (error.to_string(), error.hint().unwrap_or_default())
    }

    #[test]
    fn densities_that_cannot_be_are_refused_before_any_table_is_made() {
        let (error, hint) = refused("[knockout]\ncurrent = \"neutral\"");
        assert!(error.contains("struck in [beam]") && hint.contains("proton"), "{error} / {hint}");
        let (error, _) = refused("[beam]\nstruck = \"proton\"");
        assert!(error.contains("nu_mu does not strike"), "{error}");
        let (error, hint) = refused("[beam]\nenergies = [\"300 MeV\", \"200 MeV\"]");
        assert!(error.contains("energies in [beam]") && !hint.is_empty(), "{error} / {hint}");
        let (error, _) = refused("[beam]\nlepton = \"e-\"\n[knockout]\ncurrent = \"charged\"");
        assert!(error.contains("e- does not scatter by the charged current"), "{error}");
    }

    #[test]
    fn sections_stand_for_a_knockout_where_one_is_given() {
        assert_eq!(KnockoutTable::of_sections(None, None, None, None, None), None);
        let target = Some(TargetTable { nuclide: "16O".into() });
        let table = KnockoutTable::of_sections(None, target, None, None, None).expect("a target");
        assert_eq!((table.incoming().name(), table.beam.energies.map(|e| e.0)), ("nu_mu", ENERGIES));
    }
}
