//! Sums over simulated events in bins, group by group: all that a binned loss asks of a simulation.

use super::binning::{Binning, Cells, Sharing};
use super::expectation::Expectation;
use crate::error::Result;
use gradino_core::{Bank, Sample, rows_of_part};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// Groups into which simulated events are dealt, for the jackknife (efron1982): it gives a standard error to one
/// part in fourteen.
pub(super) const GROUPS: usize = 100;

/// Sums over some events, without scale.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Of the parts w f of events in bins, of their squares, and of the derivatives of the parts.
    pub(super) bins: Expectation,
    /// Of the derivatives of the squares, `[bins, parameters]`.
    pub(super) square_slopes: Vec<f64>,
    /// Number of events.
    pub(super) rows: usize,
    /// Of the weights, in bins or not, of their squares, and of their derivatives.
    pub(super) weight: f64,
    pub(super) weight_square: f64,
    pub(super) weight_slopes: Vec<f64>,
}

impl Sums {
    pub(super) fn empty(bins: usize, parameters: usize) -> Self {
        Sums {
            bins: Expectation::empty(bins, parameters),
            square_slopes: vec![0.0; bins * parameters],
            weight_slopes: vec![0.0; parameters],
            ..Sums::default()
        }
    }

    /// Effective number of events over their number.
    pub(super) fn effective(&self) -> f64 {
        if self.weight_square > 0.0 {
            self.weight * self.weight / (self.weight_square * self.rows as f64)
        } else {
            0.0
        }
    }

    pub(super) fn add(&mut self, other: &Sums) {
        self.combine(other, 1.0);
        self.rows += other.rows;
    }

    /// Without the events of `part`, which are among these.
    pub(super) fn without(&self, part: &Sums) -> Sums {
        let mut rest = self.clone();
        rest.combine(part, -1.0);
        rest.rows -= part.rows;
        rest
    }

    fn combine(&mut self, other: &Sums, factor: f64) {
        let add = |a: &mut [f64], b: &[f64]| a.iter_mut().zip(b).for_each(|(a, b)| *a += factor * b);
        add(&mut self.bins.mean, &other.bins.mean);
        add(&mut self.bins.variance, &other.bins.variance);
        add(&mut self.bins.jacobian, &other.bins.jacobian);
        add(&mut self.square_slopes, &other.square_slopes);
        add(&mut self.weight_slopes, &other.weight_slopes);
        self.weight += factor * other.weight;
        self.weight_square += factor * other.weight_square;
    }

    fn is_finite(&self) -> bool {
        let columns = [&self.bins.mean, &self.bins.jacobian, &self.square_slopes, &self.weight_slopes];
        self.weight_square.is_finite() && columns.into_iter().flatten().all(|x| x.is_finite())
    }

    /// Adds the rows `rows` of `sample`.
    fn add_rows(&mut self, sample: &Sample, rows: Range<usize>, binning: &Binning, linear: bool) {
        self.rows += rows.len();
        for i in rows.clone() {
            let weight = sample.weights[i];
            self.weight += weight;
            self.weight_square += weight * weight;
            accumulate(&mut self.weight_slopes, sample.weight_slope(i), 1.0);
        }
        if linear {
            self.share_rows(sample, rows, binning);
        } else {
            self.count_rows(sample, rows, binning);
        }
    }

    /// Whole events.
    fn count_rows(&mut self, sample: &Sample, rows: Range<usize>, binning: &Binning) {
        let n = sample.parameters();
        for i in rows {
            let Some(bin) = binning.bin(sample.row(i)) else { continue };
            let weight = sample.weights[i];
            self.bins.mean[bin] += weight;
            self.bins.variance[bin] += weight * weight;
            let columns = bin * n..(bin + 1) * n;
            let (jacobian, squares) =
                (&mut self.bins.jacobian[columns.clone()], &mut self.square_slopes[columns]);
            for ((sum, square), slope) in jacobian.iter_mut().zip(squares).zip(sample.weight_slope(i)) {
                *sum += slope;
                *square += 2.0 * weight * slope;
            }
        }
    }

    /// Events that are shared between bins.
    fn share_rows(&mut self, sample: &Sample, rows: Range<usize>, binning: &Binning) {
        let (n, axes) = (sample.parameters(), binning.axes());
        let (mut cells, mut slopes) = (Cells::default(), vec![0.0; n]);
        for i in rows {
            let weight = sample.weights[i];
            binning.cells(sample.row(i), true, &mut cells);
            for (&(bin, fraction), by_axis) in cells.bins.iter().zip(cells.slopes.chunks_exact(axes.len())) {
                let part = weight * fraction;
                self.bins.mean[bin] += part;
                self.bins.variance[bin] += part * part;
                slopes.fill(0.0);
                accumulate(&mut slopes, sample.weight_slope(i), fraction);
                for (axis, slope) in axes.iter().zip(by_axis) {
                    accumulate(&mut slopes, sample.value_slope(i, axis.feature()), weight * slope);
                }
                let columns = bin * n..(bin + 1) * n;
                accumulate(&mut self.bins.jacobian[columns.clone()], &slopes, 1.0);
                accumulate(&mut self.square_slopes[columns], &slopes, 2.0 * part);
            }
        }
    }
}

