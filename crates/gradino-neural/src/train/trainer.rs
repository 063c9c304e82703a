//! The training itself, round by round.

use super::adam::Adam;
use super::gradient::{Model, Rows};
use super::graph::Graph;
use super::network::Networks;
use super::pool::{Pool, Quality};
use super::{Device, Divergence, Training};
use crate::error::{Error, Result};
use crate::flow::Flow;
use crate::spec::FlowSpec;
use crate::weights::Weights;
use gradino_core::{Density, Purpose, Space, Stream};
use rayon::prelude::*;

/// Largest weight p / q, and largest factor q / r, that a point can have: early, when the flow is far off.
const MOST: f64 = 50.0;
/// The note on the steps done in a state.
const STEP: &str = "step";
/// Rows that are worked on at once.
const CHUNK: usize = 512;
/// Where the numbers of the streams of batches begin, above those of pools.
const BATCHES: u64 = 1 << 62;

/// What a flow is trained on.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// Events: rows of conditions, and rows of points.
    pub events: Option<(&'a [f64], &'a [f64])>,
    /// A density.
    pub density: Option<&'a dyn Density>,
}

impl Source<'_> {
    /// Refuses nothing to train on, another space, and events outside the axes or conditions.
    fn check(&self, space: &Space) -> Result<()> {
        if self.density.is_some_and(|density| density.space() != space) {
            return Err(Error::OtherSpace);
        }
        let Some((conditions, points)) = self.events else {
            return if self.density.is_some() { Ok(()) } else { Err(Error::NothingToLearn) };
        };
        let (axes, wide) = (space.axes.len(), space.conditions.len());
        let rows = points.len() / axes;
        if rows == 0 {
            return Err(Error::NothingToLearn);
        }
        for (what, found, wanted) in
            [("coordinates", points.len(), rows * axes), ("conditions", conditions.len(), rows * wide)]
        {
            if found != wanted {
                return Err(gradino_core::Error::WrongLength { what, found, wanted }.into());
            }
        }
        for (at, &value) in points.iter().enumerate() {
            let axis = &space.axes[at % axes];
            if !(axis.low..=axis.high).contains(&value) {
                return Err(Error::outside(axis, value));
            }
        }
        for (at, &value) in conditions.iter().enumerate() {
            space.conditions[at % wide].check(value)?;
        }
        Ok(())
    }
}

/// Where a training is after a round.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done.
    pub step: u64,
    /// Mean of the loss over the round: -ln q of events, per unit of the unit cube, and the divergence KL(p, q).
    pub loss: f64,
    /// Learning rate of the next step.
    pub rate: f64,
    /// How well the flow did at the beginning of the round, with a density.
    pub quality: Option<Quality>,
}

/// A flow in training.
pub struct Trainer<'a> {
    spec: FlowSpec,
    source: Source<'a>,
    training: Training,
    networks: Networks,
    adam: Adam,
    /// Whether the device has computed a step as the processor does.
    trusted: bool,
}

/// A batch: rows with ln of the target, and of the density from which they came; no target means an event.
#[derive(Default)]
struct Batch {
    seen: Vec<f32>,
    unit: Vec<f64>,
    drawn: Vec<Option<[f64; 2]>>,
}

impl<'a> Trainer<'a> {
    /// Starts a training from given weights, as those of [`Weights::initial`].
    pub fn new(weights: &Weights, source: Source<'a>, training: Training) -> Result<Self> {
        let spec = weights.spec().clone();
        source.check(&spec.space)?;
        training.check()?;
        let networks = Networks::new(&spec, training.device.open()?);
        let adam = Adam::new(networks.flatten(weights));
        let trusted = training.device == Device::Cpu;
        Ok(Trainer { spec, source, training, networks, adam, trusted })
    }

    /// Goes on from a state of [`Trainer::state`] to the same bits as a training that was not interrupted.
    pub fn resume(state: &[Weights; 3], source: Source<'a>, training: Training) -> Result<Self> {
        let [weights, mean, square] = state;
        let mut trainer = Trainer::new(weights, source, training)?;
        for moments in [mean, square] {
            if moments.spec() != weights.spec() || moments.notes != weights.notes {
                return Err(Error::NotAState);
            }
        }
        trainer.adam.mean = trainer.networks.flatten(mean);
        trainer.adam.square = trainer.networks.flatten(square);
        let step = weights.notes.get(STEP).and_then(|step| step.parse().ok());
        trainer.adam.step = step.ok_or(Error::NotAState)?;
        Ok(trainer)
    }

    /// All that is needed to go on later: the weights, and what the optimiser remembers of their gradients.
    pub fn state(&self) -> Result<[Weights; 3]> {
        let weights = |numbers: &[f32]| -> Result<Weights> {
            let mut weights = Weights::new(self.spec.clone(), self.networks.name(numbers))?;
            weights.notes.insert(STEP.into(), self.adam.step.to_string());
            Ok(weights)
        };
        Ok([weights(&self.adam.numbers)?, weights(&self.adam.mean)?, weights(&self.adam.square)?])
    }

