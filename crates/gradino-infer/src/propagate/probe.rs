//! Probes of the linear expansion: the sample moved by one standard deviation along a principal direction.
//!
//! Along a direction d an event of weight w and score s = d ln w has the weight w exp(s d), and its features
//! move by dx d. To first order in d this is the expansion itself; beyond, it is exact where the distribution is
//! an exponential family in d. Weights are brought to the total of the expansion, since exp(s d) alone does not
//! keep a normalised sample normalised. So the probe shows the size of the second order without its derivatives.

use super::Warning;
use crate::loss::{Binning, Cells};
use gradino_core::Sample;
use rayon::prelude::*;

/// Rows that are probed at most: the first ones.
const ROWS: usize = 1 << 16;
/// A difference from the straight line counts if it is this share of the band.
const DIFFERENCE: f64 = 0.1;
/// It must also be this many statistical errors, since many bins and directions are looked at.
const ERRORS: f64 = 4.0;
/// Lowest effective size, relative to that of the sample.
const EFFECTIVE: f64 = 0.3;
/// Components of a direction below this are left out of its name, which has this many at most.
const COMPONENT: f64 = 0.3;
const COMPONENTS: usize = 3;

/// Probes along all principal directions, up and down.
#[derive(Clone, Debug)]
pub(super) struct Probes {
    directions: Vec<Vec<f64>>,
    rows: usize,
    /// Counts of the probed rows, `[bins]`.
    counts: Vec<f64>,
    /// Sums of weights and of their squares.
    total: [f64; 2],
    /// `[directions][up, down]`.
    moved: Vec<[Moved; 2]>,
}

/// Sums over the rows of a moved sample.
#[derive(Clone, Debug)]
struct Moved {
    /// Moved counts, their first-order change, and the squares of what is beyond first order; all `[bins]`.
    counts: Vec<f64>,
    linear: Vec<f64>,
    squares: Vec<f64>,
    /// Sums of moved weights, of their squares, and of weights to first order.
    weight: f64,
    square: f64,
    linear_weight: f64,
}

/// What a probe found in a bin: the moved count less that of the straight line, and its error.
pub(super) struct Difference {
    pub(super) value: f64,
    pub(super) error: f64,
}

impl Probes {
    pub(super) fn new(bins: usize, directions: Vec<Vec<f64>>) -> Self {
        let zero = || vec![0.0; bins];
        let empty = Moved {
            counts: zero(),
            linear: zero(),
            squares: zero(),
            weight: 0.0,
            square: 0.0,
            linear_weight: 0.0,
        };
        let moved = vec![[empty.clone(), empty]; directions.len()];
        Probes { directions, rows: 0, counts: zero(), total: [0.0; 2], moved }
    }

    /// The principal directions of the covariance.
    pub(super) fn directions(&self) -> &[Vec<f64>] {
        &self.directions
    }

    /// Adds rows of `sample`, as long as fewer than enough are probed.
    pub(super) fn add(&mut self, sample: &Sample, binning: &Binning, linear: bool, scale: f64) {
        let rows = sample.len().min(ROWS.saturating_sub(self.rows));
        self.rows += rows;
        let mut cells = Cells::default();
        for i in 0..rows {
            binning.cells(sample.row(i), linear, &mut cells);
            let weight = scale * sample.weights[i];
            cells.bins.iter().for_each(|(bin, share)| self.counts[*bin] += weight * share);
            self.total[0] += weight;
            self.total[1] += weight * weight;
        }
        let walk = Walk { sample, binning, linear, scale, rows };
        let both = self.moved.par_iter_mut().zip(&self.directions);
        both.for_each(|(moved, direction)| walk.along(direction, moved));
    }

    /// Warnings for bands (standard deviations, `[bins]`) of `all` rows; bins that are not `believed` are left out.
    pub(super) fn warnings(
        &self,
        names: &[String],
        sigmas: &[f64],
        band: &[f64],
        believed: &[bool],
        all: usize,
    ) -> Vec<Warning> {
        let mut warnings = Vec::new();
        let factor = all as f64 / self.rows.max(1) as f64;
        for (moved, direction) in self.moved.iter().zip(&self.directions) {
            let name = || named(direction, names, sigmas);
            let worst = moved.iter().flat_map(|m| self.differences(m)).enumerate();
            let worst = worst.filter_map(|(at, d)| {
                let bin = at % band.len();
                let counts = believed[bin] && band[bin] > 0.0 && d.value.abs() > ERRORS * d.error;
                counts.then(|| (bin, factor * d.value.abs() / band[bin]))
            });
            let worst = worst.max_by(|a, b| a.1.total_cmp(&b.1));
            if let Some((bin, difference)) = worst.filter(|(_, difference)| *difference > DIFFERENCE) {
                warnings.push(Warning::NotLinear { direction: name(), bin, difference });
            }
            let share = moved.iter().map(|m| self.effective(m)).fold(f64::INFINITY, f64::min);
            if share < EFFECTIVE {
                warnings.push(Warning::FewEffective { direction: name(), share });
            }
        }
        warnings
    }

