//! Fits of a model to data, from a configuration to a result that can be stored.

mod config;
mod data;
mod record;

pub use config::{Data, FitConfig, LossTable, ModelKind, ParameterTable, Toy};
pub use record::{FitRecord, FittedParameter, StoredFit};

use crate::error::{Error, Result};
use gradino_core::{Sample, Simulator};
use gradino_infer::fit::{Choice, Fit, Problem, Space, State, fit, resume};
use gradino_infer::loss::{Axis, Binned, Binning, Loss, MODELS, MonteCarlo, Sharing, Statistic, by_name};
use gradino_nuclear::toy::{StartEnergy, ToyNucleus, ToySimulator};

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
        let simulator = simulator(&config, config.seed)?;
        let choices: Vec<Choice> =
            config.parameters.iter().map(|(name, table)| choice(name, table)).collect();
        let space = Space::new(simulator.parameters(), &choices)?;
        let data = match (&config.data.file, config.data.events) {
            (Some(_), Some(_)) => return Err(Error::TwoDataSources),
            (Some(path), None) => data::read(path, simulator.dimension())?,
            (None, Some(events)) => pseudo_data(&config, events)?,
            (None, None) => return Err(Error::NoData),
        };
        let loss = loss(&config.loss)?;
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

fn simulator(config: &FitConfig, seed: u64) -> Result<Box<dyn Simulator>> {
    match config.model {
        ModelKind::Toy => {
            let (mean, sigma) = (config.toy.start.0, config.toy.spread.0);
            let start =
                if sigma > 0.0 { StartEnergy::Normal { mean, sigma } } else { StartEnergy::Fixed(mean) };
            let nucleus = ToyNucleus { start, ..ToyNucleus::default() };
            Ok(Box::new(ToySimulator::new(nucleus, seed)?.with_features(&config.toy.features)?))
        }
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
    let simulator = simulator(config, config.data.seed.unwrap_or(config.seed.wrapping_add(1)))?;
    let mut set = gradino_core::ParamSet::new(simulator.parameters().to_vec());
    for (name, value) in &config.data.parameters {
        set.set(name, *value)?;
    }
    let theta: Vec<f64> = set.iter().map(|p| p.value).collect();
    let sample = simulator.draw(&theta, 0..events)?.at(&theta)?;
    Ok(Sample::of_data(sample.dimension(), sample.values)?)
}

fn loss(table: &LossTable) -> Result<Box<dyn Loss>> {
    let statistic = match table.kind.as_str() {
        "poisson" => Some((Statistic::Poisson, MonteCarlo::None)),
        "poisson-light" => Some((Statistic::Poisson, MonteCarlo::Light)),
        "neyman" => Some((Statistic::Neyman, MonteCarlo::Light)),
        "pearson" => Some((Statistic::Pearson, MonteCarlo::Light)),
        "neyman-pearson" => Some((Statistic::NeymanPearson, MonteCarlo::Light)),
        _ => None,
    };
    let Some((statistic, monte_carlo)) = statistic else { return Ok(by_name(&table.kind, None)?) };
    let axis = Axis::even(table.feature, table.range[0], table.range[1], table.bins)?;
    let binning = Binning::new(vec![axis])?;
    let (sharing, floor) = (Sharing::Linear, table.floor);
    Ok(Box::new(Binned { statistic, monte_carlo, sharing, floor, ..Binned::new(binning) }))
}

/// Names of the losses, with what they are.
pub fn losses() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODELS.iter().map(|m| (m.name, m.meaning))
}
