//! Events of the chain that can be seen at other values of its parameters.
//!
//! The weight of an event is the ratio of its probabilities: of the channel and the neutrino energy, and of all
//! choices of the cascade, discrete and continuous ones alike. Its energies stay, so features are constants.

use super::Chain;
use super::interactions::Interactions;
use super::moving::{BLOCK, Moving, ground};
use super::primary::Place;
use crate::error::Result;
use gradino_core::{Bank, ParamSet, Sample};
use gradino_nuclear::decay::{CascadeRecord, Paths, Replay};
use rayon::prelude::*;
use std::sync::Arc;

/// Events of a [`ChainSimulator`](super::ChainSimulator).
#[derive(Debug)]
pub struct ChainBank {
    moving: Arc<Moving>,
    origin: Vec<f64>,
    chain: Chain,
    events: Part,
    /// 1 / probability of each event at the origin.
    inverse: Vec<f64>,
    /// The cascades at the origin, which also serve where only other parameters have moved.
    replay: Option<Arc<Replay>>,
}

/// What is kept of some events.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Features, event by event.
    pub(super) features: Vec<f64>,
    /// Primary interactions, for neutrino jobs.
    pub(super) places: Vec<Place>,
    /// Cascades.
    pub(super) paths: Paths,
}

/// How far a point lies from the origin of a bank, as its weights tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reach {
    /// Number of unweighted events with the same statistical power.
    pub effective_size: f64,
    /// Mean weight, 1 within its error where the bank covers the point.
    pub mean_weight: f64,
    /// Its standard error.
    pub error: f64,
    /// Number of events that cannot happen at the point: their weight is zero.
    pub impossible: usize,
}

impl Reach {
    /// Of the weights of a sample.
    pub fn of(sample: &Sample) -> Self {
        let n = sample.len() as f64;
        let mean = sample.weights.iter().sum::<f64>() / n;
        let variance = sample.weights.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / n;
        Reach {
            effective_size: sample.effective_size(),
            mean_weight: mean,
            error: (variance / n).sqrt(),
            impossible: sample.weights.iter().filter(|w| **w == 0.0).count(),
        }
    }
}

/// Whether derivatives are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Derivatives {
    None,
    Wanted,
}

/// Everything at one point of parameter space.
struct Point {
    primary: Option<Interactions>,
    replay: Option<Arc<Replay>>,
}

impl ChainBank {
    /// Of the events in `parts`, in order.
    pub(super) fn new(moving: Arc<Moving>, theta: &[f64], chain: Chain, parts: Vec<Part>) -> Result<Self> {
        let mut events = Part::default();
        for part in parts {
            events.features.extend(part.features);
            events.places.extend(part.places);
            events.paths.append(part.paths);
        }
        let cascade = chain.cascade.as_ref();
        let replay = cascade.map(|c| Arc::new(Replay::prepare(c, &events.paths, &chain.params)));
        let origin = theta.to_vec();
        let mut bank = ChainBank { moving, origin, chain, events, inverse: Vec::new(), replay };
        bank.inverse = bank.inverse_probabilities()?;
        Ok(bank)
    }

    /// Number of events.
    pub fn len(&self) -> usize {
        self.events.paths.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The choices of the cascades.
    pub fn paths(&self) -> &Paths {
        &self.events.paths
    }

    fn inverse_probabilities(&self) -> Result<Vec<f64>> {
        let point = self.point(&self.chain.params, Derivatives::None)?;
        let mut inverse = vec![0.0; self.len()];
        inverse.par_chunks_mut(BLOCK).enumerate().for_each(|(block, out)| {
            let mut record = CascadeRecord::default();
            for (i, out) in out.iter_mut().enumerate() {
                *out = 1.0 / self.probability(&point, block * BLOCK + i, &mut record);
            }
        });
        Ok(inverse)
    }

    /// The probability of an event; its logarithmic derivatives are left in the score of `record`.
    fn probability(&self, point: &Point, event: usize, record: &mut CascadeRecord) -> f64 {
        record.score.fill(0.0);
        let mut probability =
            point.replay.as_ref().map_or(1.0, |replay| replay.probability(&self.events.paths, event, record));
        if let Some(interactions) = &point.primary
            && probability > 0.0
        {
            probability *= interactions.density(&self.events.places[event], &mut record.score);
        }
        probability
    }

    /// Everything at the values `params`.
    fn point(&self, params: &ParamSet, derivatives: Derivatives) -> Result<Point> {
        let paths = &self.events.paths;
        let replay = self.replay.as_ref().map(|origin| match origin.cascade().network().moves_to(params) {
            true if derivatives == Derivatives::None => {
                Arc::new(Replay::prepare_values(origin.cascade(), paths, params))
            }
            true => Arc::new(Replay::prepare(origin.cascade(), paths, params)),
            false => origin.clone(),
        });
        let wanted = if derivatives == Derivatives::None { &[][..] } else { &self.moving.wanted };
        let primary = Interactions::prepare(&self.moving.setup, &self.chain, params, wanted)?;
        Ok(Point { primary, replay })
    }

    /// As `at` or `values_at` of [`Bank`].
    fn sample(&self, theta: &[f64], derivatives: Derivatives) -> Result<Sample> {
        let point = self.point(&self.moving.point(theta)?, derivatives)?;
        let n = if derivatives == Derivatives::None { 0 } else { theta.len() };
        let rows = self.len();
        let dimension = self.moving.observables.len();
        let mut sample = Sample::new(dimension, n);
        sample.values.clone_from(&self.events.features);
        sample.value_gradient = vec![0.0; rows * dimension * n];
        sample.weights = vec![0.0; rows];
        sample.weight_gradient = vec![0.0; rows * n];
        let weights = sample.weights.par_chunks_mut(BLOCK);
        if n == 0 {
            weights.enumerate().for_each(|(block, weights)| {
                let mut record = CascadeRecord::default();
                for (i, weight) in weights.iter_mut().enumerate() {
                    let event = block * BLOCK + i;
                    *weight = self.probability(&point, event, &mut record) * self.inverse[event];
                }
            });
            return Ok(sample);
        }
        let slopes = sample.weight_gradient.par_chunks_mut(BLOCK * n);
        weights.zip(slopes).enumerate().for_each(|(block, (weights, slopes))| {
            let mut record = CascadeRecord::new(n);
            for (i, (weight, slopes)) in weights.iter_mut().zip(slopes.chunks_exact_mut(n)).enumerate() {
                let event = block * BLOCK + i;
                *weight = self.probability(&point, event, &mut record) * self.inverse[event];
                slopes.iter_mut().zip(&record.score).for_each(|(slope, score)| *slope = *weight * score);
            }
        });
        Ok(sample)
    }
}

impl Bank for ChainBank {
    fn origin(&self) -> &[f64] {
        &self.origin
    }

    fn at(&self, theta: &[f64]) -> gradino_core::Result<Sample> {
        self.sample(theta, Derivatives::Wanted).map_err(ground)
    }

    fn values_at(&self, theta: &[f64]) -> gradino_core::Result<Sample> {
        self.sample(theta, Derivatives::None).map_err(ground)
    }
}
