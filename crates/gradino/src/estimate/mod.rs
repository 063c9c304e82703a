//! Means and histograms of the chain with their derivatives, by a choice of estimators.

mod compare;
pub(crate) mod cpu;
mod source;

pub use compare::{CompareSettings, Comparison, Difference, Figures, Measured};

use crate::Observable;
use crate::chain::primary::Weighting;
use crate::chain::{Chain, Origin, Setup};
use crate::config::Config;
use crate::error::Result;
use gradino_core::ParamSet;
use gradino_infer::estimate::{Estimate, Estimator, Settings, Target, estimate};
use source::ChainEvents;

/// Classes of the neutrino energy for the baselines of bins in energy.
const NEUTRINO_CLASSES: usize = 16;

/// A chain whose observable is estimated.
#[derive(Clone, Debug)]
pub struct EstimateJob {
    setup: Setup,
    params: ParamSet,
    wanted: Vec<usize>,
    observable: Observable,
    target: Target,
}

impl EstimateJob {
    /// The target of an observable, with gradients for the parameters at the ascending positions `wanted`.
    ///
    /// Neutrino energies follow flux times cross section whatever the weighting of the setup: means are the same.
    pub fn new(
        setup: &Setup,
        params: &ParamSet,
        wanted: &[usize],
        observable: Observable,
        target: Target,
    ) -> Self {
        let mut setup = setup.clone();
        if let Origin::Neutrino { primary, .. } = &mut setup.origin {
            primary.weighting = Weighting::CrossSection;
        }
        EstimateJob { setup, params: params.clone(), wanted: wanted.to_vec(), observable, target }
    }

    /// The chain of a configuration, with the parameters of its [gradients]; without a seed it is 0.
    pub fn from_config(config: &Config, observable: Observable, target: Target) -> Result<Self> {
        let setup = Setup::from_config(config)?;
        let mut params = setup.parameters();
        config.apply_parameters(&mut params)?;
        let wanted = config.gradient_positions(&params)?;
        Ok(EstimateJob::new(&setup, &params, &wanted, observable, target))
    }

    /// The same with the gradient for one of the parameters alone, number `i` in [`EstimateJob::names`].
    pub fn alone(&self, i: usize) -> Self {
        EstimateJob { wanted: vec![self.wanted[i]], ..self.clone() }
    }

    /// Names of the parameters in the gradient, in order.
    pub fn names(&self) -> Vec<&str> {
        self.wanted.iter().map(|&i| self.params.at(i).name.as_str()).collect()
    }

    /// What is observed.
    pub fn observable(&self) -> Observable {
        self.observable
    }

    /// What is estimated.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Prepares the chain.
    pub fn prepare(&self) -> Result<PreparedEstimate> {
        self.setup.check_paths()?;
        let chain = Chain::prepare(&self.setup, &self.params, &self.wanted)?;
        let classes = match &self.target {
            Target::Bins { .. } if !self.observable.is_count() => NEUTRINO_CLASSES,
            _ => 1,
        };
        let events = ChainEvents::new(chain, self.observable, classes);
        Ok(PreparedEstimate { events, target: self.target.clone(), seed: self.setup.seed })
    }
}

/// A chain ready to be estimated. Tables are built where events pass, so that a second estimate is faster.
#[derive(Debug)]
pub struct PreparedEstimate {
    events: ChainEvents,
    target: Target,
    seed: u64,
}

impl PreparedEstimate {
    /// Estimates with about `events` events in `batches` batches; each `run` has events of its own.
    pub fn estimate(&self, estimator: Estimator, events: u64, batches: usize, run: u64) -> Result<Estimate> {
        let settings = Settings { events, batches, seed: self.seed, run };
        Ok(estimate(&self.events, &self.target, estimator, &settings)?)
    }
}
