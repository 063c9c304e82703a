//! The integral of a density as a function of its conditions.

use super::Law;
use super::draws::weighted;
use crate::error::{Error, Result};
use gradino_core::{Density, Domain, Sampler, Space};
use nalgebra::{DMatrix, DVector};

/// Nodes along a range, by the number of ranges.
const NODES: [usize; 4] = [33, 33, 9, 5];
/// Nodes along each of many ranges.
const FEW_NODES: usize = 3;
/// The same points are fitted so often, each time with the errors of the fit before.
const ROUNDS: usize = 3;
/// A fitted integral is no smaller than this share of the mean of its kind.
const FLOOR: f64 = 1e-9;

/// I(c) = integral of f(x; c) dx: for each kind linear between nodes along each range (a sum of hats), fitted to
/// weights f / q of points, whose mean under a condition it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalisation {
    /// Position, lowest and highest value of each range.
    ranges: Vec<(usize, f64, f64)>,
    /// Position and number of kinds of each category.
    kinds: Vec<(usize, usize)>,
    nodes: usize,
    /// `[kinds, nodes of the first range, of the second, ...]`.
    values: Vec<f64>,
}

impl Normalisation {
    /// Measured with `count` points of a sampler, under conditions spread uniformly.
    pub fn measure(density: &dyn Density, sampler: &dyn Sampler, seed: u64, count: usize) -> Result<Self> {
        let law = Law::uniform(density.space());
        let (draws, weights) = weighted(density, sampler, &law, seed, 0, count)?;
        Normalisation::fit(density.space(), &draws.conditions, &weights)
    }

    /// Fitted to the weights f / q of points under `conditions` by least squares, in units of the integral itself.
    pub fn fit(space: &Space, conditions: &[f64], weights: &[f64]) -> Result<Self> {
        let mut fitted = Normalisation::shape(space);
        let per_kind = fitted.per_kind();
        let wide = space.conditions.len();
        let row = |i: usize| &conditions[i * wide..(i + 1) * wide];
        let mut of_kind = vec![Vec::new(); fitted.values.len() / per_kind];
        (0..weights.len()).for_each(|i| of_kind[fitted.kind(row(i))].push(i));
        for (kind, rows) in of_kind.iter().enumerate() {
            let mean = rows.iter().map(|i| weights[*i]).sum::<f64>() / rows.len().max(1) as f64;
            if mean <= 0.0 && !rows.is_empty() {
                let condition = fitted.label(space, kind);
                return Err(Error::NothingThere { points: rows.len() as u64, condition });
            }
            fitted.values[kind * per_kind..(kind + 1) * per_kind].fill(mean);
            for _ in 0..ROUNDS {
                let solved = fitted.solved(rows, kind, mean, &row, weights);
                fitted.values[kind * per_kind..(kind + 1) * per_kind].copy_from_slice(&solved);
            }
        }
        Ok(fitted)
    }

    fn shape(space: &Space) -> Self {
        let (mut ranges, mut kinds) = (Vec::new(), Vec::new());
        for (position, condition) in space.conditions.iter().enumerate() {
            match &condition.domain {
                Domain::Range { low, high } => ranges.push((position, *low, *high)),
                Domain::Category { labels } => kinds.push((position, labels.len())),
            }
        }
        let nodes = NODES.get(ranges.len()).copied().unwrap_or(FEW_NODES);
        let all = kinds.iter().map(|(_, n)| n).product::<usize>() * nodes.pow(ranges.len() as u32);
        Normalisation { ranges, kinds, nodes, values: vec![0.0; all] }
    }

    fn per_kind(&self) -> usize {
        self.nodes.pow(self.ranges.len() as u32)
    }

    /// Number of the combination of kinds.
    pub(super) fn kind(&self, conditions: &[f64]) -> usize {
        self.kinds.iter().fold(0, |kind, (position, n)| kind * n + conditions[*position] as usize)
    }

    fn label(&self, space: &Space, mut kind: usize) -> String {
        let mut labels = Vec::new();
        for (position, n) in self.kinds.iter().rev() {
            let condition = &space.conditions[*position];
            if let Domain::Category { labels: known } = &condition.domain {
                labels.push(format!("{} = {}", condition.name, known[kind % n]));
            }
            kind /= n;
        }
        if labels.is_empty() { "any condition".into() } else { labels.join(", ") }
    }

    /// The nodes around a point with their hats, which add up to 1.
    fn hats(&self, conditions: &[f64]) -> Vec<(usize, f64)> {
        let mut hats = vec![(0, 1.0)];
        for &(position, low, high) in &self.ranges {
            let x = ((conditions[position] - low) / (high - low)).clamp(0.0, 1.0) * (self.nodes - 1) as f64;
            let left = (x as usize).min(self.nodes - 2);
            let t = x - left as f64;
            let both = |(node, hat): (usize, f64)| {
                [(node * self.nodes + left, hat * (1.0 - t)), (node * self.nodes + left + 1, hat * t)]
            };
            hats = hats.into_iter().flat_map(both).collect();
        }
        hats
    }

    /// One round of the fit of one kind.
    fn solved<'a>(
        &self,
        rows: &[usize],
        kind: usize,
        mean: f64,
        row: &impl Fn(usize) -> &'a [f64],
        weights: &[f64],
    ) -> Vec<f64> {
        let n = self.per_kind();
        let before = &self.values[kind * n..(kind + 1) * n];
        let (mut matrix, mut right) = (DMatrix::<f64>::zeros(n, n), DVector::<f64>::zeros(n));
        for &i in rows {
            let hats = self.hats(row(i));
            let scale: f64 = hats.iter().map(|(node, hat)| hat * before[*node]).sum();
            for &(a, hat) in &hats {
                right[a] += hat * weights[i] / (scale * scale);
                hats.iter().for_each(|&(b, other)| matrix[(a, b)] += hat * other / (scale * scale));
            }
        }
        // A node that no point is near stays at the mean: a pull far weaker than that of a point.
        let pull = 1e-6 / (mean * mean);
        (0..n).for_each(|a| {
            matrix[(a, a)] += pull;
            right[a] += pull * mean;
        });
        let solved = matrix.cholesky().map(|root| root.solve(&right));
        let solved = solved.map_or_else(|| before.to_vec(), |values| values.as_slice().to_vec());
        solved.into_iter().map(|value| value.max(FLOOR * mean)).collect()
    }

    /// I(c).
    pub fn at(&self, conditions: &[f64]) -> f64 {
        let first = self.kind(conditions) * self.per_kind();
        self.hats(conditions).iter().map(|(node, hat)| hat * self.values[first + node]).sum()
    }

    /// The largest value of all.
    pub fn largest(&self) -> f64 {
        self.values.iter().copied().fold(0.0, f64::max)
    }
}
