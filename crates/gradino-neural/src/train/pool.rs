//! Points drawn from the flow as it is, with the values of the density there.

use super::Training;
use crate::error::Result;
use crate::flow::Flow;
use crate::fused::FusedFlow;
use gradino_core::{Condition, Density, Domain, Purpose, Sampler, Space, Stream};
use rayon::prelude::*;
use std::f64::consts::PI;

/// Points under one condition each: they give the integral of the density under it.
const GROUP: usize = 256;
/// Share of points that are even over the space, so that nothing is overlooked.
const EVEN: f64 = 1.0 / 16.0;
/// Share of the values of a condition that are dense at the ends of its range.
const AT_ENDS: f64 = 0.5; // chosen: the flow is then about as good there as elsewhere

/// Rows of points with what is known of them.
#[derive(Default)]
pub(super) struct Pool {
    /// Features of their conditions.
    pub(super) seen: Vec<f32>,
    /// The points in the unit cube.
    pub(super) unit: Vec<f64>,
    /// ln of the normalised density in the unit cube.
    pub(super) ln_target: Vec<f64>,
    /// ln of the density with which they were drawn.
    pub(super) ln_drawn: Vec<f64>,
    /// How well the flow does that drew them.
    pub(super) quality: Quality,
}

/// How well a flow does as a sampler of a density.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Relative effective sample size, (sum w)^2 / (N sum w^2) of the weights w = p / q (kish1965).
    pub ress: f64,
    /// Share of points that are kept when they are unweighted with the 0.9999 quantile of the weights as cap.
    pub efficiency: f64,
}

/// Conditions of one group: kinds with equal shares; ranges half even, half as (1 - cos(pi u)) / 2 with even u, which is
/// dense at the ends, where a condition has neighbours on one side only.
fn draw_conditions(conditions: &[Condition], stream: &mut Stream) -> Vec<f64> {
    let draw = |condition: &Condition| match &condition.domain {
        Domain::Range { low, high } => {
            let (at_ends, place) = (stream.uniform() < AT_ENDS, stream.uniform());
            let place = if at_ends { 0.5 - 0.5 * (PI * place).cos() } else { place };
            low + (high - low) * place
        }
        Domain::Category { labels } => (stream.uniform() * labels.len() as f64).floor(),
    };
    conditions.iter().map(draw).collect()
}

impl Pool {
    /// Draws the pool number `round` of a training from the flow as it is.
    pub(super) fn draw(flow: Flow, density: &dyn Density, training: &Training, round: u64) -> Result<Self> {
        let groups = training.pool.div_ceil(GROUP);
        let rows = groups * GROUP;
        let first = round * rows as u64;
        let spec = flow.weights().spec().clone();
        let Space { axes, conditions } = &spec.space;
        let (mut pool, mut values, mut even) = (Pool::default(), Vec::new(), Vec::new());
        for group in 0..groups {
            let number = first + (group * GROUP) as u64;
            let mut stream = Stream::new(training.seed, number, Purpose::Training);
            let row = draw_conditions(conditions, &mut stream);
            let mut seen: Vec<f64> = Vec::new();
            spec.features.push_conditions(conditions, &row, &mut seen);
            let seen: Vec<f32> = seen.into_iter().map(|feature| feature as f32).collect();
            values.extend(row.repeat(GROUP));
            pool.seen.extend(seen.repeat(GROUP));
            let even_point =
                |_| axes.iter().map(|axis| axis.low + axis.length() * stream.uniform()).collect();
            even.extend((0..places()).map(even_point).collect::<Vec<Vec<f64>>>().concat());
        }
        let fused = FusedFlow::new(flow);
        let (mut points, mut drawn) = (vec![0.0; rows * axes.len()], vec![0.0; rows]);
        fused.draw(training.seed, first, &values, &mut points, &mut drawn)?;
        pool.ln_drawn = drawn.iter().map(|q| (q * spec.space.volume()).ln()).collect();
        for group in 0..groups {
            let rows = group * GROUP..group * GROUP + places();
            let from = group * places() * axes.len();
            let even = &even[from..from + places() * axes.len()];
            points[rows.start * axes.len()..rows.end * axes.len()].copy_from_slice(even);
            let wide = conditions.len();
            fused.ln_density(
                &values[rows.start * wide..rows.end * wide],
                even,
                &mut pool.ln_drawn[rows.clone()],
            )?;
            pool.ln_drawn[rows].iter_mut().for_each(|ln| *ln += spec.space.volume().ln());
        }
        let mixture = |ln: &mut f64| *ln = ((1.0 - EVEN) * ln.exp() + EVEN).ln();
        pool.ln_drawn.iter_mut().for_each(mixture);
        let unit = |(at, x): (usize, &f64)| (x - axes[at % axes.len()].low) / axes[at % axes.len()].length();
        pool.unit = points.iter().enumerate().map(unit).collect();
        pool.ln_target = targets(density, &values, &points, &pool.ln_drawn)?;
        pool.quality = pool.assess();
        Ok(pool)
    }

    /// Quality of the flow: q follows from the mixture from which the points come.
    fn assess(&self) -> Quality {
        let from_flow = |row: &usize| row % GROUP >= places();
        let weight = |row: usize| {
            let ln_q = ((self.ln_drawn[row].exp() - EVEN).max(f64::MIN_POSITIVE) / (1.0 - EVEN)).ln();
            (self.ln_target[row] - ln_q).exp()
        };
        let mut weights: Vec<f64> = (0..self.ln_drawn.len()).filter(from_flow).map(weight).collect();
        let (sum, squares) = weights.iter().fold((0.0, 0.0), |(sum, squares), w| (sum + w, squares + w * w));
        let count = weights.len() as f64;
        weights.sort_unstable_by(f64::total_cmp);
        let cap = weights[(0.9999 * (count - 1.0)) as usize];
        let kept = weights.iter().map(|w| w.min(cap)).sum::<f64>() / count;
        Quality { ress: sum * sum / (count * squares), efficiency: kept / cap }
    }
}

/// Even points of a group.
fn places() -> usize {
    (EVEN * GROUP as f64) as usize
}

/// ln of the density at points, normalised under the condition of each group: the mean of f / r over a group is
/// its integral.
fn targets(density: &dyn Density, conditions: &[f64], points: &[f64], ln_drawn: &[f64]) -> Result<Vec<f64>> {
    let Space { axes, conditions: wide } = density.space();
    let group = |(number, (points, ln_drawn)): (usize, (&[f64], &[f64]))| {
        let conditions = &conditions[number * GROUP * wide.len()..(number + 1) * GROUP * wide.len()];
        let mut values = vec![0.0; GROUP];
        density.evaluate_checked(conditions, points, &mut values)?;
        let terms = values.iter().zip(ln_drawn).map(|(f, ln)| f * (-ln).exp());
        let ln_integral = (terms.sum::<f64>() / GROUP as f64).ln();
        Ok(values.iter().map(|f| f.ln() - ln_integral).collect())
    };
    let groups = points.par_chunks(GROUP * axes.len()).zip(ln_drawn.par_chunks(GROUP)).enumerate();
    let targets: Vec<Vec<f64>> = groups.map(group).collect::<Result<_>>()?;
    Ok(targets.concat())
}
