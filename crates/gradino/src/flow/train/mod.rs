//! Training of a flow from a configuration, with files from which it goes on.

mod config;
mod curve;

pub use config::{DataTable, FlowConfig, FlowTable};
pub use curve::{Curve, curve_figure};

use super::Table;
use crate::error::{Error, Result};
use gradino_core::Density;
use gradino_neural::train::{Progress, Source, Trainer};
use gradino_neural::{FlowSpec, Weights};
use std::path::{Path, PathBuf};

/// The files of a state, beside the weights of the flow.
const STATE: [&str; 3] = ["weights", "mean", "square"];

/// A training: its data are read and its flow is checked.
pub struct FlowJob {
    config: FlowConfig,
    spec: FlowSpec,
    density: Option<Box<dyn Density>>,
    events: Option<(Vec<f64>, Vec<f64>)>,
}

impl FlowJob {
    /// Reads the data of a configuration.
    pub fn new(config: FlowConfig) -> Result<Self> {
        let (density, space) = config.data.open()?;
        let read = |path: &PathBuf| Table::read(path)?.rows_of(&space, path);
        let events = config.data.events.as_ref().map(read).transpose()?;
        let spec = config.flow.spec(space)?;
        Ok(FlowJob { config, spec, density, events })
    }

    /// The flow.
    pub fn spec(&self) -> &FlowSpec {
        &self.spec
    }

    /// The configuration.
    pub fn config(&self) -> &FlowConfig {
        &self.config
    }

    /// Trains until all steps are done or `observer`, which sees each round, returns false; writes the state to
    /// the folder `state` whenever `observer` asks for it, and at the end, and goes on from there where `resume`.
    /// The weights carry notes on how they came about.
    pub fn run(
        &self,
        state: &Path,
        resume: bool,
        mut observer: impl FnMut(&Progress) -> Step,
    ) -> Result<Weights> {
        let mut trainer = self.start(state, resume)?;
        while !trainer.finished() {
            let progress = match trainer.round() {
                Ok(progress) => progress,
                Err(error) => {
                    self.write_state(&trainer, state)?;
                    return Err(error.into());
                }
            };
            match observer(&progress) {
                Step::GoOn => {}
                Step::Keep => self.write_state(&trainer, state)?,
                Step::Stop => break,
            }
        }
        self.write_state(&trainer, state)?;
        let mut weights = trainer.weights()?;
        weights.notes.insert("configuration".into(), self.config.resolved_toml());
        weights.notes.insert("steps".into(), trainer.step().to_string());
        weights.notes.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        Ok(weights)
    }

    fn start(&self, state: &Path, resume: bool) -> Result<Trainer<'_>> {
        let events = self.events.as_ref().map(|(conditions, points)| (&conditions[..], &points[..]));
        let source = Source { events, density: self.density.as_deref() };
        let training = self.config.training;
        if !resume {
            let weights = Weights::initial(self.spec.clone(), training.seed, 0.0)?;
            return Ok(Trainer::new(&weights, source, training)?);
        }
        let load = |name: &str| Weights::load(&file(state, name));
        let weights = [load(STATE[0])?, load(STATE[1])?, load(STATE[2])?];
        if weights[0].spec() != &self.spec || weights[0].notes.get(CONFIGURATION) != Some(&self.physics()) {
            return Err(Error::OtherTraining { path: state.to_path_buf() });
        }
        Ok(Trainer::resume(&weights, source, training)?)
    }

    /// What a training that goes on must have in common with the one before: everything.
    fn physics(&self) -> String {
        self.config.resolved_toml()
    }

    fn write_state(&self, trainer: &Trainer, state: &Path) -> Result<()> {
        std::fs::create_dir_all(state)
            .map_err(|e| Error::Unwritable { path: state.to_path_buf(), reason: e.to_string() })?;
        for (mut weights, name) in trainer.state()?.into_iter().zip(STATE) {
            weights.notes.insert(CONFIGURATION.into(), self.physics());
            weights.save(&file(state, name))?;
        }
        Ok(())
    }
}

/// The note on the configuration of a state.
const CONFIGURATION: &str = "configuration";

/// What a training does after a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Go on.
    GoOn,
    /// Write the state, then go on.
    Keep,
    /// Write the state and stop.
    Stop,
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.safetensors"))
}
