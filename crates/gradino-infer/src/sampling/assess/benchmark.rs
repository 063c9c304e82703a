//! The density at one condition in bins, and what sets of points of the density itself look like there.

use super::Settings;
use super::bins::{Bins, Groups, Reference, ln_factorials};
use super::moments::Moments;
use super::weights::{Measured, WeightFigures};
use crate::error::{Error, Result};
use crate::sampling::{
    AdaptiveGrid, Fixed, FixedSampler, GridSettings, Law, UnweightSettings, Unweighted, draw, weighted,
};
use gradino_core::{Density, Purpose, Sampler, Space, Stream};
use rayon::prelude::*;

/// Bins of a projection on one axis, and along each axis of a projection on two.
const BINS: [usize; 2] = [50, 16];
/// Points of a set for each bin along all axes, at least.
const POINTS_PER_BIN: f64 = 10.0;
/// Points of the reference that are drawn together.
const BATCH: usize = 500_000;
/// Quantile at which the weights of the sets of the density itself are capped.
const NEARLY_ALL: f64 = 0.99999;
/// Pilot points of these sets.
const PILOT: usize = 1_000_000;
/// Points that tell which of two samplers is better.
const TRIAL: usize = 100_000;
/// A grid of this RESS is good enough.
const GOOD_ENOUGH: f64 = 0.2;
/// Multinomial sets by which the spread of the likelihood is found.
const MULTINOMIAL_SETS: u64 = 64;
/// The points of the benchmark have a seed of their own: this one and that of the settings.
const OTHER_SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// A density at one condition: probabilities of bins from a reference of weighted points, and the same figures for
/// sets that follow the density, kept from an adaptive grid by accept-reject.
#[derive(Clone, Debug)]
pub struct Benchmark {
    space: Space,
    law: Law,
    settings: Settings,
    views: Vec<View>,
    moments: Moments,
    /// The integral of the density.
    pub integral: Measured,
    /// Effective number of points of the reference.
    pub effective: f64,
    /// Share of the integral that the sets of the density itself lack, because their weights are capped.
    pub lost: f64,
    /// Mean and spread of the likelihood of such sets.
    likelihood: (f64, f64),
    ln_factorials: Vec<f64>,
}

/// Bins along some axes.
#[derive(Clone, Debug)]
struct View {
    reference: Reference,
    groups: Groups,
    /// Mean square residual of the sets of the density itself.
    mean_square: f64,
}

/// How a set of points lies in bins along some axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Positions of the axes.
    pub axes: Vec<usize>,
    /// Number of bins, of which one may hold all that have few points.
    pub bins: usize,
    /// Root mean square of the residuals; 1 on average for points of the density itself.
    pub rms: f64,
    /// The same for sets of the density itself.
    pub benchmark: f64,
    /// How far the mean square is above that of those sets, in standard deviations of it.
    pub z: f64,
}

/// Points along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// Position of the axis.
    pub axis: usize,
    /// Edges of the bins.
    pub edges: Vec<f64>,
    /// Probability of each bin, of the reference.
    pub reference: Vec<f64>,
    /// Share of the points in each bin.
    pub shares: Vec<f64>,
    /// Residual of each bin.
    pub residuals: Vec<f64>,
}

/// The multinomial negative log-likelihood of a set of points, beside that of sets of the density itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Likelihood {
    /// Of the points.
    pub value: f64,
    /// Mean of the sets of the density itself.
    pub benchmark: f64,
    /// Standard deviation of one such set.
    pub spread: f64,
    /// (value - benchmark) / spread, with the error of the benchmark in the spread: a normal number for points of
    /// the density itself, large for others.
    pub z: f64,
    /// The same of the mean of as many sets of the points as of the density itself, or as there are: how far the
    /// sampler is off in units of one set's spread.
    pub excess: f64,
    /// Standard deviation of `excess` for points of the density itself.
    pub chance: f64,
}

/// A sampler at one condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What its weights say.
    pub weights: WeightFigures,
    /// Along each axis, each pair of axes, and all axes.
    pub projections: Vec<Projection>,
    /// Points along each axis.
    pub profiles: Vec<Profile>,
    /// In bins along all axes.
    pub likelihood: Likelihood,
    /// Differences of the moments from those of the reference, in units of the spread of what they are the means of.
    pub moments: Vec<Measured>,
}

impl Comparison {
    /// The difference of a moment that is the largest in its errors; none where no moment varies.
    pub fn largest_moment(&self) -> Option<Measured> {
        self.moments.iter().copied().max_by(|a, b| a.pull().abs().total_cmp(&b.pull().abs()))
    }
}

impl Benchmark {
    /// Of a density at a condition, with the points of a grid that is trained there.
    pub fn prepare(density: &dyn Density, condition: &[f64], settings: &Settings) -> Result<Self> {
        Benchmark::prepare_with(density, condition, None, settings)
    }

