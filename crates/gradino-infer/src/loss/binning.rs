//! Bins of features, and how events fall into them.

use crate::error::{Error, Result};
use gradino_core::Sample;

/// How an event is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// [`Sharing::Linear`] where a feature with bins has derivatives, [`Sharing::None`] elsewhere.
    #[default]
    Automatic,
    /// Shared between the two nearest centres of bins in proportion to closeness ("cloud in cell", hockney1988),
    /// half a bin beyond the outer edges too. Counts are continuous in the features and have a derivative
    /// except where an event sits on a centre; there the one to the right is taken. Data are shared alike,
    /// so that expectations and counts have the same mean; shared counts scatter less than Poisson counts, by up
    /// to a third of the variance, so that the minimum of a likelihood or chi^2 is lower than without sharing.
    Linear,
    /// Whole events in the bin that holds them. Features that move are refused.
    None,
    /// The same, but features may move; their part of the derivative is lost.
    NoneThoughFeaturesMove,
}

/// Bins of one feature.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    feature: usize,
    edges: Vec<f64>,
    /// Centres of the bins, with one half a bin beyond each end.
    centres: Vec<f64>,
    /// Reciprocal of the width, where all are about the same.
    step: Option<f64>,
}

impl Axis {
    /// Bins of feature number `feature`, from 0, between `edges` in its unit. A bin holds its lower edge.
    pub fn new(feature: usize, edges: Vec<f64>) -> Result<Self> {
        if edges.len() < 2 {
            return Err(Error::TooFew { what: "edges of bins", found: edges.len(), least: 2 });
        }
        let increases = |p: usize| edges[p].is_finite() && (p == 0 || edges[p] > edges[p - 1]);
        if let Some(position) = (0..edges.len()).find(|&p| !increases(p)) {
            let before = if position == 0 { f64::NEG_INFINITY } else { edges[position - 1] };
            return Err(Error::BadEdges { feature, position, before, edge: edges[position] });
        }
        let bins = edges.len() - 1;
        let half = |p: usize| 0.5 * (edges[p + 1] - edges[p]);
        let mut centres = vec![edges[0] - half(0)];
        centres.extend((0..bins).map(|p| edges[p] + half(p)));
        centres.push(edges[bins] + half(bins - 1));
        let width = (edges[bins] - edges[0]) / bins as f64;
        let even = (0..bins).all(|p| (2.0 * half(p) - width).abs() < 1e-6 * width);
        Ok(Axis { feature, edges, centres, step: even.then_some(width.recip()) })
    }

    /// `bins` bins of the same width from `lower` to `upper`.
    pub fn even(feature: usize, lower: f64, upper: f64, bins: usize) -> Result<Self> {
        let edge =
            |p: usize| if p == bins { upper } else { lower + (upper - lower) * p as f64 / bins as f64 };
        Self::new(feature, (0..=bins).map(edge).collect())
    }

    /// The feature.
    pub fn feature(&self) -> usize {
        self.feature
    }

    /// The edges.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.edges.len() - 1
    }

    /// The interval of `points` that holds `x`.
    #[inline]
    fn interval(&self, points: &[f64], x: f64) -> Option<usize> {
        let last = points.len() - 1;
        if !(x >= points[0] && x < points[last]) {
            return None;
        }
        let Some(step) = self.step else { return Some(points.partition_point(|&p| p <= x) - 1) };
        let mut interval = (((x - points[0]) * step) as usize).min(last - 1);
        while x < points[interval] {
            interval -= 1;
        }
        while x >= points[interval + 1] {
            interval += 1;
        }
        Some(interval)
    }

    /// The at most two bins that share an event at `x`: bin, fraction, derivative of the fraction.
    #[inline]
    pub(crate) fn shares(&self, x: f64, linear: bool) -> [Option<(usize, f64, f64)>; 2] {
        if !linear {
            return [self.interval(&self.edges, x).map(|bin| (bin, 1.0, 0.0)), None];
        }
        let Some(k) = self.interval(&self.centres, x) else { return [None, None] };
        let slope = (self.centres[k + 1] - self.centres[k]).recip();
        let fraction = (x - self.centres[k]) * slope;
        let left = (k > 0).then(|| (k - 1, 1.0 - fraction, -slope));
        [left, (k < self.bins()).then_some((k, fraction, slope))]
    }
}

