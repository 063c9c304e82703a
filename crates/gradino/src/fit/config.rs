//! The configuration of a fit.

use crate::Observable;
use crate::config::{Config, Energy, from_toml};
use crate::error::{Error, Result};
use gradino_infer::fit::Settings;
use gradino_nuclear::toy::ToyFeature;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Simulated events added to each bin of a binned loss, so that bins without any can hold data.
const FLOOR: f64 = 0.5;
/// Sections of a run that a fixed state replaces.
const BEAM: [&str; 3] = ["flux", "target", "reaction"];
/// The example configuration with comments.
const ANNOTATED: &str = include_str!("annotated.toml");

/// The configuration of a fit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FitConfig {
    /// Seed of the simulation.
    pub seed: u64,
    /// What simulates.
    pub model: ModelKind,
    /// The toy, for `model = "toy"`.
    pub toy: Toy,
    /// The full chain, for `model = "chain"`.
    pub chain: ChainTable,
    /// What the simulation is compared with.
    pub data: Data,
    /// How it is compared.
    pub loss: LossTable,
    /// How the fit goes on.
    pub fit: Settings,
    /// The parameters that move.
    pub parameters: BTreeMap<String, ParameterTable>,
}

/// What simulates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelKind {
    /// The differentiable toy of barham2024.
    #[default]
    Toy,
    /// The full chain of a run.
    Chain,
}

/// The full chain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChainTable {
    /// Configuration of a run; the default job if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<PathBuf>,
    /// What is observed of an event; 0 for one that has nothing of the kind.
    pub observables: Vec<Observable>,
    /// Sections of a run, each in the place of that of `config`.
    #[serde(skip_serializing_if = "toml::Table::is_empty")]
    pub run: toml::Table,
}

impl Default for ChainTable {
    fn default() -> Self {
        ChainTable { config: None, observables: vec![Observable::VisibleEnergy], run: toml::Table::new() }
    }
}

impl ChainTable {
    /// The configuration of the run.
    pub(super) fn job(&self) -> Result<Config> {
        let file =
            self.config.as_ref().map_or_else(|| Ok(Config::default()), |path| Config::from_file(path))?;
        let mut table: toml::Table = toml::from_str(&file.resolved_toml()).expect("it was just written");
        let has = |key: &str| self.run.contains_key(key);
        let is_beam = BEAM.into_iter().any(has);
        table.retain(|key, _| match key {
            "state" => !is_beam,
            key => !(has("state") && BEAM.contains(&key)),
        });
        table.extend(self.run.clone());
        Config::from_toml(&table.to_string()).map_err(Error::without_line)
    }
}

/// The toy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Toy {
    /// Excitation energy at which decays start.
    pub start: Energy,
    /// Standard deviation of that energy.
    pub spread: Energy,
    /// What is observed of a decay.
    pub features: Vec<ToyFeature>,
}

impl Default for Toy {
    fn default() -> Self {
        Toy { start: Energy(8.0), spread: Energy(0.0), features: vec![ToyFeature::FirstGamma] }
    }
}

/// What the simulation is compared with: a file, or pseudo-data of the same model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Data {
    /// Comma-separated values, a row for each event and a column for each feature; for the chain also an event
    /// file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// Events of pseudo-data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// Their seed; that of the simulation and one if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Values of parameters behind them.
    pub parameters: BTreeMap<String, f64>,
    /// Number of data that are expected at the values of the chain's configuration, for `normalise = "rate"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
}

/// How simulation and data are compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LossTable {
    /// Name of the loss.
    pub kind: String,
    /// What of the numbers in bins is compared.
    pub normalise: Normalise,
    /// Number of the feature that is binned, from 0.
    pub feature: usize,
    /// Lower and upper end of the bins, in the unit of the feature.
    pub range: [f64; 2],
    /// Number of bins.
    pub bins: usize,
    /// Simulated events added to each bin.
    pub floor: f64,
    /// Bins of several features together, in the place of `feature`, `range` and `bins`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<AxisTable>,
}