    /// The same with the weighted points of another sampler, if there is one and its weights are more even than those
    /// of the grid. A sampler that never draws where the density is not zero would go unseen, so where the grid is good
    /// enough it is taken.
    pub fn prepare_with(
        density: &dyn Density,
        condition: &[f64],
        other: Option<&dyn Sampler>,
        settings: &Settings,
    ) -> Result<Self> {
        settings.check()?;
        let (law, fixed) = (Law::at(density.space(), condition)?, Fixed::new(density, condition)?);
        let seed = settings.seed ^ OTHER_SEED;
        let training = GridSettings { evaluations: settings.training, seed, ..GridSettings::default() };
        let grid = AdaptiveGrid::train(&fixed, &training)?;
        let mut benchmark = Benchmark {
            space: fixed.space().clone(),
            law,
            settings: *settings,
            views: Vec::new(),
            moments: Moments::default(),
            integral: Measured::default(),
            effective: 0.0,
            lost: 0.0,
            likelihood: (0.0, 0.0),
            ln_factorials: ln_factorials(settings.set),
        };
        let other = other.map(|sampler| FixedSampler::new(sampler, condition)).transpose()?;
        let proposal: &dyn Sampler = match &other {
            Some(other) if is_better(&fixed, &grid, other, seed)? => other,
            _ => &grid,
        };
        benchmark.fill_reference(&fixed, proposal, seed)?;
        benchmark.run_sets(&fixed, proposal, seed)?;
        Ok(benchmark)
    }

    fn fill_reference(&mut self, density: &dyn Density, grid: &dyn Sampler, seed: u64) -> Result<()> {
        let (law, width) = (Law::uniform(&self.space), self.space.axes.len());
        let (mut sum, mut square, mut done) = (0.0, 0.0, 0);
        while done < self.settings.reference {
            let (draws, weights) = weighted(density, grid, &law, seed, done as u64, BATCH)?;
            if self.views.is_empty() {
                self.views = views(&self.space, self.settings.set, &draws.points, &weights);
            }
            let fill = |view: &mut View| view.reference.add(width, &draws.points, &weights);
            self.views.par_iter_mut().for_each(fill);
            self.moments.add(&self.space, &draws.points, weights.iter().copied());
            sum += weights.iter().sum::<f64>();
            square += weights.iter().map(|w| w * w).sum::<f64>();
            done += BATCH;
        }
        let n = done as f64;
        if sum <= 0.0 {
            return Err(Error::NothingThere { points: done as u64, condition: "this condition".into() });
        }
        let variance = (square / n - (sum / n).powi(2)).max(0.0);
        self.effective = sum * sum / square;
        self.integral = Measured { value: sum / n, error: (variance / n).sqrt() };
        self.views.iter_mut().for_each(|v| v.groups = v.reference.groups(self.settings.set as f64));
        Ok(())
    }

    /// Sets of points of the density itself.
    fn run_sets(&mut self, density: &dyn Density, grid: &dyn Sampler, seed: u64) -> Result<()> {
        let settings = UnweightSettings { pilot: PILOT, quantile: NEARLY_ALL, seed };
        let exact = Unweighted::new(density, grid, &settings)?;
        self.lost = exact.lost()[0];
        let (law, sets) = (Law::uniform(&self.space), self.settings.sets);
        let mut likelihood = 0.0;
        for number in 0..sets {
            let first = (1 << 40) + (number * self.settings.set) as u64;
            let draws = draw(&exact, &law, seed, first, self.settings.set)?;
            let counted = self.counts(&draws.points);
            for (view, counts) in self.views.iter_mut().zip(&counted) {
                view.mean_square += view.groups.rms(counts).powi(2) / sets as f64;
            }
            likelihood += self.all_axes(&counted) / sets as f64;
        }
        self.likelihood = (likelihood, self.spread(seed));
        Ok(())
    }

    fn counts(&self, points: &[f64]) -> Vec<Vec<f64>> {
        let width = self.space.axes.len();
        let count = |view: &View| view.groups.joined(&view.reference.bins.count(width, points));
        self.views.par_iter().map(count).collect()
    }

    /// The likelihood in the last view, the one along all axes.
    fn all_axes(&self, counts: &[Vec<f64>]) -> f64 {
        let last = self.views.len() - 1;
        self.views[last].groups.likelihood(&counts[last], &self.ln_factorials)
    }

    /// Standard deviation of the likelihood over multinomial sets.
    fn spread(&self, seed: u64) -> f64 {
        let groups = &self.views[self.views.len() - 1].groups;
        let mut sum = 0.0;
        let add = |p: &f64| {
            sum += p;
            sum
        };
        let sums: Vec<f64> = groups.shares.iter().map(add).collect();
        let of_set = |number: u64| {
            let mut counts = vec![0.0; sums.len()];
            let mut stream = Stream::new(seed, number, Purpose::Estimate);
            for _ in 0..self.settings.set {
                let u = stream.uniform() * sums[sums.len() - 1];
                counts[sums.partition_point(|s| *s <= u).min(sums.len() - 1)] += 1.0;
            }
            groups.likelihood(&counts, &self.ln_factorials)
        };
        let values: Vec<f64> = (0..MULTINOMIAL_SETS).into_par_iter().map(of_set).collect();
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
    }

