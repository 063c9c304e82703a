//! The adaptive grid of VEGAS, with strata whose shares adapt (lepage1978, lepage2021).

use super::draws::evaluate;
use crate::error::{Error, Result};
use gradino_core::{Density, Domain, Purpose, Sampler, Space, Stream};
use rayon::prelude::*;

/// Pieces of each axis.
const PIECES: usize = 64;
/// Damping of the adaptation of the pieces, alpha of lepage1978.
const DAMPING: f64 = 1.5;
/// Most strata.
const MOST_STRATA: usize = 4096;
/// Points of the last passes that a stratum wants.
const POINTS_PER_STRATUM: usize = 24;
/// Share of the points that goes to all strata alike: no stratum is left without.
const ALIKE: f64 = 0.1;
/// Cells along a range of conditions, by the number of ranges.
const CELLS: [usize; 3] = [1, 16, 4];
/// Cells along each of many ranges.
const FEW_CELLS: usize = 2;
/// Numbers of training points begin here, far from those of points drawn later.
const TRAINING: u64 = 1 << 62;

/// What training may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridSettings {
    /// Evaluations of the density.
    pub evaluations: u64,
    /// Passes over the points.
    pub passes: u32,
    /// Seed of the training points.
    pub seed: u64,
}

impl Default for GridSettings {
    fn default() -> Self {
        GridSettings { evaluations: 4_000_000, passes: 8, seed: 0 }
    }
}

/// A sampler that is uniform in the boxes of a grid. Each combination of kinds, and each part of the ranges of the
/// conditions, has a grid of its own: edges along each axis, and shares of strata, boxes in the coordinates in which
/// the edges are evenly spaced.
#[derive(Clone, Debug, PartialEq)]
pub struct AdaptiveGrid {
    space: Space,
    parts: Vec<Part>,
    /// Strata along each axis.
    strata: usize,
    cells: Vec<Cell>,
}

/// How the cells of one condition are counted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Part {
    Kinds(usize),
    Range { low: f64, high: f64, cells: usize },
}

impl Part {
    fn count(self) -> usize {
        match self {
            Part::Kinds(count) | Part::Range { cells: count, .. } => count,
        }
    }

    fn number(self, value: f64) -> usize {
        match self {
            Part::Kinds(_) => value as usize,
            Part::Range { low, high, cells } => {
                ((value - low) / (high - low) * cells as f64).clamp(0.0, cells as f64 - 1.0) as usize
            }
        }
    }
}

/// The grid of a cell of conditions.
#[derive(Clone, Debug, PartialEq)]
struct Cell {
    /// Edges along each axis, from 0 to 1.
    edges: Vec<Vec<f64>>,
    /// Sums of the shares of the strata up to each one.
    sums: Vec<f64>,
}

impl Cell {
    fn new(axes: usize, strata: usize) -> Self {
        let edges = (0..=PIECES).map(|i| i as f64 / PIECES as f64).collect();
        Cell { edges: vec![edges; axes], sums: sums(&vec![1.0; strata]) }
    }

    /// A point in the unit cube, its density there, its stratum, and its piece along each axis.
    fn draw(
        &self,
        stream: &mut Stream,
        along: usize,
        point: &mut [f64],
        pieces: &mut [usize],
    ) -> (f64, usize) {
        let u = stream.uniform();
        let stratum = self.sums.partition_point(|s| *s <= u).min(self.sums.len() - 1);
        let before = if stratum > 0 { self.sums[stratum - 1] } else { 0.0 };
        let mut density = (self.sums[stratum] - before) * self.sums.len() as f64;
        let mut rest = stratum;
        for ((x, piece), edges) in point.iter_mut().zip(pieces).zip(&self.edges) {
            let y = ((rest % along) as f64 + stream.uniform()) / along as f64 * PIECES as f64;
            rest /= along;
            *piece = (y as usize).min(PIECES - 1);
            let [low, high] = [edges[*piece], edges[*piece + 1]];
            *x = low + (high - low) * (y - *piece as f64);
            density /= (high - low) * PIECES as f64;
        }
        (density, stratum)
    }
}

/// Sums of shares, the last one 1.
fn sums(amounts: &[f64]) -> Vec<f64> {
    let all: f64 = amounts.iter().sum();
    let mut sum = 0.0;
    amounts
        .iter()
        .map(|amount| {
            sum += amount / all;
            sum
        })
        .collect()
}

