//! Events of the chain that can be seen at other values of its parameters.
//!
//! The weight of an event is the ratio of its probabilities: of the channel and the neutrino energy, and of all
//! choices of the cascade, discrete and continuous ones alike. Its energies stay, so features are constants.

use super::Chain;
use super::interactions::Interactions;
use super::moving::{BLOCK, Moving, ground};
use super::primary::Place;
use crate::error::Result;
use gradino_core::{Bank, ParamSet, Sample, Visitor, rows_of_part};
use gradino_nuclear::decay::{CascadeRecord, Paths, Replay};
use rayon::prelude::*;
use std::sync::Arc;

/// Rows that are shown at once: their derivatives stay in the cache of a core.
const PIECE: usize = 512;

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

/// Everything at one point of parameter space.
struct Point {
    primary: Option<Interactions>,
    replay: Option<Arc<Replay>>,
    repeated: Repeated,
    rate: Rate,
}

/// What all weights at a point have in common.
#[derive(Default)]
struct Rate {
    /// The rate by that of weight 1.
    factor: f64,
    /// Its logarithmic derivatives; none where the rate is not looked at.
    log_slopes: Vec<f64>,
}

/// Probabilities of the cascades that come again, each with its logarithmic derivatives behind it.
#[derive(Default)]
struct Repeated {
    rows: Vec<f64>,
    width: usize,
}

impl Repeated {
    fn prepare(replay: &Replay, paths: &Paths, parameters: usize) -> Self {
        let width = 1 + parameters;
        let mut rows = vec![0.0; paths.repeated().len() * width];
        let fill = |record: &mut CascadeRecord, (row, event): (&mut [f64], &u32)| {
            row[0] = replay.probability(paths, *event as usize, record);
            row[1..].copy_from_slice(&record.score);
        };
        let pairs = rows.par_chunks_mut(width).zip(paths.repeated());
        pairs.for_each_init(|| CascadeRecord::new(parameters), fill);
        Repeated { rows, width }
    }

