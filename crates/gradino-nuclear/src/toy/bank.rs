//! Events of the toy that can be seen at other points of parameter space.

use super::feature::ToyFeature;
use super::nucleus::ToyNucleus;
use super::record::{Decisions, PathList, Replay};
use super::simulator::point;
use gradino_core::{Bank, Dual, Parameter, Result, Sample};
use std::sync::Arc;

/// Number of parameters.
pub(super) const PARAMETERS: usize = 2;

/// Events of a [`super::ToySimulator`].
///
/// Kept are the decisions of each event: at each emission, continuum or which level, and the conditional random
/// number of an emission into the continuum. At another point the energies move by the inverse distribution,
/// and the weight is the ratio of the probabilities of the decisions. Where the discrete tree is listed, each
/// path of an event is a row, and its weight is the probability of the path times rows per event, so that
/// weights are 1 on average.
#[derive(Clone, Debug)]
pub struct ToyBank {
    pub(super) nucleus: Arc<ToyNucleus>,
    pub(super) features: Vec<ToyFeature>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) origin: Vec<f64>,
    pub(super) paths: PathList,
    pub(super) decisions: Decisions,
}

type Moving = Dual<f64, PARAMETERS>;

impl ToyBank {
    /// Number of events; rows are more if the discrete tree is listed.
    pub fn events(&self) -> usize {
        self.decisions.len()
    }

    /// Number of rows of event number `event` of the bank: 1, or its paths and completions.
    pub fn rows_of(&self, event: usize) -> usize {
        self.decisions.endings_of(event).len()
    }

    fn replay(&self, theta: &[f64]) -> Result<(Replay<Moving>, Vec<Moving>)> {
        let params = point(&self.parameters, theta)?.chunk::<PARAMETERS>(0);
        let replay = Replay::prepare(&self.nucleus, &params);
        let tree = replay.law.tree();
        let probabilities = self.paths.paths.iter().map(|path| tree.path_probability(&path.levels)).collect();
        Ok((replay, probabilities))
    }

    /// Sets the weights so that those of the continuum, and of each sampled path, are 1 at the origin.
    pub(super) fn normalise(&mut self) -> Result<()> {
        let (replay, probabilities) = self.replay(&self.origin)?;
        let mut moving = Vec::new();
        let inverse = |event| replay.replay(&self.decisions, event, &mut moving).re.recip();
        self.decisions.inverse_probabilities = (0..self.events()).map(inverse).collect();
        for ending in &mut self.decisions.endings {
            if ending.sampled {
                ending.factor /= probabilities[ending.path as usize].re;
            }
        }
        Ok(())
    }
}

impl Bank for ToyBank {
    fn origin(&self) -> &[f64] {
        &self.origin
    }

    fn at(&self, theta: &[f64]) -> Result<Sample> {
        let (replay, probabilities) = self.replay(theta)?;
        let (rows, dimension) = (self.decisions.endings.len(), self.features.len());
        let mut sample = Sample::new(dimension, PARAMETERS);
        sample.values.reserve(rows * dimension);
        sample.weights.reserve(rows);
        sample.value_gradient.reserve(rows * dimension * PARAMETERS);
        sample.weight_gradient.reserve(rows * PARAMETERS);
        let mut moving = Vec::new();
        for event in 0..self.events() {
            let probability = replay.replay(&self.decisions, event, &mut moving);
            let ratio = probability * self.decisions.inverse_probabilities[event];
            for ending in self.decisions.endings_of(event) {
                let weight = ratio * (probabilities[ending.path as usize] * ending.factor);
                for feature in &self.features {
                    let value = feature.of(&moving, &self.paths.paths[ending.path as usize]);
                    sample.values.push(value.re);
                    sample.value_gradient.extend(value.eps);
                }
                sample.weights.push(weight.re);
                sample.weight_gradient.extend(weight.eps);
            }
        }
        Ok(sample)
    }
}
