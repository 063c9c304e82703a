//! Sliced Wasserstein distance (bonneel2015).

use super::line::sorted;
use super::random::normal_vectors;
use super::{Loss, LossValue, Prepared};
use crate::error::{Error, Result};
use gradino_core::Sample;
use rayon::prelude::*;

/// Directions worked on at once; their results are added in order, whatever the number of threads.
const DIRECTIONS: usize = 8;
/// Quantile levels closer than this are one level.
const SAME_LEVEL: f64 = 1e-12;

/// The power p of the distance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Power {
    /// p = 1. Where a row meets its partner the derivative is taken as zero.
    One,
    /// p = 2.
    #[default]
    Two,
}

impl Power {
    /// |d|^p and its derivative.
    #[inline]
    fn cost(self, d: f64) -> (f64, f64) {
        match self {
            Power::One if d == 0.0 => (0.0, 0.0),
            Power::One => (d.abs(), d.signum()),
            Power::Two => (d * d, 2.0 * d),
        }
    }
}

/// The mean over directions t of W_p^p = int_0^1 |F^-1(u) - G^-1(u)|^p du of the rows projected on t,
/// as in bonneel2015, with F and G the distributions by weight. Exact, without directions, for one feature.
///
/// It is W^p, not W: the root has no derivative where the samples agree. Weights are divided by their sum and
/// can be zero, but not negative. Where two rows of one sample meet, or where a quantile level of
/// the simulation coincides with one of the data (as for equal weights), the loss has one-sided derivatives
/// only: for the weights their mean is given, for meeting rows those of keeping their order.
#[derive(Clone, Debug, PartialEq)]
pub struct Sliced {
    /// The power.
    pub power: Power,
    /// Number of directions, for more than one feature.
    pub directions: usize,
    /// Seed of the directions.
    pub seed: u64,
}

impl Default for Sliced {
    fn default() -> Self {
        Sliced { power: Power::default(), directions: 50, seed: 1 }
    }
}

impl Sliced {
    /// Unit vectors, even on the sphere.
    fn directions(&self, dimension: usize) -> Result<Vec<Vec<f64>>> {
        if dimension == 1 {
            return Ok(vec![vec![1.0]]);
        }
        if self.directions == 0 {
            return Err(Error::TooFew { what: "directions", found: 0, least: 1 });
        }
        let mut directions = normal_vectors(self.seed, self.directions, dimension);
        for direction in &mut directions {
            let length = direction.iter().map(|t| t * t).sum::<f64>().sqrt();
            direction.iter_mut().for_each(|t| *t /= length);
        }
        Ok(directions)
    }
}

impl Loss for Sliced {
    fn evaluate(&self, sample: &Sample, data: &Sample) -> Result<LossValue> {
        self.prepare(data)?.evaluate(sample)
    }

    fn prepare<'a>(&'a self, data: &'a Sample) -> Result<Box<dyn Prepared + 'a>> {
        data.check()?;
        check_weights(data)?;
        let directions = self.directions(data.dimension())?;
        let ladder = |direction: &Vec<f64>| Ladder::new(&projected(data, direction), &data.weights);
        let ladders = directions.par_iter().map(ladder).collect();
        Ok(Box::new(PreparedSliced { power: self.power, data, directions, ladders }))
    }
}

/// Refuses weights that make no distribution.
fn check_weights(sample: &Sample) -> Result<()> {
    if let Some(row) = sample.weights.iter().position(|&w| w < 0.0) {
        return Err(Error::NegativeWeight { row, weight: sample.weights[row] });
    }
    let sum: f64 = sample.weights.iter().sum();
    if sum > 0.0 { Ok(()) } else { Err(Error::NoWeight { sum }) }
}

/// The rows seen along a direction.
fn projected(sample: &Sample, direction: &[f64]) -> Vec<f64> {
    let rows = sample.values.chunks_exact(direction.len());
    rows.map(|row| row.iter().zip(direction).map(|(x, t)| x * t).sum()).collect()
}

/// The distance from given data.
struct PreparedSliced<'a> {
    power: Power,
    data: &'a Sample,
    directions: Vec<Vec<f64>>,
    ladders: Vec<Ladder>,
}

