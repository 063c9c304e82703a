//! Estimators of means and histograms with their derivatives, side by side.
//!
//! All are fed by a [`Stratified`] simulation and take its events batch by batch; errors are those of the mean
//! over the batches. All but [`Estimator::Pathwise`] are unbiased: what is learnt for a batch comes from others.

mod baseline;
mod pilot;
mod plain;
mod points;
mod strata;
mod target;
mod trajectory;

pub use target::{Share, Target};
pub use trajectory::{Stratified, Stratum, Trajectory};

use crate::error::{Error, Result};
use gradino_core::text::closest;
use std::fmt;
use std::str::FromStr;

/// How values and derivatives are estimated. f is the value of an event, s its score, df its motion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Estimator {
    /// `<df>`: the motion alone. Biased wherever a choice has a score.
    Pathwise,
    /// `<f s + df>` (glynn1990).
    Score,
    /// `<(f - b) s + df>` with the mean b of all other batches: the constant baseline (kool2019).
    LeaveOneOut,
    /// Takes off the scores themselves, whose means are zero, with the coefficients of least variance (from all
    /// other batches); of the value too (glasserman2003).
    ControlVariates,
    /// The strata are summed with their exact probabilities instead of drawn (Rao-Blackwell); leave-one-out
    /// within each.
    Tree,
    /// The sum over the strata, with a baseline for each choice that is learnt from pilot events, the two most
    /// important choices spread evenly, and more events where the variance is.
    #[default]
    Combined,
}

impl Estimator {
    /// All of them.
    pub const ALL: [Estimator; 6] = [
        Estimator::Pathwise,
        Estimator::Score,
        Estimator::LeaveOneOut,
        Estimator::ControlVariates,
        Estimator::Tree,
        Estimator::Combined,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Estimator::Pathwise => "pathwise",
            Estimator::Score => "score",
            Estimator::LeaveOneOut => "leave-one-out",
            Estimator::ControlVariates => "control-variates",
            Estimator::Tree => "tree",
            Estimator::Combined => "combined",
        }
    }
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Estimator {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Estimator::ALL.into_iter().find(|e| e.name() == text).ok_or_else(|| Error::UnknownEstimator {
            name: text.into(),
            suggestion: closest(text, Estimator::ALL.iter().map(|e| e.name())),
            known: Estimator::ALL.map(Estimator::name).to_vec(),
        })
    }
}

/// How much is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Number of events, pilot events included; the nearest number that the batches allow is drawn.
    pub events: u64,
    /// Number of batches.
    pub batches: usize,
    /// Seed of the points of the strata; the events have the seed of their simulation.
    pub seed: u64,
    /// Each run of one seed has points and events of its own.
    pub run: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { events: 100_000, batches: 16, seed: 0, run: 0 }
    }
}

/// Batches, and events of a batch, at least.
const LEAST_BATCHES: usize = 2;
const LEAST_EVENTS: u64 = 32;

/// Bits of the numbers of events, and of blocks of points, within a run.
const RUN_BITS: u32 = 40;

impl Settings {
    /// Number of the first event, and of the first block of points.
    fn first(&self) -> u64 {
        self.run << RUN_BITS
    }

    fn check(&self) -> Result<()> {
        if self.batches < LEAST_BATCHES {
            return Err(Error::TooFew { what: "batches", found: self.batches, least: LEAST_BATCHES });
        }
        let least = LEAST_EVENTS * self.batches as u64;
        if self.events < least {
            return Err(Error::TooFew { what: "events", found: self.events as usize, least: least as usize });
        }
        Ok(())
    }
}

/// The estimate of one batch.
#[derive(Clone, Debug)]
struct Batch {
    value: Vec<f64>,
    /// `[outputs, parameters]`.
    gradient: Vec<f64>,
    events: f64,
}

/// Values with their derivatives, and the standard errors of both.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// How it was made.
    pub estimator: Estimator,
    /// The outputs of the target.
    pub value: Vec<f64>,
    /// Their errors.
    pub value_errors: Vec<f64>,
    /// Their derivatives, `[outputs, parameters]`.
    pub gradient: Vec<f64>,
    /// The errors of the derivatives.
    pub gradient_errors: Vec<f64>,
    /// Number of events that were drawn, pilot events included.
    pub events: u64,
    /// Number of batches.
    pub batches: usize,
}

/// Estimates a target.
pub fn estimate<S: Stratified>(
    source: &S,
    target: &Target,
    estimator: Estimator,
    settings: &Settings,
) -> Result<Estimate> {
    settings.check()?;
    trajectory::check(source.strata())?;
    let (batches, pilot) = match estimator {
        Estimator::Tree => (strata::tree(source, target, settings), 0),
        Estimator::Combined => strata::combined(source, target, settings),
        _ => (plain::batches(source, target, estimator, settings), 0),
    };
    let (value, value_errors) = mean_with_error(batches.iter().map(|b| &b.value));
    let (gradient, gradient_errors) = mean_with_error(batches.iter().map(|b| &b.gradient));
    let events = pilot + batches.iter().map(|b| b.events).sum::<f64>() as u64;
    Ok(Estimate { estimator, value, value_errors, gradient, gradient_errors, events, batches: batches.len() })
}

/// Means over the batches, and their standard errors.
fn mean_with_error<'a>(rows: impl ExactSizeIterator<Item = &'a Vec<f64>> + Clone) -> (Vec<f64>, Vec<f64>) {
    let n = rows.len() as f64;
    let length = rows.clone().next().map_or(0, Vec::len);
    let mut mean = vec![0.0; length];
    rows.clone().for_each(|row| mean.iter_mut().zip(row).for_each(|(m, x)| *m += x / n));
    let mut error = vec![0.0; length];
    for row in rows {
        error.iter_mut().zip(row.iter().zip(&mean)).for_each(|(e, (x, m))| *e += (x - m) * (x - m));
    }
    error.iter_mut().for_each(|e| *e = (*e / (n - 1.0) / n).sqrt());
    (mean, error)
}