impl AdaptiveGrid {
    /// Trained on a density, with conditions spread uniformly.
    pub fn train(density: &dyn Density, settings: &GridSettings) -> Result<Self> {
        if settings.passes < 3 {
            return Err(Error::TooFew { what: "passes", found: settings.passes as usize, least: 3 });
        }
        let space = density.space().clone();
        space.check()?;
        let ranges = space.conditions.iter().filter(|c| matches!(c.domain, Domain::Range { .. })).count();
        let cells = CELLS.get(ranges).copied().unwrap_or(FEW_CELLS);
        let part = |domain: &Domain| match domain {
            Domain::Category { labels } => Part::Kinds(labels.len()),
            Domain::Range { low, high } => Part::Range { low: *low, high: *high, cells },
        };
        let parts: Vec<Part> = space.conditions.iter().map(|c| part(&c.domain)).collect();
        let count: usize = parts.iter().map(|part| part.count()).product();
        let points = (settings.evaluations / u64::from(settings.passes)) as usize / count;
        let axes = space.axes.len();
        let most = (2 * points / POINTS_PER_STRATUM).clamp(1, MOST_STRATA);
        let strata = (1..=most)
            .rev()
            .find(|n: &usize| n.checked_pow(axes as u32).is_some_and(|all| all <= most))
            .unwrap_or(1);
        let mut grid = AdaptiveGrid { space, parts, strata, cells: Vec::new() };
        let trained = (0..count).into_par_iter().map(|cell| grid.trained(density, cell, points, settings));
        grid.cells = trained.collect::<Result<_>>()?;
        Ok(grid)
    }

    /// The grid of one cell of conditions: edges in all passes but two, then the shares of the strata.
    fn trained(
        &self,
        density: &dyn Density,
        cell: usize,
        points: usize,
        settings: &GridSettings,
    ) -> Result<Cell> {
        let axes = self.space.axes.len();
        let mut trained = Cell::new(axes, self.strata.pow(axes as u32));
        let mut moments = vec![(0.0, 0.0); trained.sums.len()];
        for pass in 0..settings.passes {
            let first = TRAINING + ((u64::from(pass) << 24 | cell as u64) << 28);
            let drawn = self.training_points(density, &trained, cell, settings.seed, first, points)?;
            if pass + 2 < settings.passes {
                trained.adapt_edges(&drawn);
            } else {
                drawn.iter().for_each(|point| {
                    let (sum, count) = &mut moments[point.stratum];
                    *sum += point.weight * point.weight;
                    *count += 1.0;
                });
            }
        }
        trained.sums = shares(&moments);
        Ok(trained)
    }

    fn training_points(
        &self,
        density: &dyn Density,
        cell: &Cell,
        number: usize,
        seed: u64,
        first: u64,
        count: usize,
    ) -> Result<Vec<Trained>> {
        let (axes, wide) = (self.space.axes.len(), self.space.conditions.len());
        let (mut points, mut conditions) = (vec![0.0; count * axes], vec![0.0; count * wide]);
        let mut drawn = Vec::with_capacity(count);
        let mut pieces = vec![0; axes];
        for i in 0..count {
            let mut stream = Stream::new(seed, first + i as u64, Purpose::Training);
            self.condition_in(number, &mut stream, &mut conditions[i * wide..(i + 1) * wide]);
            let point = &mut points[i * axes..(i + 1) * axes];
            let (q, stratum) = cell.draw(&mut stream, self.strata, point, &mut pieces);
            point.iter_mut().zip(&self.space.axes).for_each(|(x, a)| *x = a.low + a.length() * *x);
            drawn.push(Trained { weight: 1.0 / q, stratum, pieces: pieces.clone() });
        }
        let values = evaluate(density, &conditions, &points)?;
        drawn.iter_mut().zip(values).for_each(|(point, f)| point.weight *= f);
        Ok(drawn)
    }

    /// A condition in a cell, uniform along its ranges.
    fn condition_in(&self, cell: usize, stream: &mut Stream, condition: &mut [f64]) {
        let mut rest = cell;
        for (value, part) in condition.iter_mut().zip(&self.parts).rev() {
            let number = (rest % part.count()) as f64;
            rest /= part.count();
            *value = match *part {
                Part::Kinds(_) => number,
                Part::Range { low, high, cells } => {
                    low + (high - low) * (number + stream.uniform()) / cells as f64
                }
            };
        }
    }

