//! All estimators of the default job side by side, and finite differences.

use crate::Result;
use gradino::Observable;
use gradino::config::Config;
use gradino::estimate::{CompareSettings, Comparison, EstimateJob, Figures, Measured};
use gradino_infer::estimate::{Estimator, Target};

/// A comparison, and the default estimator with each parameter alone.
#[derive(Clone, Debug)]
pub struct SideBySide {
    /// With all parameters at once.
    pub together: Comparison,
    /// With one at a time; none where that was not asked for.
    pub alone: Vec<Measured>,
}

/// How much is drawn; more for the main comparison, which has each parameter alone too.
pub fn settings(is_main: bool) -> CompareSettings {
    let (truth, pairs) = if is_main { (2_000_000, 100_000) } else { (1_000_000, 50_000) };
    let steps = if is_main { vec![0.03, 0.1, 0.2] } else { vec![0.05, 0.2] };
    CompareSettings { events: 100_000, batches: 16, runs: 16, truth, pairs, steps }
}

/// Compares the estimators of an observable of the default configuration, in bins or its mean.
pub fn compare(observable: Observable, bins: Option<Vec<f64>>, with_alone: bool) -> Result<SideBySide> {
    let config = Config { seed: Some(1), ..Config::default() };
    let target = match bins {
        Some(edges) => Target::bins(edges, observable.sharing())?,
        None => Target::Mean,
    };
    let job = EstimateJob::from_config(&config, observable, target)?;
    let settings = settings(with_alone);
    let together = job.compare(&settings)?;
    let count = if with_alone { together.names.len() } else { 0 };
    let alone = (0..count).map(|i| job.alone(i).measure(Estimator::default(), &settings));
    let alone = alone.collect::<gradino::Result<Vec<_>>>()?;
    Ok(SideBySide { together, alone })
}

/// Variance times CPU time of other methods by that of the default estimator, for one parameter.
#[derive(Clone, Debug)]
pub struct Ratios {
    /// Of each estimator with its z.
    pub estimators: Vec<(Estimator, Figures)>,
    /// Of finite differences with all parameters at once, with z and the step.
    pub together: Option<(Figures, f64)>,
    /// Of finite differences for this parameter alone.
    pub alone: Option<f64>,
}

impl SideBySide {
    /// The ratios for parameter number `p`.
    pub fn ratios(&self, p: usize) -> Ratios {
        let all = &self.together;
        let own = all.estimators.last().map_or(f64::NAN, |m| all.of_estimator(m, p).cost);
        let relative = |figures: Figures| Figures { cost: figures.cost / own, ..figures };
        let estimators =
            all.estimators.iter().map(|m| (m.estimate.estimator, relative(all.of_estimator(m, p))));
        let difference = all.differences[p].as_ref();
        let alone = difference.zip(self.alone.get(p)).map(|(d, measured)| {
            let variance: f64 = measured.estimate.gradient_errors.iter().map(|e| e * e).sum();
            let cost = variance * measured.estimate.events as f64 * measured.seconds;
            all.of_difference(d, p, 1).cost / cost
        });
        let together = difference.map(|d| (relative(all.of_difference(d, p, all.names.len())), d.step));
        Ratios { estimators: estimators.collect(), together, alone }
    }
}
