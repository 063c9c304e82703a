//! The simulators that can be fitted.

use super::config::{FitConfig, ModelKind, Normalise, Toy};
use crate::chain::{ChainSimulator, Setup};
use crate::error::{Error, Result};
use gradino_core::{Error as Ground, ParamSet, Simulator};
use gradino_nuclear::toy::{StartEnergy, ToyNucleus, ToySimulator};
use std::collections::BTreeMap;

/// A simulation that can be fitted.
pub(super) enum Model {
    Toy(ToySimulator),
    Chain(ChainSimulator),
}

impl Model {
    pub(super) fn simulator(&self) -> &dyn Simulator {
        match self {
            Model::Toy(toy) => toy,
            Model::Chain(chain) => chain,
        }
    }

    /// The rate at `theta` by that at the values of the configuration.
    pub(super) fn rate(&self, theta: &[f64]) -> Result<f64> {
        match self {
            Model::Toy(_) => Ok(1.0),
            Model::Chain(chain) => chain.rate(theta),
        }
    }
}

/// A simulation, and its parameters with `values` in the place of the published ones.
type At = (Model, Vec<f64>);

/// The simulation of a fit with its seed.
pub(super) fn model(config: &FitConfig, seed: u64, values: &BTreeMap<String, f64>) -> Result<At> {
    match (config.model, config.loss.normalise) {
        (ModelKind::Toy, Normalise::Rate) => {
            Err(refused("the toy has no cross section, and so no rate", "compare its shape"))
        }
        (ModelKind::Toy, Normalise::Shape) => toy(&config.toy, seed, values),
        (ModelKind::Chain, _) => chain(config, seed, values),
    }
}

/// A choice that the simulation does not allow.
pub(super) fn refused(reason: &str, hint: &str) -> Error {
    Ground::Simulation { reason: reason.into(), hint: Some(hint.into()) }.into()
}

fn toy(toy: &Toy, seed: u64, values: &BTreeMap<String, f64>) -> Result<At> {
    let (mean, sigma) = (toy.start.0, toy.spread.0);
    let start = if sigma > 0.0 { StartEnergy::Normal { mean, sigma } } else { StartEnergy::Fixed(mean) };
    let simulator = ToySimulator::new(ToyNucleus { start, ..ToyNucleus::default() }, seed)?;
    let simulator = simulator.with_features(&toy.features)?;
    let mut set = ParamSet::new(simulator.parameters().to_vec());
    set_all(&mut set, values)?;
    let theta = set.iter().map(|p| p.value).collect();
    Ok((Model::Toy(simulator), theta))
}

/// The chain moves the parameters that are named in the fit and not fixed; fixed ones get their values.
fn chain(config: &FitConfig, seed: u64, values: &BTreeMap<String, f64>) -> Result<At> {
    let mut run = config.chain.job()?;
    run.seed = Some(seed);
    let setup = Setup::from_config(&run)?;
    let mut set = setup.parameters();
    run.apply_parameters(&mut set)?;
    let fixed = config.parameters.iter().filter(|(_, table)| table.fixed);
    for (name, value) in fixed.filter_map(|(name, table)| Some((name, table.start?))) {
        set.set(name, value)?;
    }
    let moving = config.parameters.iter().filter(|(_, table)| !table.fixed).map(|(name, _)| name);
    let mut wanted = moving.map(|name| set.position(name)).collect::<gradino_core::Result<Vec<_>>>()?;
    wanted.sort_unstable();
    // The rate of reference is that of the configuration, with fixed parameters where the fit has them.
    let mut there = set.clone();
    set_all(&mut there, values)?;
    let simulator = ChainSimulator::new(&setup, &there, &wanted, &config.chain.observables)?;
    let theta = wanted.iter().map(|&i| there.at(i).value).collect();
    Ok((
        Model::Chain(match config.loss.normalise {
            Normalise::Rate => simulator.with_rate(&set)?,
            Normalise::Shape => simulator,
        }),
        theta,
    ))
}

fn set_all(set: &mut ParamSet, values: &BTreeMap<String, f64>) -> Result<()> {
    for (name, value) in values {
        set.set(name, *value)?;
    }
    Ok(())
}