    /// The same with another seed for the points of the samplers.
    pub fn with_seed(&self, seed: u64) -> Self {
        Benchmark { settings: Settings { seed, ..self.settings }, ..self.clone() }
    }

    /// Puts a sampler beside it. `density` is the one that the benchmark was made for.
    pub fn compare(&self, density: &dyn Density, sampler: &dyn Sampler) -> Result<Comparison> {
        let Settings { events, set, seed, quantile, .. } = self.settings;
        let (draws, mut weights) = weighted(density, sampler, &self.law, seed, 0, events.max(set))?;
        let in_set = set * self.space.axes.len();
        let points = &draws.points[..in_set];
        let counts = self.counts(points);
        let mut moments = Moments::default();
        moments.add(&self.space, points, std::iter::repeat(1.0));
        Ok(Comparison {
            weights: WeightFigures::of(&mut weights, quantile)?,
            projections: self.views.iter().zip(&counts).map(|(view, n)| self.projection(view, n)).collect(),
            profiles: self.profiles(points),
            likelihood: self.likelihood_of(self.all_axes(&counts), draws.points.chunks_exact(in_set)),
            moments: moments.differences(&self.moments),
        })
    }

    /// The likelihood of the first of some sets of points, and of all of them.
    fn likelihood_of<'a>(&self, value: f64, sets: impl Iterator<Item = &'a [f64]>) -> Likelihood {
        let (benchmark, spread) = self.likelihood;
        let z = (value - benchmark) / (spread * self.of_difference());
        let others = sets.take(self.settings.sets).skip(1);
        let all: Vec<f64> =
            std::iter::once(value).chain(others.map(|points| self.all_axes(&self.counts(points)))).collect();
        let mean = all.iter().sum::<f64>() / all.len() as f64;
        let chance = (1.0 / all.len() as f64 + 1.0 / self.settings.sets as f64).sqrt();
        Likelihood { value, benchmark, spread, z, excess: (mean - benchmark) / spread, chance }
    }

    /// Spread of the difference between one set and the mean of the others, in units of that of one set.
    fn of_difference(&self) -> f64 {
        (1.0 + 1.0 / self.settings.sets as f64).sqrt()
    }

    fn projection(&self, view: &View, counts: &[f64]) -> Projection {
        let (bins, rms) = (counts.len(), view.groups.rms(counts));
        // The mean of the squares of n normal numbers has the variance 2 / n.
        let spread = (2.0 / bins as f64).sqrt() * view.mean_square * self.of_difference();
        let z = (rms * rms - view.mean_square) / spread;
        Projection {
            axes: view.reference.bins.axes.clone(),
            bins,
            rms,
            benchmark: view.mean_square.sqrt(),
            z,
        }
    }

    fn profiles(&self, points: &[f64]) -> Vec<Profile> {
        let width = self.space.axes.len();
        let profile = |view: &View| {
            let bins = &view.reference.bins;
            let counts = bins.count(width, points);
            let n: f64 = counts.iter().sum();
            let all = view.reference.each();
            Profile {
                axis: bins.axes[0],
                edges: bins.edges[0].clone(),
                shares: counts.iter().map(|c| c / n).collect(),
                residuals: all.residuals(&counts),
                reference: all.shares,
            }
        };
        self.views.iter().take(width).map(profile).collect()
    }
}

/// Whether the grid is too weak, and another sampler is better, as few points of both tell.
fn is_better(density: &dyn Density, grid: &dyn Sampler, other: &dyn Sampler, seed: u64) -> Result<bool> {
    let law = Law::uniform(density.space());
    let ress = |sampler: &dyn Sampler| -> Result<f64> {
        let (_, mut weights) = weighted(density, sampler, &law, seed, 1 << 41, TRIAL)?;
        Ok(WeightFigures::of(&mut weights, 1.0)?.ress.value)
    };
    let of_grid = ress(grid)?;
    Ok(of_grid < GOOD_ENOUGH && of_grid < ress(other)?)
}

/// Bins along each axis, each pair of axes, and all axes, empty.
fn views(space: &Space, set: usize, points: &[f64], weights: &[f64]) -> Vec<View> {
    let axes = space.axes.len();
    let mut choices: Vec<(Vec<usize>, usize)> = (0..axes).map(|a| (vec![a], BINS[0])).collect();
    for b in 1..axes {
        choices.extend((0..b).map(|a| (vec![a, b], BINS[1])));
    }
    if axes != 1 {
        let along = (set as f64 / POINTS_PER_BIN).powf(1.0 / axes as f64) as usize;
        choices.push(((0..axes).collect(), along.max(2)));
    }
    let view = |(axes, count): (Vec<usize>, usize)| {
        let reference = Reference::new(Bins::at_quantiles(space, &axes, count, points, weights));
        let groups = reference.each();
        View { reference, groups, mean_square: 0.0 }
    };
    choices.into_iter().map(view).collect()
}