/// Bins of one feature or of several together, the last one running fastest.
#[derive(Clone, Debug, PartialEq)]
pub struct Binning {
    axes: Vec<Axis>,
}

impl Binning {
    /// Bins of several features together.
    pub fn new(axes: Vec<Axis>) -> Result<Self> {
        if axes.is_empty() {
            return Err(Error::TooFew { what: "features with bins", found: 0, least: 1 });
        }
        Ok(Binning { axes })
    }

    /// Bins of each feature.
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// Number of bins.
    pub fn bins(&self) -> usize {
        self.axes.iter().map(Axis::bins).product()
    }

    /// Refuses a sample without the features that have bins.
    pub(crate) fn check(&self, dimension: usize) -> Result<()> {
        match self.axes.iter().find(|axis| axis.feature >= dimension) {
            Some(axis) => Err(Error::NoSuchFeature { feature: axis.feature, dimension }),
            None => Ok(()),
        }
    }

    /// Whether events of `sample` are shared.
    pub(crate) fn is_linear(&self, sharing: Sharing, sample: &Sample) -> Result<bool> {
        let moving = || {
            let moves =
                |row: usize, axis: &Axis| sample.value_slope(row, axis.feature).iter().any(|s| *s != 0.0);
            (0..sample.len())
                .find_map(|row| Some((row, self.axes.iter().find(|axis| moves(row, axis))?.feature)))
        };
        match sharing {
            Sharing::Linear => Ok(true),
            Sharing::NoneThoughFeaturesMove => Ok(false),
            Sharing::Automatic => Ok(moving().is_some()),
            Sharing::None => {
                moving().map_or(Ok(false), |(row, feature)| Err(Error::MovingFeatures { row, feature }))
            }
        }
    }

    /// The bin that holds `row`.
    #[inline]
    pub(super) fn bin(&self, row: &[f64]) -> Option<usize> {
        let place = |before: usize, axis: &Axis| {
            Some(before * axis.bins() + axis.interval(&axis.edges, row[axis.feature])?)
        };
        self.axes.iter().try_fold(0, place)
    }

    /// The bins that share `row`.
    pub(crate) fn cells(&self, row: &[f64], linear: bool, cells: &mut Cells) {
        cells.bins.clear();
        cells.bins.push((0, 1.0));
        cells.slopes.clear();
        for (a, axis) in self.axes.iter().enumerate() {
            let [first, second] = axis.shares(row[axis.feature], linear);
            let count = cells.bins.len();
            for share in first.iter().chain(&second) {
                for cell in 0..count {
                    cells.extend(cell, a, axis.bins(), *share);
                }
            }
            cells.bins.drain(..count);
            cells.slopes.drain(..count * a);
        }
    }

    /// Sums of weights, `[bins]`, and of their squares.
    pub(super) fn fill(&self, sample: &Sample, linear: bool) -> (Vec<f64>, Vec<f64>) {
        let (mut sums, mut squares) = (vec![0.0; self.bins()], vec![0.0; self.bins()]);
        let mut cells = Cells::default();
        for (row, weight) in sample.values.chunks_exact(sample.dimension()).zip(&sample.weights) {
            self.cells(row, linear, &mut cells);
            for &(bin, fraction) in &cells.bins {
                sums[bin] += weight * fraction;
                squares[bin] += weight * fraction * (weight * fraction);
            }
        }
        (sums, squares)
    }
}

/// The bins that share an event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cells {
    /// Bins with the fraction of the event in each.
    pub(crate) bins: Vec<(usize, f64)>,
    /// Derivatives of the fractions with respect to the features with bins, `[cells, axes]`.
    pub(crate) slopes: Vec<f64>,
}

impl Cells {
    /// Adds cell number `cell` of the axes before `axis`, seen with a share of this one too.
    #[inline]
    fn extend(&mut self, cell: usize, axis: usize, bins: usize, share: (usize, f64, f64)) {
        let (bin, fraction, slope) = share;
        let (before, part) = self.bins[cell];
        self.bins.push((before * bins + bin, part * fraction));
        // Cells of the axes before come first, each with `axis` slopes.
        for k in 0..axis {
            let before = self.slopes[cell * axis + k];
            self.slopes.push(before * fraction);
        }
        self.slopes.push(part * slope);
    }
}