    fn of(&self, place: usize) -> (f64, &[f64]) {
        let row = &self.rows[place * self.width..(place + 1) * self.width];
        (row[0], &row[1..])
    }
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
        let cascade = chain.cascade();
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
        let point = self.point(&self.chain.params, 0)?;
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
        let mut probability = self.cascade_probability(point, event, record);
        if let Some(interactions) = &point.primary
            && probability > 0.0
        {
            probability *= interactions.density(&self.events.places[event], &mut record.score);
        }
        probability
    }

    /// The same for the cascade alone.
    fn cascade_probability(&self, point: &Point, event: usize, record: &mut CascadeRecord) -> f64 {
        let Some(replay) = &point.replay else {
            record.score.fill(0.0);
            return 1.0;
        };
        let Some(place) = self.events.paths.repeated_of(event) else {
            return replay.probability(&self.events.paths, event, record);
        };
        let (probability, score) = point.repeated.of(place);
        record.score.copy_from_slice(score);
        probability
    }

    /// Everything at the values `params`, with derivatives for so many `parameters`.
    fn point(&self, params: &ParamSet, parameters: usize) -> Result<Point> {
        let paths = &self.events.paths;
        let replay = self.replay.as_ref().map(|origin| match origin.cascade().network().moves_to(params) {
            true if parameters == 0 => Arc::new(Replay::prepare_values(origin.cascade(), paths, params)),
            true => Arc::new(Replay::prepare(origin.cascade(), paths, params)),
            false => origin.clone(),
        });
        let wanted = if parameters == 0 { &[][..] } else { &self.moving.wanted };
        let repeated = replay.as_ref().map(|replay| Repeated::prepare(replay, paths, parameters));
        let primary = Interactions::prepare(&self.moving.setup, &self.chain, params, wanted)?;
        let repeated = repeated.unwrap_or_default();
        let rate = self.rate(primary.as_ref());
        Ok(Point { primary, replay, repeated, rate })
    }

    fn rate(&self, primary: Option<&Interactions>) -> Rate {
        let (Some(reference), Some(interactions)) = (self.moving.reference, primary) else {
            return Rate { factor: 1.0, log_slopes: Vec::new() };
        };
        let total = interactions.total();
        let log_slopes = total.gradient.iter().map(|slope| slope / total.value).collect();
        Rate { factor: total.value / reference, log_slopes }
    }

    /// Writes the weights of the events from number `first` on, and their derivatives.
    fn weigh(
        &self,
        point: &Point,
        first: usize,
        weights: &mut [f64],
        slopes: &mut [f64],
        record: &mut CascadeRecord,
    ) {
        let n = record.score.len();
        for (i, weight) in weights.iter_mut().enumerate() {
            let event = first + i;
            *weight = self.probability(point, event, record) * self.inverse[event] * point.rate.factor;
            record.score.iter_mut().zip(&point.rate.log_slopes).for_each(|(score, slope)| *score += slope);
            let slopes = &mut slopes[i * n..(i + 1) * n];
            slopes.iter_mut().zip(&record.score).for_each(|(slope, score)| *slope = *weight * score);
        }
    }

    /// As `at` of [`Bank`].
    fn sample(&self, theta: &[f64]) -> Result<Sample> {
        let n = theta.len();
        let point = self.point(&self.moving.point(theta)?, n)?;
        let mut sample = self.empty_sample(self.len(), n);
        sample.values.clone_from(&self.events.features);
        let weights = sample.weights.par_chunks_mut(BLOCK);
        let slopes = sample.weight_gradient.par_chunks_mut(BLOCK * n);
        weights.zip(slopes).enumerate().for_each(|(block, (weights, slopes))| {
            self.weigh(&point, block * BLOCK, weights, slopes, &mut CascadeRecord::new(n));
        });
        Ok(sample)
    }

    /// As `values_at` of [`Bank`].
    fn values(&self, theta: &[f64]) -> Result<Sample> {
        let point = self.point(&self.moving.point(theta)?, 0)?;
        let mut sample = self.empty_sample(self.len(), 0);
        sample.values.clone_from(&self.events.features);
        sample.weights.par_chunks_mut(BLOCK).enumerate().for_each(|(block, weights)| {
            self.weigh(&point, block * BLOCK, weights, &mut [], &mut CascadeRecord::default());
        });
        Ok(sample)
    }

    /// A sample of `rows` rows with derivatives for `n` parameters, all zero.
    fn empty_sample(&self, rows: usize, n: usize) -> Sample {
        let dimension = self.moving.observables.len();
        let mut sample = Sample::new(dimension, n);
        sample.values = vec![0.0; rows * dimension];
        sample.value_gradient = vec![0.0; rows * dimension * n];
        sample.weights = vec![0.0; rows];
        sample.weight_gradient = vec![0.0; rows * n];
        sample
    }

    /// As `visit` of [`Bank`].
    fn show(&self, theta: &[f64], parts: usize, visitor: &Visitor<'_>) -> Result<()> {
        let point = self.point(&self.moving.point(theta)?, theta.len())?;
        let tools = || (self.empty_sample(PIECE, theta.len()), CascadeRecord::new(theta.len()));
        (0..parts).into_par_iter().for_each_init(tools, |(sample, record), part| {
            let rows = rows_of_part(self.len(), parts, part);
            let dimension = sample.dimension();
            for first in rows.clone().step_by(PIECE) {
                let count = PIECE.min(rows.end - first);
                let features = &self.events.features[first * dimension..(first + count) * dimension];
                sample.values[..features.len()].copy_from_slice(features);
                let (weights, slopes) = (&mut sample.weights, &mut sample.weight_gradient);
                self.weigh(&point, first, &mut weights[..count], slopes, record);
                visitor(part, sample, 0..count);
            }
        });
        Ok(())
    }
}

impl Bank for ChainBank {
    fn origin(&self) -> &[f64] {
        &self.origin
    }

    fn at(&self, theta: &[f64]) -> gradino_core::Result<Sample> {
        self.sample(theta).map_err(ground)
    }

    fn values_at(&self, theta: &[f64]) -> gradino_core::Result<Sample> {
        self.values(theta).map_err(ground)
    }

    fn visit(&self, theta: &[f64], parts: usize, visitor: &Visitor<'_>) -> gradino_core::Result<()> {
        self.show(theta, parts, visitor).map_err(ground)
    }
}
