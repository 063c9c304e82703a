//! Fits of a model to data, from a configuration to a result that can be stored.

mod config;
mod data;
mod model;
mod record;

pub use config::{ChainTable, Data, FitConfig, LossTable, ModelKind, ParameterTable, Toy};
pub use record::{FitRecord, FittedParameter, StoredFit};

use crate::error::{Error, Result};
use gradino_core::{Sample, Simulator};
use gradino_infer::fit::{Choice, Fit, Problem, Space, State, fit, resume};
use gradino_infer::loss::{Axis, Binned, Binning, Loss, MODELS, Sharing, by_name, statistic};

/// A fit that is ready to begin.
pub struct FitJob {
    config: FitConfig,
    simulator: Box<dyn Simulator>,
    data: Sample,
    loss: Box<dyn Loss>,
    space: Space,
}

impl FitJob {
    /// From its configuration: reads or makes the data.
    pub fn new(config: FitConfig) -> Result<Self> {
        let data = match (&config.data.file, config.data.events) {
            (Some(_), Some(_)) => return Err(Error::TwoDataSources),
            (Some(path), None) => data::read(path, &config)?,
            (None, Some(events)) => pseudo_data(&config, events)?,
            (None, None) => return Err(Error::NoData),
        };
        FitJob::of(config, data)
    }

    /// With these data in the place of those that the configuration names.
    pub fn with_data(config: FitConfig, data: Sample) -> Result<Self> {
        data.check()?;
        FitJob::of(FitConfig { data: Data::default(), ..config }, data)
    }

    fn of(config: FitConfig, data: Sample) -> Result<Self> {
        let (simulator, _) = model::simulator(&config, config.seed, &Default::default())?;
        // The chain has its fixed parameters at their values already.
        let is_known = |table: &ParameterTable| config.model == ModelKind::Toy || !table.fixed;
        let known = config.parameters.iter().filter(|(_, table)| is_known(table));
        let choices: Vec<Choice> = known.map(|(name, table)| choice(name, table)).collect();
        let space = Space::new(simulator.parameters(), &choices)?;
        let loss = loss(&config)?;
        Ok(FitJob { config, simulator, data, loss, space })
    }

    /// The configuration.
    pub fn config(&self) -> &FitConfig {
        &self.config
    }

    /// The data.
    pub fn data(&self) -> &Sample {
        &self.data
    }

    /// What is minimised.
    pub fn problem(&self) -> Result<Problem<'_>> {
        Ok(Problem::new(self.simulator.as_ref(), &self.data, self.loss.as_ref(), self.space.clone())?)
    }

    /// Fits. `observer` sees the state after each round; the fit ends early where it says no.
    pub fn run(&self, observer: impl FnMut(&State) -> bool) -> Result<Fit> {
        Ok(fit(&self.problem()?, &self.config.fit, observer)?)
    }

    /// Goes on from a state.
    pub fn resume(&self, state: State, observer: impl FnMut(&State) -> bool) -> Result<Fit> {
        Ok(resume(&self.problem()?, &self.config.fit, state, observer)?)
    }
}

fn choice(name: &str, table: &ParameterTable) -> Choice {
    Choice {
        name: name.into(),
        start: table.start,
        bounds: table.bounds,
        prior: table.prior,
        fixed: table.fixed,
        shared_with: table.shared_with.clone(),
    }
}

/// Events of the model at the values behind the data.
fn pseudo_data(config: &FitConfig, events: u64) -> Result<Sample> {
    let seed = config.data.seed.unwrap_or(config.seed.wrapping_add(1));
    let (simulator, theta) = model::simulator(config, seed, &config.data.parameters)?;
    let sample = simulator.draw(&theta, 0..events)?.at(&theta)?;
    Ok(Sample::of_data(sample.dimension(), sample.values)?)
}

fn loss(config: &FitConfig) -> Result<Box<dyn Loss>> {
    let table = &config.loss;
    let Some((statistic, monte_carlo)) = statistic(&table.kind) else {
        return Ok(by_name(&table.kind, None)?);
    };
    let axis = Axis::even(table.feature, table.range[0], table.range[1], table.bins)?;
    let binning = Binning::new(vec![axis])?;
    let floor = table.floor;
    let sharing = match config.model {
        ModelKind::Toy => Sharing::Linear,
        // The energies of its events do not move, only their weights.
        ModelKind::Chain => Sharing::NoneThoughFeaturesMove,
    };
    Ok(Box::new(Binned { statistic, monte_carlo, sharing, floor, ..Binned::new(binning) }))
}

/// Names of the losses, with what they are.
pub fn losses() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODELS.iter().map(|m| (m.name, m.meaning))
}
