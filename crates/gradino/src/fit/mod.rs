//! Fits of a model to data, from a configuration to a result that can be stored.

mod config;
mod data;
mod model;
mod record;

pub use config::{
    AxisTable, ChainTable, Data, FitConfig, LossTable, ModelKind, Normalise, ParameterTable, Toy,
};
pub use record::{FitRecord, FittedParameter, StoredFit};

use crate::error::{Error, Result};
use gradino_core::{Purpose, Sample, Stream};
use gradino_infer::fit::{Choice, Fit, Problem, Profile, Space, State, fit, profile, resume};
use gradino_infer::loss::{Axis, Binned, Binning, Loss, MODELS, Scale, Sharing, by_name, statistic};
use model::Model;

/// Profiles go so many standard errors to either side.
const PROFILE_REACH: f64 = 2.5;

/// A fit that is ready to begin.
pub struct FitJob {
    config: FitConfig,
    model: Model,
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
            (None, _) => pseudo_data(&config)?,
        };
        FitJob::of(config, data)
    }

    /// With these data in the place of those that the configuration names.
    pub fn with_data(mut config: FitConfig, data: Sample) -> Result<Self> {
        data.check()?;
        (config.data.file, config.data.events) = (None, None);
        FitJob::of(config, data)
    }

    fn of(config: FitConfig, data: Sample) -> Result<Self> {
        let (model, _) = model::model(&config, config.seed, &Default::default())?;
        // The chain has its fixed parameters at their values already.
        let is_known = |table: &ParameterTable| config.model == ModelKind::Toy || !table.fixed;
        let known = config.parameters.iter().filter(|(_, table)| is_known(table));
        let choices: Vec<Choice> = known.map(|(name, table)| choice(name, table)).collect();
        let space = Space::new(model.simulator().parameters(), &choices)?;
        let loss = loss(&config)?;
        Ok(FitJob { config, model, data, loss, space })
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
        Ok(Problem::new(self.model.simulator(), &self.data, self.loss.as_ref(), self.space.clone())?)
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

impl FitJob {
    /// Refuses a profile of a parameter that is not fitted, or of a distance.
    pub fn check_profile(&self, name: &str) -> Result<()> {
        if !self.loss.is_likelihood() {
            let hint = "choose a loss of bins, e.g. poisson-light";
            return Err(model::refused(
                "the profile of a distance between samples says nothing of errors",
                hint,
            ));
        }
        let names = || self.space.coordinates().iter().map(|c| c.name.as_str());
        if names().any(|known| known == name) {
            return Ok(());
        }
        let suggestion = gradino_core::text::closest(name, names());
        Err(gradino_core::Error::UnknownParameter { name: name.into(), suggestion }.into())
    }

    /// The objective along the parameter `name`, at `points` values around the end of a fit, two and a half standard
    /// errors to either side and within the bounds: for likelihoods.
    pub fn profile(&self, fit: &Fit, name: &str, points: usize) -> Result<Profile> {
        self.check_profile(name)?;
        let fitted = self.space.coordinates().iter().zip(&fit.values).zip(fit.covariance.errors());
        let steps = points.max(2) - 1;
        let values: Vec<f64> = fitted
            .filter(|((coordinate, _), _)| coordinate.name == name)
            .flat_map(|((coordinate, value), error)| {
                let [lower, upper] = coordinate.bounds;
                let at = move |i| value + PROFILE_REACH * error * (2.0 * i as f64 / steps as f64 - 1.0);
                (0..=steps).map(at).filter(move |v| *v > lower && *v < upper)
            })
            .collect();
        Ok(profile(&self.problem()?, &self.config.fit, fit, name, &values)?)
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
fn pseudo_data(config: &FitConfig) -> Result<Sample> {
    let seed = config.data.seed.unwrap_or(config.seed.wrapping_add(1));
    let (model, theta) = model::model(config, seed, &config.data.parameters)?;
    let events = match (config.data.events, config.data.expected) {
        (Some(events), _) => events,
        (None, Some(expected)) => scattered(expected * model.rate(&theta)?, seed),
        (None, None) => return Err(Error::NoData),
    };
    let sample = model.simulator().draw(&theta, 0..events)?.at(&theta)?;
    Ok(Sample::of_data(sample.dimension(), sample.values)?)
}

/// A number from the Poisson distribution: how many waiting times fit into `mean`.
fn scattered(mean: f64, seed: u64) -> u64 {
    let mut stream = Stream::new(seed, u64::MAX, Purpose::Reaction);
    let (mut count, mut waited) = (0, -stream.uniform().ln());
    while waited < mean {
        count += 1;
        waited -= stream.uniform().ln();
    }
    count
}

fn loss(config: &FitConfig) -> Result<Box<dyn Loss>> {
    let table = &config.loss;
    let is_rate = table.normalise == Normalise::Rate;
    let Some((statistic, monte_carlo)) = statistic(&table.kind) else {
        let loss = by_name(&table.kind, None)?;
        let hint = "choose a loss of bins, e.g. poisson-light";
        return if is_rate {
            Err(model::refused("a distance between samples has no rate", hint))
        } else {
            Ok(loss)
        };
    };
    let own = AxisTable { feature: table.feature, range: table.range, bins: table.bins };
    let axes = if table.axes.is_empty() { std::slice::from_ref(&own) } else { &table.axes };
    let even = |a: &AxisTable| Axis::even(a.feature, a.range[0], a.range[1], a.bins);
    let binning = Binning::new(axes.iter().map(even).collect::<gradino_infer::Result<_>>()?)?;
    let sharing = match config.model {
        ModelKind::Toy => Sharing::Linear,
        // The energies of its events do not move, only their weights.
        ModelKind::Chain => Sharing::NoneThoughFeaturesMove,
    };
    let scale = match (is_rate, config.data.expected) {
        (false, _) => Scale::Shape,
        (true, Some(expected)) => Scale::Expected(expected),
        (true, None) => {
            let hint = "set `expected` in [data]: the number of data at the values of the configuration";
            return Err(model::refused("a rate needs the number of data that are expected", hint));
        }
    };
    let floor = table.floor;
    Ok(Box::new(Binned { statistic, monte_carlo, sharing, scale, floor, ..Binned::new(binning) }))
}

/// Names of the losses, with what they are.
pub fn losses() -> impl Iterator<Item = (&'static str, &'static str)> {
    MODELS.iter().map(|m| (m.name, m.meaning))
}
