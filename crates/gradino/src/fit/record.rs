//! The result of a fit, as it is stored and printed.

use super::config::FitConfig;
use crate::error::{Error, Result};
use crate::io::write_text;
use gradino_infer::fit::{Fit, Profile, State};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// A fitted parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FittedParameter {
    /// Name.
    pub name: String,
    /// Value.
    pub value: f64,
    /// Standard error: of the likelihood, or of the sandwich for distances between samples.
    pub error: f64,
    /// Standard error of the sandwich.
    pub sandwich: f64,
    /// Part of the latter that comes from the simulated events.
    pub simulation: f64,
}

/// The result of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitRecord {
    /// Version of the program.
    pub version: String,
    /// The configuration, as TOML.
    pub config: String,
    /// The fitted parameters.
    pub parameters: Vec<FittedParameter>,
    /// The objective at the end.
    pub objective: f64,
    /// Covariance of the likelihood, `[parameters][parameters]`; none for distances between samples.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Covariance of the sandwich.
    pub sandwich: Vec<Vec<f64>>,
    /// Number of data.
    pub data: usize,
    /// Whether the gradient was noise at the end.
    pub converged: bool,
    /// What the user should know.
    pub diagnosis: Vec<String>,
    /// The objective along single parameters, as far as it was asked for.
    #[serde(default)]
    pub profiles: Vec<Profile>,
    /// The way of the fit.
    pub state: State,
}

impl FitRecord {
    /// Of a fit with `data` data.
    pub fn new(config: &FitConfig, fit: &Fit, data: usize) -> Self {
        let rows = |m: &DMatrix<f64>| m.row_iter().map(|row| row.iter().copied().collect()).collect();
        let c = &fit.covariance;
        let root = |m: &DMatrix<f64>, k: usize| m[(k, k)].max(0.0).sqrt();
        let parameter = |(k, (name, error)): (usize, (&String, f64))| FittedParameter {
            name: name.clone(),
            value: fit.values[k],
            error,
            sandwich: root(&c.sandwich, k),
            simulation: root(&c.simulation, k),
        };
        FitRecord {
            version: env!("CARGO_PKG_VERSION").into(),
            config: config.resolved_toml(),
            parameters: fit.names.iter().zip(c.errors()).enumerate().map(parameter).collect(),
            objective: fit.objective,
            covariance: c.model.as_ref().map(rows),
            sandwich: rows(&c.sandwich),
            data,
            converged: fit.state.converged,
            diagnosis: fit.diagnosis.iter().map(ToString::to_string).collect(),
            profiles: Vec::new(),
            state: fit.state.clone(),
        }
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        to_json(self)
    }

    /// Writes it as JSON, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        write_text(path, &self.to_json())
    }
}

/// A fit on its way, to go on from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredFit {
    /// The configuration, as TOML.
    pub config: String,
    /// Where it stands.
    pub state: State,
}

impl StoredFit {
    /// Writes it as JSON, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<()> {
        write_text(path, &to_json(self))
    }

    /// Reads it, and refuses one of another configuration.
    pub fn read(path: &Path, config: &FitConfig) -> Result<State> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::Unreadable { path: path.to_path_buf(), reason: error.to_string() })?;
        let stored: StoredFit = serde_json::from_str(&text)
            .map_err(|error| Error::BadContent { path: path.to_path_buf(), problem: error.to_string() })?;
        if stored.config != config.resolved_toml() {
            return Err(Error::OtherFitConfiguration { path: path.to_path_buf() });
        }
        Ok(stored.state)
    }
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("numbers and texts can be written") + "\n"
}
