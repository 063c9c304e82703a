//! The largest value of a density, by random steps uphill from the best of many points.

use super::unweight::kinds;
use super::{Draws, Normalisation};
use crate::error::Result;
use gradino_core::{Density, Domain, Manifold, Purpose, Space, Stream};

/// Climbers of each kind of conditions.
const CLIMBERS: usize = 24;
/// Steps of each.
const STEPS: usize = 600;
/// First step, as a share of each axis, and the factors by which it changes after a step up and after another one.
const FIRST: f64 = 0.05;
const UP: f64 = 1.3;
const DOWN: f64 = 0.92;
/// Number of the stream of the first climber.
const NUMBER: u64 = 1 << 61;

/// The largest f(x; c) V / I(c) of each kind of conditions, V the volume, from points with their `weights` in the
/// same units.
pub(super) fn climb(
    density: &dyn Density,
    normalisation: &Normalisation,
    draws: &Draws,
    weights: &[f64],
    seed: u64,
) -> Result<Vec<f64>> {
    let space = density.space();
    let mut climbers = best_of(density, normalisation, draws, weights, seed);
    for _ in 0..STEPS {
        let tries: Vec<_> = climbers.iter_mut().map(|climber| climber.attempt(space)).collect();
        let points: Vec<f64> = tries.iter().flat_map(|t| t.0.iter().copied()).collect();
        let conditions: Vec<f64> = tries.iter().flat_map(|t| t.1.iter().copied()).collect();
        let mut values = vec![0.0; tries.len()];
        density.evaluate_checked(&conditions, &points, &mut values)?;
        for ((climber, (point, condition)), f) in climbers.iter_mut().zip(tries).zip(values) {
            let height = f * space.volume() / normalisation.at(&condition);
            climber.decide(point, condition, height);
        }
    }
    let mut best = vec![0.0f64; kinds(space)];
    for climber in &climbers {
        let top = &mut best[normalisation.kind(&climber.condition)];
        *top = top.max(climber.height);
    }
    Ok(best)
}

/// The points of the largest weights, so many of each kind of conditions.
fn best_of(
    density: &dyn Density,
    normalisation: &Normalisation,
    draws: &Draws,
    weights: &[f64],
    seed: u64,
) -> Vec<Climber> {
    let (axes, wide) = (density.space().axes.len(), density.space().conditions.len());
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_unstable_by(|a, b| weights[*b].total_cmp(&weights[*a]));
    let mut begun = vec![0; kinds(density.space())];
    let mut climbers = Vec::new();
    for i in order {
        let condition = draws.conditions[i * wide..(i + 1) * wide].to_vec();
        let count = &mut begun[normalisation.kind(&condition)];
        if *count < CLIMBERS {
            *count += 1;
            let point = draws.points[i * axes..(i + 1) * axes].to_vec();
            let stream = Stream::new(seed, NUMBER + climbers.len() as u64, Purpose::Acceptance);
            climbers.push(Climber { point, condition, height: weights[i], step: FIRST, stream });
        }
        if begun.iter().all(|n| *n == CLIMBERS) {
            break;
        }
    }
    climbers
}

struct Climber {
    point: Vec<f64>,
    condition: Vec<f64>,
    height: f64,
    step: f64,
    stream: Stream,
}

impl Climber {
    /// Another point near by, and its conditions.
    fn attempt(&mut self, space: &Space) -> (Vec<f64>, Vec<f64>) {
        let (mut point, mut condition) = (self.point.clone(), self.condition.clone());
        for (x, axis) in point.iter_mut().zip(&space.axes) {
            let moved = *x + self.step * axis.length() * self.stream.normal();
            *x = match axis.manifold {
                Manifold::Interval => moved.clamp(axis.low, axis.high),
                Manifold::Circle => axis.low + (moved - axis.low).rem_euclid(axis.length()),
            };
        }
        for (c, wanted) in condition.iter_mut().zip(&space.conditions) {
            if let Domain::Range { low, high } = wanted.domain {
                *c = (*c + self.step * (high - low) * self.stream.normal()).clamp(low, high);
            }
        }
        (point, condition)
    }

    fn decide(&mut self, point: Vec<f64>, condition: Vec<f64>, height: f64) {
        if height > self.height {
            (self.point, self.condition, self.height) = (point, condition, height);
            self.step = (self.step * UP).min(FIRST);
        } else {
            self.step *= DOWN;
        }
    }
}
