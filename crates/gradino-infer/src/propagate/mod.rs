//! Propagation of uncertainties from one sample: to first order from its derivatives, to second order and by
//! drawing the parameters from a bank of the same events.
//!
//! The expected counts m of the bins of a sample have the derivatives J with respect to its parameters. With
//! the covariance C of the parameters the counts have the covariance J C J^T. Beside it stand the statistical
//! covariance of the bins, the statistical error of the band itself (delete-a-group jackknife, efron1982), and
//! [`Warning`]s where noise dominates a derivative or where the linear expansion is doubtful.

mod over_bank;
mod probe;
mod propagation;
mod warning;

pub use over_bank::{Drawn, Order, OverBank, SecondOrder};
pub use propagation::{Contribution, Propagation};
pub use warning::Warning;

use crate::error::{Error, Result};
use crate::knowledge::ParameterCovariance;
use crate::loss::{Binning, Expectation, Sharing};
use gradino_core::Sample;
use nalgebra::DMatrix;
use probe::Probes;
use rayon::prelude::*;

/// Groups of the jackknife; a row belongs to the group (its number) mod `GROUPS`.
pub const GROUPS: usize = 32;

/// A sample in bins, with all that propagation needs: it is filled once, in one piece or in several.
#[derive(Clone, Debug)]
pub struct Histogrammed {
    binning: Binning,
    sharing: Sharing,
    scale: f64,
    names: Vec<String>,
    knowledge: ParameterCovariance,
    rows: usize,
    groups: Vec<Expectation>,
    /// Sums over rows of s^2 w^2 f_a f_b, `[bins, bins]`.
    statistical: DMatrix<f64>,
    probes: Probes,
}

impl Histogrammed {
    /// Counts of `sample`, times `scale`, in the bins of `binning`. The columns of its derivatives are those of
    /// the parameters `names`, and `knowledge` is their covariance; parameters it does not name have none.
    pub fn new(
        sample: &Sample,
        names: Vec<String>,
        binning: Binning,
        sharing: Sharing,
        scale: f64,
        knowledge: &ParameterCovariance,
    ) -> Result<Self> {
        let mut all = Self::empty(names, binning, sharing, scale, knowledge)?;
        all.add(sample)?;
        Ok(all)
    }

    /// The same, without rows: [`Histogrammed::add`] brings them.
    pub fn empty(
        names: Vec<String>,
        binning: Binning,
        sharing: Sharing,
        scale: f64,
        knowledge: &ParameterCovariance,
    ) -> Result<Self> {
        if names.is_empty() {
            return Err(Error::TooFew { what: "parameters with derivatives", found: 0, least: 1 });
        }
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(Error::BadScale { scale });
        }
        let own = knowledge.of(&names);
        let restricted = ParameterCovariance::new(names.clone(), own.as_slice())?;
        let (bins, parameters) = (binning.bins(), names.len());
        Ok(Histogrammed {
            groups: vec![Expectation::empty(bins, parameters); GROUPS],
            statistical: DMatrix::zeros(bins, bins),
            probes: Probes::new(bins, restricted.directions()),
            knowledge: knowledge.clone(),
            rows: 0,
            binning,
            sharing,
            scale,
            names,
        })
    }

    /// Adds the rows of `sample`. [`Sharing::Automatic`] is settled by the first rows that are added.
    pub fn add(&mut self, sample: &Sample) -> Result<()> {
        let (found, wanted) = (sample.parameters(), self.names.len());
        if found != wanted {
            let what = "columns of derivatives";
            return Err(gradino_core::Error::WrongLength { what, found, wanted }.into());
        }
        sample.check()?;
        self.binning.check(sample.dimension())?;
        let linear = self.binning.is_linear(self.sharing, sample)?;
        if self.sharing == Sharing::Automatic {
            self.sharing = if linear { Sharing::Linear } else { Sharing::None };
        }
        self.add_to_groups(sample)?;
        self.add_squares(sample, linear);
        self.probes.add(sample, &self.binning, linear, self.scale);
        self.rows += sample.len();
        Ok(())
    }

    fn add_to_groups(&mut self, sample: &Sample) -> Result<()> {
        let (binning, sharing, scale, rows) = (&self.binning, self.sharing, self.scale, self.rows);
        let part = |group: usize| {
            let first = (group + GROUPS - rows % GROUPS) % GROUPS;
            let own = (first < sample.len()).then(|| sample.every(GROUPS, first));
            own.map(|own| Expectation::new(&own, binning, sharing, scale)).transpose()
        };
        let parts: Vec<_> = (0..GROUPS).into_par_iter().map(part).collect::<Result<_>>()?;
        for (group, part) in self.groups.iter_mut().zip(parts) {
            part.iter().for_each(|part| group.add(part));
        }
        Ok(())
    }

    fn add_squares(&mut self, sample: &Sample, linear: bool) {
        let mut cells = crate::loss::Cells::default();
        for (i, weight) in sample.weights.iter().enumerate() {
            self.binning.cells(sample.row(i), linear, &mut cells);
            let square = (self.scale * weight).powi(2);
            for &(a, share) in &cells.bins {
                for &(b, other) in &cells.bins {
                    self.statistical[(a, b)] += square * share * other;
                }
            }
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The counts with their bands.
    pub fn propagate(&self) -> Result<Propagation> {
        if self.rows < GROUPS {
            return Err(Error::TooFew { what: "events", found: self.rows, least: GROUPS });
        }
        propagation::of(self)
    }

    /// Sums over all groups but `without`.
    fn summed(&self, without: Option<usize>) -> Expectation {
        let mut sum = Expectation::empty(self.binning.bins(), self.names.len());
        let kept = self.groups.iter().enumerate().filter(|(g, _)| Some(*g) != without);
        kept.for_each(|(_, group)| sum.add(group));
        sum
    }
}