impl Prepared for PreparedSliced<'_> {
    fn evaluate(&self, sample: &Sample) -> Result<LossValue> {
        sample.check_pair(self.data)?;
        check_weights(sample)?;
        let (n, dimension) = (sample.len(), sample.dimension());
        let mut all = LossValue { value: 0.0, by_weight: vec![0.0; n], by_value: vec![0.0; n * dimension] };
        let share = (self.directions.len() as f64).recip();
        let tasks: Vec<_> = self.directions.iter().zip(&self.ladders).collect();
        for group in tasks.chunks(DIRECTIONS) {
            let slice = |(direction, data): &(&Vec<f64>, &Ladder)| {
                Ladder::new(&projected(sample, direction), &sample.weights).transport(data, self.power)
            };
            let slices: Vec<LossValue> = group.par_iter().map(slice).collect();
            for (slice, (direction, _)) in slices.iter().zip(group) {
                all.value += share * slice.value;
                all.by_weight.iter_mut().zip(&slice.by_weight).for_each(|(a, b)| *a += share * b);
                let rows = all.by_value.chunks_exact_mut(dimension).zip(&slice.by_value);
                rows.for_each(|(row, b)| {
                    row.iter_mut().zip(*direction).for_each(|(a, t)| *a += share * b * t);
                });
            }
        }
        Ok(all)
    }
}

/// A distribution on a line: its rows in order with the quantile levels at which they end.
struct Ladder {
    order: Vec<(f64, usize)>,
    levels: Vec<f64>,
    total: f64,
}

impl Ladder {
    fn new(values: &[f64], weights: &[f64]) -> Self {
        let order = sorted(values);
        let mut total = 0.0;
        let mut levels: Vec<f64> = Vec::with_capacity(order.len());
        for &(_, row) in &order {
            total += weights[row];
            levels.push(total);
        }
        levels.iter_mut().for_each(|level| *level /= total);
        Ladder { order, levels, total }
    }

    /// W_p^p to `data`, with its derivatives, by walking through the levels of both.
    fn transport(&self, data: &Ladder, power: Power) -> LossValue {
        let n = self.order.len();
        let (mut value, mut by_value) = (0.0, vec![0.0; n]);
        // Derivatives with respect to the level at which a row ends and the next begins.
        let mut by_level = vec![0.0; n];
        let (mut i, mut j, mut level, last) = (0, 0, 0.0, data.order.len() - 1);
        while i < n {
            let ((x, row), y) = (self.order[i], data.order[j].0);
            let same = (self.levels[i] - data.levels[j]).abs() <= SAME_LEVEL;
            let row_ends = same || self.levels[i] < data.levels[j] || j == last;
            let next = if row_ends { self.levels[i] } else { data.levels[j] };
            let (cost, slope) = power.cost(x - y);
            value += (next - level) * cost;
            by_value[row] += (next - level) * slope;
            level = next;
            if row_ends {
                if i + 1 < n {
                    let beyond = if same { data.order[(j + 1).min(last)].0 } else { y };
                    let change = |y| cost_change(power, x, self.order[i + 1].0, y);
                    by_level[i] = 0.5 * (change(y) + change(beyond));
                }
                i += 1;
            }
            if (same || !row_ends) && j < last {
                j += 1;
            }
        }
        LossValue { value, by_weight: self.by_weight(&by_level), by_value }
    }

    /// Derivatives with respect to weights: each lifts the levels of its row and of all above it, and the
    /// sum by which all are divided.
    fn by_weight(&self, by_level: &[f64]) -> Vec<f64> {
        let mut by_weight = vec![0.0; by_level.len()];
        let (mut sum, mut mean, mut below) = (0.0, 0.0, 0.0);
        for (&(_, row), slope) in self.order.iter().zip(by_level).rev() {
            sum += slope;
            by_weight[row] = sum;
        }
        for (&(_, row), level) in self.order.iter().zip(&self.levels) {
            mean += by_weight[row] * (level - below);
            below = *level;
        }
        by_weight.iter_mut().for_each(|slope| *slope = (*slope - mean) / self.total);
        by_weight
    }
}

/// The change of the cost as a share of the distribution at y goes to `x` instead of `next`.
fn cost_change(power: Power, x: f64, next: f64, y: f64) -> f64 {
    power.cost(x - y).0 - power.cost(next - y).0
}
