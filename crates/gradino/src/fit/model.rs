//! The simulators that can be fitted.

use super::config::{FitConfig, ModelKind, Toy};
use crate::chain::{ChainSimulator, Setup};
use crate::error::Result;
use gradino_core::{ParamSet, Simulator};
use gradino_nuclear::toy::{StartEnergy, ToyNucleus, ToySimulator};
use std::collections::BTreeMap;

/// A simulator, and its parameters with `values` in the place of the published ones.
pub(super) type At = (Box<dyn Simulator>, Vec<f64>);

/// The simulator of a fit with its seed.
pub(super) fn simulator(config: &FitConfig, seed: u64, values: &BTreeMap<String, f64>) -> Result<At> {
    match config.model {
        ModelKind::Toy => toy(&config.toy, seed, values),
        ModelKind::Chain => chain(config, seed, values),
    }
}

fn toy(toy: &Toy, seed: u64, values: &BTreeMap<String, f64>) -> Result<At> {
    let (mean, sigma) = (toy.start.0, toy.spread.0);
    let start = if sigma > 0.0 { StartEnergy::Normal { mean, sigma } } else { StartEnergy::Fixed(mean) };
    let simulator = ToySimulator::new(ToyNucleus { start, ..ToyNucleus::default() }, seed)?;
    let simulator = simulator.with_features(&toy.features)?;
    let mut set = ParamSet::new(simulator.parameters().to_vec());
    set_all(&mut set, values)?;
    let theta = set.iter().map(|p| p.value).collect();
    Ok((Box::new(simulator), theta))
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
    set_all(&mut set, values)?;
    let moving = config.parameters.iter().filter(|(_, table)| !table.fixed).map(|(name, _)| name);
    let mut wanted = moving.map(|name| set.position(name)).collect::<gradino_core::Result<Vec<_>>>()?;
    wanted.sort_unstable();
    let simulator = ChainSimulator::new(&setup, &set, &wanted, &config.chain.observables)?;
    let theta = wanted.iter().map(|&i| set.at(i).value).collect();
    Ok((Box::new(simulator), theta))
}

fn set_all(set: &mut ParamSet, values: &BTreeMap<String, f64>) -> Result<()> {
    for (name, value) in values {
        set.set(name, *value)?;
    }
    Ok(())
}