/// sums += factor row.
fn accumulate(sums: &mut [f64], row: &[f64], factor: f64) {
    sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += factor * x);
}

/// Sums over the groups of a sample, and over all of it.
#[derive(Clone, Debug)]
pub(super) struct GroupSums {
    /// Whether events are shared between bins.
    pub(super) linear: bool,
    pub(super) groups: Vec<Sums>,
    pub(super) all: Sums,
}

impl GroupSums {
    /// Of a sample.
    pub(super) fn of_sample(sample: &Sample, binning: &Binning, sharing: Sharing) -> Result<Self> {
        check_but_derivatives(sample)?;
        binning.check(sample.dimension())?;
        let linear = binning.is_linear(sharing, sample)?;
        let sums = |group| {
            let mut sums = Sums::empty(binning.bins(), sample.parameters());
            sums.add_rows(sample, rows_of_part(sample.len(), GROUPS, group), binning, linear);
            sums
        };
        let all = Self::new((0..GROUPS).into_par_iter().map(sums).collect(), linear);
        if !all.all.is_finite() {
            // Names the row.
            sample.check()?;
        }
        Ok(all)
    }

    /// Of a bank at `theta`, without keeping its events where that is not needed.
    pub(super) fn of_bank(
        bank: &dyn Bank,
        theta: &[f64],
        binning: &Binning,
        sharing: Sharing,
    ) -> Result<Self> {
        let linear = match sharing {
            Sharing::Linear => true,
            Sharing::NoneThoughFeaturesMove => false,
            // All events must be seen first.
            Sharing::Automatic | Sharing::None => return Self::of_sample(&bank.at(theta)?, binning, sharing),
        };
        let groups: Vec<Mutex<(Sums, Option<usize>)>> =
            std::iter::repeat_with(Mutex::default).take(GROUPS).collect();
        bank.visit(theta, GROUPS, &|group, sample, rows| {
            let mut group = groups[group].lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let (sums, bad_dimension) = &mut *group;
            if binning.check(sample.dimension()).is_err() || has_bad_features(sample, rows.clone()) {
                *bad_dimension = Some(sample.dimension());
                return;
            }
            if sums.bins.mean.is_empty() {
                *sums = Sums::empty(binning.bins(), sample.parameters());
            }
            sums.add_rows(sample, rows, binning, linear);
        })?;
        let groups =
            groups.into_iter().map(|g| g.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner));
        let mut kept = Vec::with_capacity(GROUPS);
        let mut is_good = true;
        for (sums, bad_dimension) in groups {
            if let Some(dimension) = bad_dimension {
                binning.check(dimension)?;
                is_good = false;
            }
            kept.push(sums);
        }
        let all = Self::new(kept, linear);
        if all.all.rows == 0 || !is_good || !all.all.is_finite() {
            // Names the row.
            bank.at(theta)?.check()?;
        }
        Ok(all)
    }

    fn new(mut groups: Vec<Sums>, linear: bool) -> Self {
        groups.retain(|sums| sums.rows > 0);
        let mut all = groups.first().map_or_else(Sums::default, |first| {
            Sums::empty(first.bins.mean.len(), first.weight_slopes.len())
        });
        groups.iter().for_each(|sums| all.add(sums));
        GroupSums { linear, groups, all }
    }
}

fn has_bad_features(sample: &Sample, rows: Range<usize>) -> bool {
    let d = sample.dimension();
    sample.values[rows.start * d..rows.end * d].iter().any(|x| !x.is_finite())
}

/// Refuses a bad sample, but reads no derivatives: they are many, and bad ones show in the sums.
pub(super) fn check_but_derivatives(sample: &Sample) -> Result<()> {
    let (rows, features, parameters) = (sample.len(), sample.values.len(), sample.parameters());
    let fits = rows > 0
        && sample.dimension() > 0
        && features == rows * sample.dimension()
        && sample.value_gradient.len() == features * parameters
        && sample.weight_gradient.len() == rows * parameters;
    if !fits || sample.values.iter().chain(&sample.weights).any(|x| !x.is_finite()) {
        sample.check()?;
    }
    Ok(())
}
