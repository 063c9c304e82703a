//! Training of a flow from a configuration, with files from which it goes on.

mod config;
mod curve;

pub use config::{DataTable, FlowConfig, FlowTable};
pub use curve::{Curve, curve_figure};

use super::{Rows, Table};
use crate::error::{Error, Result};
use crate::io;
use gradino_core::{Density, Space};
use gradino_neural::train::{Progress, Source, Trainer};
use gradino_neural::{FlowSpec, Weights};
use std::path::{Path, PathBuf};

/// The files of a state, beside the weights of the flow.
const STATE: [&str; 3] = ["weights", "mean", "square"];

/// The rounds of a state, beside them.
const CURVE: &str = "curve.csv";

/// A training: its data are read and its flow is checked.
pub struct FlowJob {
    config: FlowConfig,
    spec: FlowSpec,
    density: Option<Box<dyn Density>>,
    events: Option<Rows>,
}

impl FlowJob {
    /// Reads the data of a configuration.
    pub fn new(config: FlowConfig) -> Result<Self> {
        let (density, space) = config.open()?;
        let read = |path: &PathBuf| Table::read(path)?.rows_of(&space, path);
        let events = config.data.events.as_ref().map(read).transpose()?;
        FlowJob::of(config, space, density, events)
    }

    /// With data of the caller's own over `space`: a density, rows of conditions and of points of events, or both.
    pub fn of(
        config: FlowConfig,
        space: Space,
        density: Option<Box<dyn Density>>,
        events: Option<Rows>,
    ) -> Result<Self> {
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

    /// Trains until all steps are done or `observer`, which sees each round, stops it. Writes the state to the folder
    /// `state`, if there is one, whenever `observer` asks for it, and at the end; goes on from there where `resume`.
    /// The weights carry notes on how they came about; the curve has all rounds, those before a resume too.
    pub fn run(
        &self,
        state: Option<&Path>,
        resume: bool,
        mut observer: impl FnMut(&Progress) -> Step,
    ) -> Result<(Weights, Curve)> {
        let (mut trainer, mut curve) = match state.filter(|_| resume) {
            Some(state) => self.go_on(state)?,
            None => (self.start()?, Curve::default()),
        };
        let keep = |trainer: &Trainer, curve: &Curve| match state {
            Some(state) => self.write_state(trainer, curve, state),
            None => Ok(()),
        };
        while !trainer.finished() {
            let progress = match trainer.round() {
                Ok(progress) => progress,
                Err(error) => {
                    keep(&trainer, &curve)?;
                    return Err(error.into());
                }
            };
            curve.0.push(progress);
            match observer(&progress) {
                Step::GoOn => {}
                Step::Keep => keep(&trainer, &curve)?,
                Step::Stop => break,
            }
        }
        keep(&trainer, &curve)?;
        Ok((self.noted(&trainer)?, curve))
    }

    /// The weights of a training, with notes on how they came about.
    fn noted(&self, trainer: &Trainer) -> Result<Weights> {
        let mut weights = trainer.weights()?;
        weights.notes.insert("configuration".into(), self.config.resolved_toml());
        weights.notes.insert("steps".into(), trainer.step().to_string());
        weights.notes.insert("version".into(), env!("CARGO_PKG_VERSION").into());
        Ok(weights)
    }

    fn source(&self) -> Source<'_> {
        let events = self.events.as_ref().map(|(conditions, points)| (&conditions[..], &points[..]));
        Source { events, density: self.density.as_deref() }
    }

    fn start(&self) -> Result<Trainer<'_>> {
        let training = self.config.training;
        let weights = Weights::initial(self.spec.clone(), training.seed, 0.0)?;
        Ok(Trainer::new(&weights, self.source(), training)?)
    }

    /// The training of a state, with its rounds so far.
    fn go_on(&self, state: &Path) -> Result<(Trainer<'_>, Curve)> {
        let load = |name: &str| Weights::load(&file(state, name));
        let weights = [load(STATE[0])?, load(STATE[1])?, load(STATE[2])?];
        if weights[0].spec() != &self.spec || weights[0].notes.get(CONFIGURATION) != Some(&self.physics()) {
            return Err(Error::OtherTraining { path: state.to_path_buf() });
        }
        let trainer = Trainer::resume(&weights, self.source(), self.config.training)?;
        let mut curve = Curve::read(&state.join(CURVE))?;
        curve.0.retain(|progress| progress.step <= trainer.step());
        Ok((trainer, curve))
    }

    /// What a training that goes on must have in common with the one before: everything.
    fn physics(&self) -> String {
        self.config.resolved_toml()
    }

    fn write_state(&self, trainer: &Trainer, curve: &Curve, state: &Path) -> Result<()> {
        std::fs::create_dir_all(state)
            .map_err(|e| Error::Unwritable { path: state.to_path_buf(), reason: e.to_string() })?;
        for (mut weights, name) in trainer.state()?.into_iter().zip(STATE) {
            weights.notes.insert(CONFIGURATION.into(), self.physics());
            weights.save(&file(state, name))?;
        }
        io::write_text(&state.join(CURVE), &curve.table().csv())
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