impl Default for LossTable {
    fn default() -> Self {
        LossTable {
            kind: "energy".into(),
            normalise: Normalise::Shape,
            feature: 0,
            range: [0.0, 8.0],
            bins: 40,
            floor: FLOOR,
            axes: Vec::new(),
        }
    }
}

/// What of the numbers in bins is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normalise {
    /// The shape: as many events are expected as there are data.
    #[default]
    Shape,
    /// Rate and shape: the number that is expected follows the cross section.
    Rate,
}

/// Bins of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisTable {
    /// Number of the feature, from 0.
    pub feature: usize,
    /// Lower and upper end of the bins, in the unit of the feature.
    pub range: [f64; 2],
    /// Number of bins.
    pub bins: usize,
}

/// A parameter that moves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ParameterTable {
    /// Where the fit begins; the published value if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<f64>,
    /// Bounds; those of the parameter if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<[f64; 2]>,
    /// Mean and standard deviation of a Gaussian prior.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prior: Option<[f64; 2]>,
    /// Whether it stays at `start`.
    pub fixed: bool,
    /// The parameter with which it shares its value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_with: Option<String>,
}

impl FitConfig {
    /// Reads a configuration.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| from_toml(text, &error))
    }

    /// Reads a configuration file. Paths in it are relative to its folder.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
        let mut config = FitConfig::from_toml(&text)?;
        let files = config.data.file.iter_mut().chain(&mut config.chain.config);
        if let Some(folder) = path.parent() {
            files.for_each(|file| *file = folder.join(&*file));
        }
        Ok(config)
    }

    /// An example with comments on every key.
    pub fn annotated() -> &'static str {
        ANNOTATED
    }

    /// The configuration with every default.
    pub fn resolved_toml(&self) -> String {
        toml::to_string(self).expect("a configuration can be written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_annotated_example_is_a_fit_and_every_key_stands_in_it() {
        let config = FitConfig::from_toml(FitConfig::annotated()).expect("the example is valid");
        assert_eq!(FitConfig::from_toml(&config.resolved_toml()).as_ref(), Ok(&config));
        assert_eq!(config.parameters.len(), 2);
        let defaults = FitConfig {
            parameters: config.parameters.clone(),
            data: config.data.clone(),
            ..FitConfig::default()
        };
        assert_eq!(config, defaults, "the example has the defaults");
    }

    #[test]
    fn sections_of_a_run_stand_in_the_fit_itself() {
        let job =
            |run: &str| FitConfig::from_toml(&format!("[chain.run]\n{run}")).expect("a fit").chain.job();
        let mono = job("flux = { kind = \"mono\", energy = \"30 MeV\" }").expect("a run");
        assert!(mono.resolved_toml().contains("\"30 MeV\""), "{}", mono.resolved_toml());
        assert_eq!(job("").map(|c| c.resolved_toml()), Ok(Config::default().resolved_toml()));
        let state = "state = { nuclide = \"40K\", excitation = \"15 MeV\", spin = \"1\", parity = \"+\" }";
        assert!(!job(state).expect("a run").resolved_toml().contains("[flux]"));
        let error = job("fluxx = { kind = \"mono\" }").expect_err("a mistake");
        assert!(error.to_string().contains("fluxx") && !error.to_string().contains("line"), "{error}");
        let config = FitConfig::from_toml(&format!("[chain.run]\n{state}")).expect("a fit");
        assert_eq!(FitConfig::from_toml(&config.resolved_toml()).as_ref(), Ok(&config));
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = |text: &str| FitConfig::from_toml(text).expect_err("a mistake");
        let text = error("[fit]\nmethd = \"lbfgs\"");
        assert!(text.to_string().contains("methd") && text.to_string().contains("line 2"), "{text}");
        assert_eq!(text.hint().as_deref(), Some("did you mean \"method\"?"));
        assert!(error("[toy]\nstart = 8").to_string().contains("energy"), "{}", error("[toy]\nstart = 8"));
        assert!(error("[toy]\nfeatures = [\"first\"]").hint().is_some());
        assert!(error("model = \"toi\"").hint().is_some());
    }
}