    fn differences<'a>(&'a self, moved: &'a Moved) -> impl Iterator<Item = Difference> + 'a {
        // Brings the moved weights to the total that the expansion gives them.
        let norm = if moved.weight > 0.0 { moved.linear_weight / moved.weight } else { 1.0 };
        let bins = moved.counts.iter().zip(&moved.linear).zip(&moved.squares).zip(&self.counts);
        bins.map(move |(((count, linear), square), start)| Difference {
            value: norm * count - start - linear,
            error: square.sqrt(),
        })
    }

    /// Effective size of the moved weights, relative to that of the sample (kish1965).
    fn effective(&self, moved: &Moved) -> f64 {
        let size = |sum: f64, squares: f64| if squares > 0.0 { sum * sum / squares } else { 0.0 };
        let [sum, squares] = self.total;
        let start = size(sum, squares);
        if start > 0.0 { size(moved.weight, moved.square) / start } else { 1.0 }
    }
}

/// A pass over rows along one direction.
struct Walk<'a> {
    sample: &'a Sample,
    binning: &'a Binning,
    linear: bool,
    scale: f64,
    rows: usize,
}

impl Walk<'_> {
    fn along(&self, direction: &[f64], moved: &mut [Moved; 2]) {
        let dot = |slopes: &[f64]| slopes.iter().zip(direction).map(|(s, d)| s * d).sum::<f64>();
        let mut step = Step::default();
        let mut shift = vec![0.0; self.sample.dimension()];
        let mut row = shift.clone();
        for i in 0..self.rows {
            step.weight = self.scale * self.sample.weights[i];
            if step.weight == 0.0 {
                continue;
            }
            let change = self.scale * dot(self.sample.weight_slope(i));
            if self.linear {
                (0..shift.len()).for_each(|k| shift[k] = dot(self.sample.value_slope(i, k)));
            }
            self.binning.cells(self.sample.row(i), self.linear, &mut step.start);
            for (moved, sign) in moved.iter_mut().zip([1.0, -1.0]) {
                let at = self.sample.row(i).iter().zip(&shift);
                row.iter_mut().zip(at).for_each(|(to, (x, dx))| *to = x + sign * dx);
                self.binning.cells(&row, self.linear, &mut step.end);
                step.change = sign * change;
                step.slopes.clear();
                step.slopes.extend(self.slopes(&step.start, &shift).map(|slope| sign * slope));
                moved.add(&mut step);
            }
        }
    }

    /// First-order changes of the shares of a row in the bins it starts from.
    fn slopes<'a>(&'a self, start: &'a Cells, shift: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let axes = self.binning.axes();
        let by_cell = start.slopes.chunks_exact(axes.len());
        by_cell.map(move |slopes| {
            slopes.iter().zip(axes).map(|(slope, axis)| slope * shift[axis.feature()]).sum()
        })
    }
}

/// One row on its way.
#[derive(Default)]
struct Step {
    weight: f64,
    /// Change of the weight to first order.
    change: f64,
    /// Bins that share the row before and after, and the changes of the shares to first order.
    start: Cells,
    end: Cells,
    slopes: Vec<f64>,
    /// What is beyond first order, by bin.
    beyond: Vec<(usize, f64)>,
}

impl Moved {
    fn add(&mut self, step: &mut Step) {
        let weight = step.weight * (step.change / step.weight).exp();
        self.weight += weight;
        self.square += weight * weight;
        self.linear_weight += step.weight + step.change;
        step.beyond.clear();
        for (&(bin, share), slope) in step.start.bins.iter().zip(&step.slopes) {
            let linear = share * step.change + step.weight * slope;
            self.linear[bin] += linear;
            step.beyond.push((bin, -share * step.weight - linear));
        }
        for &(bin, share) in &step.end.bins {
            self.counts[bin] += weight * share;
            match step.beyond.iter_mut().find(|(known, _)| *known == bin) {
                Some((_, beyond)) => *beyond += weight * share,
                None => step.beyond.push((bin, weight * share)),
            }
        }
        step.beyond.iter().for_each(|(bin, beyond)| self.squares[*bin] += beyond * beyond);
    }
}

/// The largest components of a direction, in units of standard deviations.
fn named(direction: &[f64], names: &[String], sigmas: &[f64]) -> String {
    let scaled = direction.iter().zip(sigmas).map(|(d, sigma)| if *sigma > 0.0 { d / sigma } else { 0.0 });
    let scaled: Vec<f64> = scaled.collect();
    let length = scaled.iter().map(|x| x * x).sum::<f64>().sqrt().max(f64::MIN_POSITIVE);
    let mut order: Vec<usize> = (0..scaled.len()).collect();
    order.sort_by(|a, b| scaled[*b].abs().total_cmp(&scaled[*a].abs()));
    let large = order.iter().enumerate().filter(|(k, i)| *k == 0 || scaled[**i].abs() > COMPONENT * length);
    let term = |i: usize| match scaled[i].abs() > 0.995 * length {
        true => names[i].clone(),
        false => format!("{:+.2} {}", scaled[i] / length, names[i]),
    };
    large.take(COMPONENTS).map(|(_, i)| term(*i)).collect::<Vec<_>>().join(" ")
}
