//! The configuration of a training.

use crate::config::{Knockout, from_toml};
use crate::density::{self, BeamTable, KnockoutTable, TargetTable};
use crate::error::{Error, Result};
use gradino_core::{Axis, Condition, Density, Space};
use gradino_neural::train::Training;
use gradino_neural::{Activation, Conditioner, Features, FlowSpec, Kind, Preset};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The name of a knockout among the densities.
const KNOCKOUT: &str = "knockout";
/// The example configuration with comments.
const ANNOTATED: &str = include_str!("annotated.toml");

/// The configuration of a training.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowConfig {
    /// The flow.
    pub flow: FlowTable,
    /// What it learns from.
    pub data: DataTable,
    /// Leptons of a knockout that is learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beam: Option<BeamTable>,
    /// Its target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<TargetTable>,
    /// Its models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub knockout: Option<Knockout>,
    /// Values of its parameters, by name, that replace the published ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<BTreeMap<String, f64>>,
    /// Its parameters that are conditions, by name, with the range of their values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions: Option<BTreeMap<String, [f64; 2]>>,
    /// How.
    pub training: Training,
}

/// A flow with a name, and what is different from it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FlowTable {
    /// The flow with a name.
    pub preset: Preset,
    /// Which axes a spline depends on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Number of transforms; they take the axes in their order and in the reverse one by turns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transforms: Option<usize>,
    /// Bins of each spline.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bins: Option<usize>,
    /// Numbers in each hidden layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<usize>,
    /// Hidden layers, or residual blocks of the published flows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<usize>,
    /// The function between layers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activation: Option<Activation>,
    /// How the networks see numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub features: Option<Features>,
}

impl Default for FlowTable {
    fn default() -> Self {
        FlowTable {
            preset: Preset::Compact,
            kind: None,
            transforms: None,
            bins: None,
            width: None,
            depth: None,
            activation: None,
            features: None,
        }
    }
}

/// What a flow learns from: a density, events, or both.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataTable {
    /// Name of a density.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<String>,
    /// Table of events, .parquet or .csv, with a column for each axis and each condition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events: Option<PathBuf>,
    /// The axes of events without a density.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Axis>,
    /// Their conditions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

impl FlowConfig {
    /// Reads a configuration.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| from_toml(text, &error))
    }

    /// Reads a configuration file. Paths in it are relative to its folder.
    pub fn from_file(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
        let mut config = FlowConfig::from_toml(&text)?;
        if let (Some(folder), Some(events)) = (path.parent(), &mut config.data.events) {
            *events = folder.join(&*events);
        }
        Ok(config)
    }

    /// The density, if there is one, and the space.
    pub fn open(&self) -> Result<(Option<Box<dyn Density>>, Space)> {
        let FlowConfig { beam, target, knockout, parameters, conditions, .. } = self.clone();
        match KnockoutTable::of_sections(beam, target, knockout, parameters, conditions) {
            None => self.data.open(),
            Some(table) => self.data.with(Box::new(table.density()?)),
        }
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

impl DataTable {
    /// The density, if there is one, and the space.
    pub fn open(&self) -> Result<(Option<Box<dyn Density>>, Space)> {
        let Some(name) = &self.density else {
            let space = Space { axes: self.axes.clone(), conditions: self.conditions.clone() };
            return Ok((None, space));
        };
        self.check_alone(name)?;
        let density = density::named(name)?;
        let space = density.space().clone();
        Ok((Some(density), space))
    }

    /// The same with a knockout in the place of a density by its name.
    fn with(&self, density: Box<dyn Density>) -> Result<(Option<Box<dyn Density>>, Space)> {
        match self.density.as_deref() {
            None | Some(KNOCKOUT) => self.check_alone(KNOCKOUT)?,
            Some(name) => return Err(Error::TwoDensities { name: name.into() }),
        }
        let space = density.space().clone();
        Ok((Some(density), space))
    }

    /// Refuses axes and conditions beside those of a density.
    fn check_alone(&self, name: &str) -> Result<()> {
        match self.axes.is_empty() && self.conditions.is_empty() {
            true => Ok(()),
            false => Err(Error::TwoSpaces { density: name.into() }),
        }
    }
}

impl FlowTable {
    /// The flow over a space.
    pub fn spec(&self, space: Space) -> Result<FlowSpec> {
        let mut spec = FlowSpec::preset(self.preset, space);
        if let Some(features) = self.features {
            spec.features = features;
        }
        if let Some(count) = self.transforms {
            let conditioner = spec.transforms[0].conditioner;
            let bins = spec.transforms[0].bins;
            spec = FlowSpec::alternating(spec.space, spec.features, count, bins, conditioner);
        }
        for transform in &mut spec.transforms {
            transform.kind = self.kind.unwrap_or(transform.kind);
            transform.bins = self.bins.unwrap_or(transform.bins);
            transform.conditioner = self.conditioner(transform.conditioner);
        }
        spec.check()?;
        Ok(spec)
    }

    fn conditioner(&self, preset: Conditioner) -> Conditioner {
        let FlowTable { width: new_width, depth, activation: new_activation, .. } = *self;
        match preset {
            Conditioner::Masked { width, blocks, activation } => Conditioner::Masked {
                width: new_width.unwrap_or(width),
                blocks: depth.unwrap_or(blocks),
                activation: new_activation.unwrap_or(activation),
            },
            Conditioner::PerAxis { width, layers, activation } => Conditioner::PerAxis {
                width: new_width.unwrap_or(width),
                layers: depth.unwrap_or(layers),
                activation: new_activation.unwrap_or(activation),
            },
        }
    }
}