    fn cell(&self, condition: &[f64]) -> &Cell {
        let parts = self.parts.iter().zip(condition);
        &self.cells[parts.fold(0, |cell, (part, value)| cell * part.count() + part.number(*value))]
    }
}

/// A training point: f / q, its stratum and its pieces.
struct Trained {
    weight: f64,
    stratum: usize,
    pieces: Vec<usize>,
}

impl Cell {
    /// Moves the edges so that each piece has an equal share of the damped sum of the weights (lepage1978, smoothed as in
    /// lepage2021). Squares of the weights, which others take, are noise where the density is a narrow ridge.
    fn adapt_edges(&mut self, drawn: &[Trained]) {
        for (axis, edges) in self.edges.iter_mut().enumerate() {
            let mut amounts = vec![0.0; PIECES];
            drawn.iter().for_each(|point| amounts[point.pieces[axis]] += point.weight);
            let all: f64 = amounts.iter().sum();
            if all <= 0.0 {
                continue;
            }
            let near = |i: usize| {
                let (left, right) = (i.saturating_sub(1), (i + 1).min(PIECES - 1));
                (amounts[left] + 6.0 * amounts[i] + amounts[right]) / (8.0 * all)
            };
            let damped: Vec<f64> = (0..PIECES).map(|i| damped(near(i))).collect();
            *edges = moved(edges, &damped);
        }
    }
}

/// ((1 - d) / ln(1 / d))^alpha (eq. 11 of lepage1978).
fn damped(share: f64) -> f64 {
    if share <= 0.0 || share >= 1.0 {
        return if share >= 1.0 { 1.0 } else { 0.0 };
    }
    ((1.0 - share) / -share.ln()).powf(DAMPING)
}

/// Edges between which the amounts in the old pieces are equal.
fn moved(edges: &[f64], amounts: &[f64]) -> Vec<f64> {
    // A piece without any keeps a little, so that no piece has no width.
    let floor = 1e-6 * amounts.iter().sum::<f64>() / PIECES as f64;
    let amounts: Vec<f64> = amounts.iter().map(|a| a.max(floor)).collect();
    let each = amounts.iter().sum::<f64>() / PIECES as f64;
    let (mut new, mut old, mut used) = (vec![0.0], 0, 0.0);
    for _ in 1..PIECES {
        used += each;
        while used > amounts[old] && old + 1 < PIECES {
            used -= amounts[old];
            old += 1;
        }
        new.push(edges[old] + (edges[old + 1] - edges[old]) * (used / amounts[old]).min(1.0));
    }
    new.push(1.0);
    new
}

/// Shares of strata in proportion to the root of their mean square weight, which gives the integral its least
/// variance; a stratum with few points is taken for an average one in part.
fn shares(moments: &[(f64, f64)]) -> Vec<f64> {
    let (square, count) = moments.iter().fold((0.0, 0.0), |(s, c), m| (s + m.0, c + m.1));
    let mean = if count > 0.0 { square / count } else { 0.0 };
    if mean <= 0.0 {
        return sums(&vec![1.0; moments.len()]);
    }
    let root = |(sum, count): &(f64, f64)| ((sum + 0.1 * mean) / (count + 0.1)).sqrt();
    let roots: Vec<f64> = moments.iter().map(root).collect();
    let all: f64 = roots.iter().sum();
    let alike = ALIKE / (1.0 - ALIKE) * all / roots.len() as f64;
    sums(&roots.iter().map(|r| r + alike).collect::<Vec<_>>())
}

impl Sampler for AdaptiveGrid {
    fn space(&self) -> &Space {
        &self.space
    }

    fn draw_numbers(
        &self,
        seed: u64,
        numbers: &[u64],
        conditions: &[f64],
        points: &mut [f64],
        densities: &mut [f64],
    ) -> gradino_core::Result<()> {
        let (axes, wide) = (self.space.axes.len(), self.space.conditions.len());
        let volume = self.space.volume();
        let mut pieces = vec![0; axes];
        for (i, (q, number)) in densities.iter_mut().zip(numbers).enumerate() {
            let cell = self.cell(&conditions[i * wide..(i + 1) * wide]);
            let mut stream = Stream::new(seed, *number, Purpose::Point);
            let point = &mut points[i * axes..(i + 1) * axes];
            *q = cell.draw(&mut stream, self.strata, point, &mut pieces).0 / volume;
            point.iter_mut().zip(&self.space.axes).for_each(|(x, a)| *x = a.low + a.length() * *x);
        }
        Ok(())
    }
}
