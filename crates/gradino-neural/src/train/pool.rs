//! Points drawn from the flow as it is, with the values of the density there.

use super::Training;
use super::gradient::{Model, Rows};
use crate::error::Result;
use gradino_core::{Condition, Density, Domain, Purpose, Space, Stream};
use rayon::prelude::*;

/// Points under one condition each: they give the integral of the density under it.
const GROUP: usize = 256;
/// Share of points that are even over the space, so that nothing is overlooked.
const EVEN: f64 = 1.0 / 16.0;
/// Rows that are worked on at once.
pub(super) const CHUNK: usize = 1024;

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

/// Conditions of one group, even over their domains.
fn draw_conditions(conditions: &[Condition], stream: &mut Stream) -> Vec<f64> {
    let draw = |condition: &Condition| match &condition.domain {
        Domain::Range { low, high } => low + (high - low) * stream.uniform(),
        Domain::Category { labels } => (stream.uniform() * labels.len() as f64).floor(),
    };
    conditions.iter().map(draw).collect()
}

impl Pool {
    /// Draws the pool number `round` of a training.
    pub(super) fn draw(model: &Model, density: &dyn Density, training: &Training, round: u64) -> Result<Self> {
        let groups = training.pool.div_ceil(GROUP).next_multiple_of(CHUNK / GROUP);
        let first = round * (groups * GROUP) as u64;
        let chunk = |chunk: usize| {
            let first = first + (chunk * CHUNK) as u64;
            Pool::draw_chunk(model, density, training.seed, first)
        };
        let chunks: Vec<Pool> =
            (0..groups * GROUP / CHUNK).into_par_iter().map(chunk).collect::<Result<_>>()?;
        let mut pool = Pool::default();
        for chunk in chunks {
            pool.seen.extend(chunk.seen);
            pool.unit.extend(chunk.unit);
            pool.ln_target.extend(chunk.ln_target);
            pool.ln_drawn.extend(chunk.ln_drawn);
        }
        pool.quality = pool.assess();
        Ok(pool)
    }

    fn draw_chunk(model: &Model, density: &dyn Density, seed: u64, first: u64) -> Result<Self> {
        let Space { axes, conditions } = density.space();
        let mut pool = Pool::default();
        let mut rows: Vec<f64> = Vec::new();
        for group in 0..CHUNK / GROUP {
            let mut stream = Stream::new(seed, first + (group * GROUP) as u64, Purpose::Training);
            let values = draw_conditions(conditions, &mut stream);
            let mut seen = Vec::new();
            model.spec.features.push_conditions(&model.spec.space.conditions, &values, &mut seen);
            for _ in 0..GROUP {
                rows.extend_from_slice(&values);
                pool.seen.extend(seen.iter().map(|&feature| feature as f32));
                pool.unit.extend(axes.iter().map(|_| stream.uniform()));
            }
        }
        let even = pool.unit.clone();
        pool.ln_drawn = model.draw(&pool.seen, &mut pool.unit);
        pool.replace_even(model, &even);
        let scale = |(at, &unit): (usize, &f64)| {
            let axis = &axes[at % axes.len()];
            axis.low + unit * axis.length()
        };
        let points: Vec<f64> = pool.unit.iter().enumerate().map(scale).collect();
        let mut values = vec![0.0; CHUNK];
        density.evaluate_checked(&rows, &points, &mut values)?;
        for group in 0..CHUNK / GROUP {
            let range = group * GROUP..(group + 1) * GROUP;
            let drawn = &mut pool.ln_drawn[range.clone()];
            let terms = values[range.clone()].iter().zip(&*drawn).map(|(f, ln)| f * (-ln).exp());
            let ln_integral = (terms.sum::<f64>() / GROUP as f64).ln();
            pool.ln_target.extend(values[range].iter().map(|f| f.ln() - ln_integral));
        }
        Ok(pool)
    }

    /// Puts even points in the first places of each group; all are then from the mixture of both densities.
    fn replace_even(&mut self, model: &Model, even: &[f64]) {
        let axes = model.spec.space.axes.len();
        let places = (EVEN * GROUP as f64) as usize;
        let wide = self.seen.len() / CHUNK;
        for group in 0..CHUNK / GROUP {
            let rows = group * GROUP..group * GROUP + places;
            let (points, seen) = (rows.start * axes..rows.end * axes, rows.start * wide..rows.end * wide);
            self.unit[points.clone()].copy_from_slice(&even[points.clone()]);
            let rows_of = Rows { seen: &self.seen[seen], unit: &self.unit[points] };
            self.ln_drawn[rows].copy_from_slice(&model.ln_density(rows_of));
        }
        self.ln_drawn.iter_mut().for_each(|ln| *ln = ((1.0 - EVEN) * ln.exp() + EVEN).ln());
    }

    /// Quality of the flow: q follows from the mixture from which the points come.
    fn assess(&self) -> Quality {
        let places = (EVEN * GROUP as f64) as usize;
        let from_flow = |row: &usize| row % GROUP >= places;
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