    /// Steps done.
    pub fn step(&self) -> u64 {
        self.adam.step
    }

    /// Whether all steps are done.
    pub fn finished(&self) -> bool {
        self.adam.step >= self.training.steps
    }

    /// The weights as they are.
    pub fn weights(&self) -> Result<Weights> {
        Weights::new(self.spec.clone(), self.networks.name(&self.adam.numbers))
    }

    /// One round of steps. Where the loss is no number any more, the weights stay those before the round.
    pub fn round(&mut self) -> Result<Progress> {
        let pool = self.pool()?;
        let before = self.adam.clone();
        let mut loss = 0.0;
        let steps = self.training.round.min(self.training.steps - self.adam.step);
        for _ in 0..steps {
            let batch = self.batch(pool.as_ref());
            let found = self.gradient(&batch).and_then(|found| self.trust(&batch, found));
            let (step_loss, gradient) = match found {
                Ok(found) => found,
                Err(error) => {
                    self.adam = before;
                    return Err(error);
                }
            };
            let sound = step_loss.is_finite() && gradient.iter().all(|g| g.is_finite());
            if !sound {
                let step = self.adam.step;
                self.adam = before;
                return Err(Error::Diverged { step, loss: step_loss });
            }
            self.adam.advance(&gradient, &self.training);
            loss += step_loss / steps as f64;
        }
        let quality = pool.map(|pool| pool.quality);
        Ok(Progress { step: self.adam.step, loss, rate: self.adam.rate(&self.training), quality })
    }

    /// Loss of the next step and its gradient by all numbers of the flow, without going that step.
    pub fn next_gradient(&self) -> Result<(f64, Vec<f32>)> {
        let pool = self.pool()?;
        self.gradient(&self.batch(pool.as_ref()))
    }

    /// Points for a round, with a density.
    fn pool(&self) -> Result<Option<Pool>> {
        let Some(density) = self.source.density else {
            return Ok(None);
        };
        let number = self.adam.step / self.training.round;
        Ok(Some(Pool::draw(Flow::new(self.weights()?), density, &self.training, number)?))
    }

    /// The batch of the next step: rows chosen at random.
    fn batch(&self, pool: Option<&Pool>) -> Batch {
        let mut stream = Stream::new(self.training.seed, BATCHES + self.adam.step, Purpose::Training);
        let mut choose = |count: usize| (stream.uniform() * count as f64) as usize;
        let rows = self.training.batch.next_multiple_of(CHUNK);
        let events = match (self.source.events, pool) {
            (Some(_), Some(_)) => (self.training.events_share * rows as f64) as usize,
            (Some(_), None) => rows,
            (None, _) => 0,
        };
        let mut batch = Batch::default();
        let axes = self.spec.space.axes.len();
        for row in 0..rows {
            if let Some((conditions, points)) = self.source.events.filter(|_| row < events) {
                let chosen = choose(points.len() / axes);
                self.push_event(&mut batch, conditions, points, chosen);
            } else if let Some(pool) = pool {
                let chosen = choose(pool.ln_drawn.len());
                let wide = pool.seen.len() / pool.ln_drawn.len();
                batch.seen.extend_from_slice(&pool.seen[chosen * wide..(chosen + 1) * wide]);
                batch.unit.extend_from_slice(&pool.unit[chosen * axes..(chosen + 1) * axes]);
                batch.drawn.push(Some([pool.ln_target[chosen], pool.ln_drawn[chosen]]));
            }
        }
        batch
    }

    fn push_event(&self, batch: &mut Batch, conditions: &[f64], points: &[f64], row: usize) {
        let (axes, wide) = (&self.spec.space.axes, self.spec.space.conditions.len());
        let mut seen = Vec::new();
        let conditions = &conditions[row * wide..(row + 1) * wide];
        self.spec.features.push_conditions(&self.spec.space.conditions, conditions, &mut seen);
        batch.seen.extend(seen.iter().map(|&feature: &f64| feature as f32));
        let point = &points[row * axes.len()..(row + 1) * axes.len()];
        batch.unit.extend(axes.iter().zip(point).map(|(axis, x)| (x - axis.low) / axis.length()));
        batch.drawn.push(None);
    }

    /// Mean loss of a batch and its gradient.
    fn gradient(&self, batch: &Batch) -> Result<(f64, Vec<f32>)> {
        match self.training.device {
            Device::Cpu => Ok(self.gradient_in_chunks(&self.networks, batch)),
            Device::Vulkan => self.gradient_at_once(batch),
        }
    }

    /// The whole batch as one graph, for a device that works on many rows at once.
    fn gradient_at_once(&self, batch: &Batch) -> Result<(f64, Vec<f32>)> {
        let loaded = self.networks.load(&self.adam.numbers);
        let graph = Graph { spec: &self.spec, networks: &self.networks, loaded };
        let rows = batch.drawn.len();
        let weight = |row: usize, ln_q: f64| -self.pull(batch.drawn[row], ln_q) / rows as f64;
        let (ln_q, gradient) = graph.gradient(Rows { seen: &batch.seen, unit: &batch.unit }, weight)?;
        let total: f64 = batch.drawn.iter().zip(ln_q).map(|(&drawn, ln_q)| loss(drawn, ln_q)).sum();
        Ok((total / rows as f64, gradient))
    }

    /// The loss and gradient of a device, after a check of the first ones against those of the processor.
    fn trust(&mut self, batch: &Batch, found: (f64, Vec<f32>)) -> Result<(f64, Vec<f32>)> {
        if !self.trusted {
            let networks = Networks::new(&self.spec, Device::Cpu.open()?);
            let expected = self.gradient_in_chunks(&networks, batch);
            agree(self.training.device, &found, &expected)?;
            self.trusted = true;
        }
        Ok(found)
    }

    /// Chunk by chunk on all threads, added in their order.
    fn gradient_in_chunks(&self, networks: &Networks, batch: &Batch) -> (f64, Vec<f32>) {
        let model = Model::new(&self.spec, networks, &self.adam.numbers);
        let rows = batch.drawn.len();
        let (axes, wide) = (self.spec.space.axes.len(), batch.seen.len() / rows);
        let chunk = |first: usize| {
            let drawn = &batch.drawn[first..first + CHUNK];
            let seen = &batch.seen[first * wide..(first + CHUNK) * wide];
            let unit = &batch.unit[first * axes..(first + CHUNK) * axes];
            let weight = |row: usize, ln_q: f64| -self.pull(drawn[row], ln_q) / rows as f64;
            let (ln_q, gradient) = model.gradient(Rows { seen, unit }, weight);
            let loss: f64 = drawn.iter().zip(ln_q).map(|(&drawn, ln_q)| loss(drawn, ln_q)).sum();
            (loss, gradient)
        };
        let firsts: Vec<usize> = (0..rows).step_by(CHUNK).collect();
        let parts: Vec<(f64, Vec<f32>)> = firsts.into_par_iter().map(chunk).collect();
        let mut total = (0.0, vec![0.0; self.adam.numbers.len()]);
        for (loss, gradient) in parts {
            total.0 += loss / rows as f64;
            total.1.iter_mut().zip(gradient).for_each(|(total, part)| *total += part);
        }
        total
    }

    /// How much a point pulls ln q up: (q / r) c(p / q), or 1 for an event.
    fn pull(&self, drawn: Option<[f64; 2]>, ln_q: f64) -> f64 {
        let Some([ln_target, ln_drawn]) = drawn else {
            return 1.0;
        };
        let factor = (ln_q - ln_drawn).exp().min(MOST);
        let weight = (ln_target - ln_q).exp().min(MOST);
        factor
            * match self.training.divergence {
                Divergence::Forward => weight - 1.0,
                Divergence::Reverse => weight.max(1.0 / MOST).ln(),
                Divergence::Chi2 => 0.5 * (weight * weight - 1.0),
            }
    }
}

/// Largest difference of a loss, and of a number of the gradient over the largest, that rounding can make.
const ROUNDING: f64 = 5e-3; // chosen: the graph is within 1e-4 of the adjoints in the same arithmetic, a wrong one far off

/// Refuses a loss and a gradient of `device` that are not the `expected` ones but for rounding.
pub(super) fn agree(device: Device, found: &(f64, Vec<f32>), expected: &(f64, Vec<f32>)) -> Result<()> {
    let largest = expected.1.iter().fold(0.0, |most: f64, &g| most.max(f64::from(g).abs()));
    let far = |(a, b): (&f32, &f32)| f64::from(a - b).abs();
    // The first that is no number stays.
    let most = |most: f64, far: f64| if most.is_nan() || far <= most { most } else { far };
    let off = found.1.iter().zip(&expected.1).map(far).fold(0.0, most) / largest.max(f64::MIN_POSITIVE);
    let near = (found.0 - expected.0).abs() <= ROUNDING * expected.0.abs().max(1.0);
    match near && off <= ROUNDING {
        true => Ok(()),
        false => Err(Error::DeviceWrong { device: device.name(), found: found.0, expected: expected.0, off }),
    }
}

/// What a point adds to the loss: -ln q of an event; of another (q / r) (w ln w - w + 1), whose mean is KL(p, q).
fn loss(drawn: Option<[f64; 2]>, ln_q: f64) -> f64 {
    let Some([ln_target, ln_drawn]) = drawn else {
        return -ln_q;
    };
    let weight = (ln_target - ln_q).exp();
    let term = if weight > 0.0 { weight * weight.ln() - weight + 1.0 } else { 1.0 };
    (ln_q - ln_drawn).exp() * term
}
